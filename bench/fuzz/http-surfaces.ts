import { createHmac } from 'node:crypto';
import net from 'node:net';
import { encodeWav } from '../../runtime/audio/wav';
import { wellFormed } from '../../runtime/contract/json-bounds';
import { offerOf } from '../../runtime/media/sdp/offer.fixture';
import { oddBytes, oddJson, oddText, oddValue, toJson } from './mutate';
import type { Random } from './random';
import type { OpenSurface, RunningTarget, Surface } from './surface';

/** Everything that has no answer by then hangs. */
export const HANG_MS = 15_000;

/** An address whose offers are not counted: all but the first would be refused unread. */
const HERE = '127.0.0.1';
/** A place in code. */
const STACK = /\bat .{1,200}:\d+:\d+|node_modules|\/dist\//;

const TURN = `t_${'t'.repeat(24)}`;
const CALL = `s_${'c'.repeat(24)}`;
const ASKER = { executionId: '1', node: 'Llama Chat' };
const CHAT = { model: 'server:box', fallbacks: [], sampling: { temperature: 0, topP: 0.9, topK: 40, maxTokens: 16 } };
const SPEAK = { engine: 'server:box', voice: '', fallbacks: [], speed: 1, interruptible: true, language: 'en', orpheus: {} };
const TOOL = {
	name: 'look_up',
	description: 'Looks something up.',
	parameters: { type: 'object', properties: { name: { type: 'string', enum: ['Ann', 'Bob'] }, when: { $ref: '#/$defs/day' } }, required: ['name'], $defs: { day: { type: 'object', properties: { day: { type: 'integer' } } } } },
};
const RESULT = { items: [{ id: 17, name: 'Ann', open: true, hours: [9, 17] }, { id: 18, name: 'Bob', note: 'täglich' }], total: 2 };
const MESSAGES = [
	{ role: 'system', content: 'You are helpful.' },
	{ role: 'user', content: 'Hello.' },
	{ role: 'assistant', content: 'One moment.', toolCalls: [{ id: 'c1', name: 'look_up', arguments: { name: 'Ann' }, result: RESULT }] },
	{ role: 'user', content: 'And?' },
];
const AGENT = {
	name: 'Agent', greeting: 'Hello.', apology: '', transcribe: { model: 'pack:listen', language: 'en', hints: ['Ann'] }, chat: CHAT, speak: SPEAK,
	turnTaking: { flushSilenceMs: 200, endSilenceMs: 700 }, limits: {},
};
const SOURCE = { workflowId: 'w1', node: 'Voice Session Trigger', mode: 'test', turnUrl: 'http://127.0.0.1:9/webhook/x' };

interface Ask {
	readonly method: string;
	readonly path: string;
	readonly body?: string | Buffer | undefined;
	readonly type?: string;
	readonly headers?: Readonly<Record<string, string>>;
}

/** The key. */
export function bearerOf({ headers }: RunningTarget): string {
	return headers.authorization?.replace('Bearer ', '') ?? '';
}

/** What is wrong with what the runtime says: an error that is ours, where it failed, or one without a code. */
export function wrongIn(text: string, failed = true): string | undefined {
	if (!failed) return undefined;
	if (text.includes('VOICE_ERR_INTERNAL')) return text.slice(0, 200);
	if (STACK.test(text)) return `a stack trace: ${text.slice(0, 300)}`;
	return /"code":"VOICE_ERR_/.test(text) ? undefined : `no error of ours: ${text.slice(0, 100)}`;
}

/** What is wrong with an answer. A call that was opened is ended. */
export async function ask({ url, headers }: RunningTarget, { method, path, body, type = 'application/json', headers: more = {} }: Ask): Promise<string | undefined> {
	const answer = await fetch(`${url}${path}`, {
		method,
		headers: { ...headers, ...(body === undefined ? {} : { 'content-type': type }), ...more },
		body: body === undefined ? null : typeof body === 'string' ? body : new Uint8Array(body),
		signal: AbortSignal.timeout(HANG_MS),
	});
	const text = await answer.text();
	const opened = answer.status === 201 ? /"sessionId":"(s_[^"]+)"/.exec(text)?.[1] ?? answer.headers.get('location')?.replace('calls/', '') : undefined;
	if (opened !== undefined) await fetch(`${url}/v1/calls/${opened}`, { method: 'DELETE', headers });
	const wrong = wrongIn(text, !answer.ok);
	return wrong === undefined ? undefined : `${method} ${path.slice(0, 60)}: HTTP ${answer.status}: ${wrong}`;
}

/** Mostly a valid body with something odd in it; now and then its text is spoilt too. */
export function bodyOf(value: unknown, random: Random): string {
	const json = toJson(random.chance(0.1) ? value : oddJson(value, random));
	return random.chance(0.15) ? oddText(json, random) : json;
}

interface Ways {
	readonly sideBySide?: number;
	/** Before memory is looked at. */
	readonly prepare?: (runtime: RunningTarget) => Promise<void>;
}

function surface(name: string, share: number, attempt: (runtime: RunningTarget, random: Random, index: number) => Promise<string | undefined>, { sideBySide = 8, prepare = async () => undefined }: Ways = {}): Surface {
	return {
		name,
		share,
		sideBySide,
		open: async ({ runtime }): Promise<OpenSurface> => {
			await prepare(runtime);
			return {
				try: async (index, random) => await attempt(runtime, random, index),
				watched: async () => await runtime.watched(),
				close: async () => undefined,
			};
		},
	};
}

const ROUTES: ReadonlyArray<{ readonly method: string; readonly path: string; readonly body?: unknown }> = [
	{ method: 'POST', path: '/v1/chat', body: { chat: CHAT, messages: MESSAGES, tools: [TOOL] } },
	{ method: 'POST', path: '/v1/speech', body: { text: 'Hello there.', speak: SPEAK } },
	{ method: 'POST', path: `/v1/turns/${TURN}/transcript`, body: { ...ASKER, settings: { model: 'pack:listen', language: 'en', hints: [] } } },
	{ method: 'POST', path: `/v1/turns/${TURN}/reply`, body: { ...ASKER, prompt: 'Hello.', instructions: 'x', chat: CHAT, tools: [{ ...TOOL, sayWhileRunning: 'One moment.' }], maxToolCalls: 6, speak: SPEAK } },
	{ method: 'POST', path: `/v1/turns/${TURN}/tool-results`, body: { ...ASKER, results: [{ id: 'c1', ok: true, result: RESULT, durationMs: 12 }] } },
	{ method: 'POST', path: `/v1/turns/${TURN}/speech`, body: { ...ASKER, text: 'Hello.', speak: SPEAK, waitForEnd: true } },
	{ method: 'POST', path: `/v1/turns/${TURN}/failure`, body: { ...ASKER, code: 'X', message: 'It failed.' } },
	{ method: 'GET', path: `/v1/turns/${TURN}/audio` },
	{ method: 'GET', path: '/v1/page?agent=Agent&callers=anyone' },
	{ method: 'GET', path: '/v1/health' },
	{ method: 'GET', path: '/v1/engines' },
	{ method: 'POST', path: `/v1/turns/${TURN}/claim`, body: ASKER },
	{ method: 'POST', path: `/v1/turns/${TURN}/late-results`, body: { ...ASKER, results: [{ id: 'c1', ok: true, result: RESULT, durationMs: 12 }] } },
	{ method: 'GET', path: '/v1/ice-servers?relayOnly=true' },
	{ method: 'GET', path: '/v1/ready' },
	{ method: 'DELETE', path: `/v1/calls/${CALL}` },
	{ method: 'GET', path: `/v1/calls/${CALL}?after=7` },
	{ method: 'GET', path: '/v1/signal' },
];

const SECRET = 'a secret that is long enough for HS256';

/** Signed with the right key, mostly: what is in it is odd then, and not only its signature. */
function tokenOf(random: Random): string {
	const now = Math.floor(Date.now() / 1000);
	const header = { alg: random.pick(['HS256', 'HS256', 'HS256', 'none', 'RS256', 'HS512']), typ: 'JWT', kid: random.pick(['k1', 'k2']) };
	const claims = { aud: 'voice-loop', agent: 'voice', sub: 'ann', jti: `token-${random.below(1e9)}`, iat: now, exp: now + 600, tools: ['list'], data: { customer: 7 }, maxCallSeconds: 60, origin: 'https://shop.example' };
	const part = (value: unknown): string => Buffer.from(toJson(random.chance(0.3) ? oddJson(value, random) : value)).toString('base64url');
	const text = `${part(header)}.${part(claims)}`;
	const token = `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`;
	return random.chance(0.3) ? oddText(token, random) : token;
}

export const tokens = surface('join tokens', 0.07, async (runtime, random) => {
	const keys = random.chance(0.9) ? { kind: 'secrets', secrets: [{ id: 'k1', secret: SECRET }] } : { kind: 'jwks', url: 'http://127.0.0.1:9/jwks', issuer: '' };
	const join = { token: tokenOf(random), keys: random.chance(0.1) ? oddJson(keys, random) : keys, agent: 'voice', origin: 'https://shop.example' };
	if (random.chance(0.5)) return await ask(runtime, { method: 'POST', path: '/v1/join-tokens/check', body: toJson(join) });
	// The offer cannot be answered: there is no call, and the token is given back.
	return await ask(runtime, { method: 'POST', path: '/v1/sessions', body: toJson({ offer: 'v=0', agent: AGENT, source: SOURCE, callerAddress: HERE, join }) });
});

export const control = surface('control API', 0.15, async (runtime, random) => {
	const { method, path, body } = random.pick(ROUTES);
	if (random.chance(0.1)) return await rawRequest(runtime, oddText(`${method} ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${runtime.headers.authorization}\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}`, random));
	const odd = random.chance(0.1) ? encodeURI(wellFormed(oddText(path, random)).replace(/^[^/]*/, '').replace(/[\\#]/g, '')) : path;
	return await ask(runtime, { method, path: odd.startsWith('/') && !odd.startsWith('//') ? odd.slice(0, 4000) : path, body: body === undefined ? undefined : bodyOf(body, random) });
});

/** Whatever comes back, or nothing, is an answer: Node's own parser reads it. What counts is that the gateway lives. */
async function rawRequest({ url }: RunningTarget, text: string): Promise<undefined> {
	const { hostname, port } = new URL(url);
	return await new Promise((resolve) => {
		const line = net.connect(Number(port), hostname);
		const done = (): void => {
			line.destroy();
			resolve(undefined);
		};
		line.setTimeout(50, done);
		line.once('close', done).once('error', done).once('data', done);
		line.write(text);
	});
}

export const signalling = surface('signalling', 0.12, async (runtime, random) => {
	const way = random.below(10);
	if (way < 2) return await triggerStream(runtime, random);
	const offer = { type: 'offer', sdp: offerOf(), trickle: true, resumeToken: `${CALL}.${'r'.repeat(43)}` };
	if (way < 3) return await ask(runtime, { method: 'PATCH', path: `/v1/calls/${CALL}`, body: bodyOf(offer, random) });
	const body = { offer: offerOf(), trickle: true, pageHost: 'n8n.example:5678', resumeToken: offer.resumeToken, callerAddress: HERE, agent: AGENT, source: SOURCE };
	if (way < 5) return await ask(runtime, { method: 'POST', path: '/v1/sessions', body: bodyOf({ ...body, offer: oddText(body.offer, random), resumeToken: undefined }, random) });
	// Not the offer itself: those that are good make a call of their own, which the surface "sdp" and "data channel" do.
	return await ask(runtime, { method: 'POST', path: '/v1/sessions', body: bodyOf({ ...body, offer: 'v=0', ...(random.chance(0.7) && { resumeToken: undefined }) }, random) });
}, { prepare: loadModels });

/** Calls whose agent has lost its settings load the packaged models, sooner or later. */
async function loadModels(runtime: RunningTarget): Promise<void> {
	await ask(runtime, { method: 'POST', path: '/v1/chat', body: toJson({ chat: { sampling: { maxTokens: 1 } }, messages: [{ role: 'user', content: 'Hi.' }] }) });
	await ask(runtime, { method: 'POST', path: '/v1/speech', body: toJson({ text: 'Hi.', speak: {} }) });
	await ask(runtime, { method: 'POST', path: '/v1/transcriptions?settings={}', body: WAV, type: 'audio/wav' });
}

async function triggerStream({ url, headers }: RunningTarget, random: Random): Promise<string | undefined> {
	const { default: WebSocket } = await import('ws');
	return await new Promise((resolve) => {
		const socket = new WebSocket(`${url.replace('http', 'ws')}/v1/triggers`, { headers });
		const over = setTimeout(() => socket.terminate(), 30);
		socket.on('error', () => undefined);
		socket.once('close', () => {
			clearTimeout(over);
			resolve(undefined);
		});
		socket.once('open', () => {
			for (const message of [{ type: 'hello', workflowId: 'w1', node: 'n' }, { type: 'ack', id: '1' }]) {
				const text = bodyOf(message, random);
				socket.send(random.chance(0.2) ? Buffer.from(text) : text, () => undefined);
			}
		});
	});
}

const WAV = encodeWav([Int16Array.from({ length: 1600 }, (_, at) => Math.round(3000 * Math.sin(at / 5)))], 16_000);
/** Of `RIFF`, `fmt `, sample rate, byte rate, `data`. */
const WAV_NUMBERS = [4, 16, 24, 28, 40];

export const recordings = surface('WAV', 0.12, async (runtime, random) => {
	const settings = random.chance(0.1) ? bodyOf({ model: 'pack:listen', language: 'en', hints: ['Ann'] }, random).slice(0, 4000) : '{"model":"pack:listen"}';
	const type = random.pick(['audio/wav', 'audio/wav', 'audio/x-wav', 'application/octet-stream', 'text/plain']);
	return await ask(runtime, { method: 'POST', path: `/v1/transcriptions?settings=${encodeURIComponent(wellFormed(settings))}`, body: oddBytes(WAV, random, WAV_NUMBERS), type });
}, { sideBySide: 4 });

export const toolResults = surface('tool results', 0.15, async (runtime, random, index) => {
	const [system, user, assistant] = structuredClone(MESSAGES);
	const call = assistant?.toolCalls?.[0];
	if (call) {
		const result = random.chance(0.2) ? oddValue(random) : oddJson(RESULT, random);
		Object.assign(call, { result: random.chance(0.15) ? oddText(toJson(result), random) : result });
		if (random.chance(0.3)) Object.assign(call, { arguments: oddJson({ name: 'Ann', when: { day: 3 } }, random) });
	}
	const tools = [random.chance(0.3) ? { ...TOOL, parameters: oddJson(TOOL.parameters, random) } : TOOL];
	// One in fifty is told to a model in this process' own engine, which takes longer.
	const chat = index % 50 === 0 ? { ...CHAT, model: 'pack:answer' } : CHAT;
	return await ask(runtime, { method: 'POST', path: '/v1/chat', body: toJson({ chat, messages: [system, user, assistant], tools }) });
});
