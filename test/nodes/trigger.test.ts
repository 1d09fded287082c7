// Guards against: the trigger letting strangers in, starting executions for anything but a signed event, handing
// the runtime settings that the workflow does not show, and being deaf or fatal when the runtime comes and goes.
import { createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { INodeExecutionData, INodeParameters, ITriggerResponse } from 'n8n-workflow';
import { callToken, sealedResumeToken } from '../../runtime/lib/call-token';
import type { OpenSession } from '../../runtime/contract/control';
import type { TriggerEvent } from '../../runtime/contract/turn';
import { type NodeSpec, STATE_FOLDER, additionalData, core, execute, itemsOf, loadPackage, ours, workflowOf } from './engine';
import { KEY, Refusal, SESSION, StandInRuntime, TURN, WAV } from './stand-in-runtime';
import { WebhookHost } from './webhook-host';

const runtime = new StandInRuntime();
let host: WebhookHost;

beforeAll(async () => {
	await loadPackage();
	await runtime.start(STATE_FOLDER);
});
afterEach(async () => {
	runtime.forget();
	await host?.close();
});
afterAll(async () => await runtime.stop());

const TURN_EVENT: TriggerEvent = { event: 'turn', sessionId: SESSION, turnId: TURN, turn: 1, heard: 'hello', understood: true, at: '2026-01-01T00:00:00.000Z', durationMs: 700 };
const STARTED: TriggerEvent = { event: 'sessionStarted', sessionId: SESSION, at: '2026-01-01T00:00:00.000Z' };
const ENDED: TriggerEvent = { event: 'sessionEnded', sessionId: SESSION, at: '2026-01-01T00:00:00.000Z', reason: 'hung up', turns: 2, durationMs: 9000 };

function voice(parameters: INodeParameters = {}): NodeSpec {
	return { name: 'Voice', type: ours('voiceSessionTrigger'), parameters };
}
const ANYONE = { callers: 'anyone' };

async function open(parameters: INodeParameters = ANYONE, following: NodeSpec[] = [], path?: string): Promise<WebhookHost> {
	const links = following.map(({ name }) => ['Voice', name] as [string, string]);
	host = await new WebhookHost(workflowOf([voice(parameters), ...following], links), 'Voice', path).listen();
	return host;
}

function offer(headers: Record<string, string> = {}, sdp = 'v=0 offer'): RequestInit {
	return {
		method: 'POST',
		headers: { 'content-type': 'application/json', ...headers },
		body: JSON.stringify({ type: 'offer', sdp }),
	};
}
const ANSWER = { sessionId: SESSION, answer: 'v=0 answer' };
async function codeOf(response: Response): Promise<unknown> {
	return ((await response.json()) as { error: { code: unknown } }).error.code;
}

describe('signalling', () => {
	test('an offer opens a session with all that the workflow says, and starts no execution', async () => {
		runtime.will('openSession', ANSWER);
		await open(
			{
				...ANYONE,
				turnTaking: { endSilenceMs: 900 },
				options: { agentName: 'Elm Street', greeting: 'Hello!', idleTimeout: 60, maxCallDuration: 10 },
			},
			[
				{ name: 'Transcribe', type: ours('transcribe'), parameters: { hints: 'Alvarez', fallbacks: { model: [{ model: { __rl: true, mode: 'list', value: 'auto' } }] } } },
				{ name: 'Llama', type: ours('llamaChat'), parameters: { model: { __rl: true, mode: 'path', value: '/models/x.gguf' }, instructions: 'Be brief.', tools: { workflow: [{ workflowId: 'w2', name: 'list_rooms' }] }, options: { temperature: 0.3 } } },
				{ name: 'Speak', type: ours('orpheusSpeak'), parameters: { voice: 'slt', fallbacks: { voice: [{ engine: 'orpheus', voice: 'leo' }] }, orpheus: { topK: 50 } } },
			],
		);
		const response = await fetch(host.url, offer());
		expect(response.status).toBe(201);
		expect(await response.json()).toEqual({ type: 'answer', sdp: 'v=0 answer', sessionId: SESSION });
		expect(response.headers.get('location')).toBe(`?session=${SESSION}`);
		expect(response.headers.get('access-control-expose-headers')).toBe('Location, ETag, Link');
		expect(runtime.of('openSession')).toEqual([
			{
				offer: 'v=0 offer',
				trickle: false,
				pageHost: new URL(host.url).host,
				agent: {
					name: 'Elm Street',
					greeting: 'Hello!',
					apology: 'Sorry, something went wrong. Please say that again.',
					chat: { model: '/models/x.gguf', fallbacks: [], sampling: { temperature: 0.3, topP: 0.9, topK: 40, maxTokens: 256 } },
					promptStart: { instructions: 'Be brief.', tools: [{ name: 'list_rooms', description: '', parameters: { type: 'object', properties: {}, required: [], additionalProperties: false } }] },
					llamaChat: true,
					tools: [{ name: 'list_rooms', parameters: { type: 'object', properties: {}, required: [], additionalProperties: false } }],
					modelsNote: false,
					transcribe: { model: 'auto', fallbacks: ['auto'], language: 'en', hints: ['Alvarez'] },
					transcribeNote: '',
					speak: {
						engine: 'auto',
						voice: 'slt',
						fallbacks: [{ engine: 'orpheus', voice: 'leo' }],
						orpheus: { model: 'auto', decoder: 'auto', temperature: 0.6, topP: 0.9, topK: 50, repetitionPenalty: 1.1 },
						language: '',
						speed: 1,
						interruptible: true,
						callerNeedsTime: false,
						longestSpeech: 60,
					},
					turnTaking: { audioJudge: 'auto', audioJudgeModel: 'auto', flushSilenceMs: 200, minSilenceMs: 250, endSilenceMs: 900, maxSilenceMs: 1500, interruptions: true, minInterruptionMs: 250 },
					speculation: { mode: 'modelAndVoice', inPauses: true, note: '' },
					limits: { firstWordMs: 30_000, idleTimeoutMs: 60_000, maxCallDurationMs: 600_000, abandonedTurnMs: 10_000 },
				},
				source: { workflowId: 'workflow-1', node: 'Voice', mode: 'production', turnUrl: host.url },
				callerAddress: '127.0.0.1',
			},
		]);
		expect(host.started).toEqual([]);
	});

	test.each([
		['anyone', 'webhook', false],
		['secret', 'webhook', false],
		['anyone', 'manual', true],
	] as const)('callers %s, mode %s: the note about models is %s', async (callers, mode, modelsNote) => {
		runtime.will('openSession', ANSWER);
		await open({ callers, secret: 'long enough' }, [], mode === 'manual' ? '/webhook-test/voice' : undefined);
		host.mode = mode;
		await fetch(host.url, offer({ authorization: 'Bearer long enough' }));
		expect(runtime.of('openSession').map((asked) => (asked as OpenSession).agent)).toMatchObject([{ modelsNote, llamaChat: false }]);
	});

	test('a test in the editor says that it is one, and an internal URL wins', async () => {
		runtime.will('openSession', ANSWER);
		await open({ ...ANYONE, options: { internalUrl: 'http://n8n:5678' } }, [], '/webhook-test/voice');
		host.mode = 'manual';
		await fetch(host.url, offer());
		expect((runtime.of('openSession')[0] as OpenSession).source).toMatchObject({ mode: 'test', turnUrl: 'http://n8n:5678/webhook-test/voice' });
	});

	test.each([
		['none', [], null, /No Transcribe/],
		['two', ['A', 'B'], null, /Several/],
	])('%s to look ahead to: recognition waits for the node, and the reason goes along', async (_name, names, transcribe, note) => {
		runtime.will('openSession', ANSWER);
		await open(ANYONE, names.map((name) => ({ name, type: ours('transcribe') })));
		await fetch(host.url, offer());
		expect((runtime.of('openSession')[0] as OpenSession).agent).toMatchObject({ transcribe, transcribeNote: expect.stringMatching(note) });
	});

	test('the workflows that Llama Chat offers as tools go along, as far as they are known', async () => {
		runtime.will('openSession', ANSWER);
		const day = { name: 'day', description: 'In the words of the caller', required: true };
		const row = (name: string, inputs: object[], more: object = {}) => ({ workflowId: 'w', name, description: 'x', inputs: { input: inputs }, ...more });
		const workflow = [
			row('list', [day, { name: 'kind', choices: 'private, business', required: false }, { name: 'only', choices: 'one' }]),
			row('={{ $json.name }}', [day]),
			row('computed', [{ name: 'day', type: 'string', description: '={{ $json.about }}' }]),
			row('not a name', [day]),
			{ name: 5 },
		];
		const llama = (name: string): NodeSpec => ({ name, type: ours('llamaChat'), parameters: { tools: { workflow } } as INodeParameters });
		await open(ANYONE, [llama('Llama')]);
		await fetch(host.url, offer());
		expect((runtime.of('openSession')[0] as OpenSession).agent.tools).toEqual([
			{
				name: 'list',
				parameters: { type: 'object', properties: { day: { type: 'string', description: day.description }, kind: { type: 'string', enum: ['private', 'business'] } }, required: ['day'], additionalProperties: false },
			},
		]);
		await host.close();
		runtime.will('openSession', ANSWER);
		await open(ANYONE, [llama('Llama'), llama('Another')]);
		await fetch(host.url, offer());
		expect((runtime.of('openSession')[1] as OpenSession).agent.tools).toEqual([]);
	});

	test('bare SDP is answered with bare SDP', async () => {
		runtime.will('openSession', ANSWER);
		await open();
		const response = await fetch(host.url, { method: 'POST', headers: { 'content-type': 'application/sdp' }, body: 'v=0 bare' });
		expect([response.status, response.headers.get('content-type'), await response.text()]).toEqual([201, 'application/sdp', 'v=0 answer']);
		expect(runtime.of('openSession')).toMatchObject([{ offer: 'v=0 bare' }]);
	});

	test('what the runtime tells about the way on reaches the caller: as JSON, or as the headers of WHIP', async () => {
		const rest = { token: 'the-token-of-this-call', iceServers: [{ urls: ['turn:relay.example'], username: 'u', credential: 'c' }], resumeToken: 'the-way-back-into-it', socket: { url: 'wss://voice.example/v1/signal' } };
		runtime.will('openSession', { ...ANSWER, answer: 'v=0\r\na=ice-ufrag:ours\r\n', ...rest });
		await open();
		const json = await fetch(host.url, { ...offer({ origin: new URL(host.url).origin }), body: JSON.stringify({ type: 'offer', sdp: 'v=0', trickle: true, resumeToken: sealedResumeToken(KEY, 'the-way-back') }) });
		expect(await json.json()).toMatchObject({ sessionId: SESSION, ...rest });
		expect(runtime.of('openSession')).toMatchObject([{ trickle: true, resumeToken: sealedResumeToken(KEY, 'the-way-back'), pageHost: new URL(host.url).host }]);
		const bare = await fetch(host.url, { method: 'POST', headers: { 'content-type': 'application/sdp' }, body: 'v=0 bare' });
		expect(bare.headers.get('link')).toBe('<turn:relay.example>; rel="ice-server"; username="u"; credential="c"; credential-type="password"');
		expect(bare.headers.get('etag')).toBe('"ours"');
	});

	test('what is said in the call goes to the runtime as it came, and the answer back', async () => {
		runtime.will('changeCall', { type: 'answer', sdp: 'v=0 again', sessionId: SESSION });
		runtime.will('heldMessages', { messages: [], ended: false });
		await open();
		const inCall = `${host.url}?session=${SESSION}`;
		const again = await fetch(inCall, { ...offer(), method: 'PATCH' });
		expect([again.status, await again.json()]).toEqual([200, { type: 'answer', sdp: 'v=0 again', sessionId: SESSION }]);
		await fetch(inCall, { method: 'PATCH', headers: { 'content-type': 'application/trickle-ice-sdpfrag' }, body: 'a=candidate:1' });
		expect(runtime.of('changeCall')).toEqual([{ type: 'offer', sdp: 'v=0 offer' }, 'a=candidate:1']);
		expect(await (await fetch(`${inCall}&after=7`)).json()).toEqual({ messages: [], ended: false });
		expect(runtime.of('heldMessages')).toEqual([{ id: SESSION, after: '7' }]);
		expect((await fetch(inCall, { method: 'DELETE' })).status).toBe(204);
		expect(runtime.of('endCall')).toEqual([{ id: SESSION }]);
		expect(host.started).toEqual([]);
	});

	test('a held request occupies no webhook of n8n, and is let go when its caller goes', async () => {
		runtime.will('heldMessages', new Promise(() => undefined));
		await open();
		const gone = new AbortController();
		const asked = fetch(`${host.url}?session=${SESSION}`, { signal: gone.signal });
		asked.catch(() => undefined);
		await runtime.until('heldMessages');
		await host.returned();
		gone.abort();
		while (!runtime.abandoned.includes('heldMessages')) await new Promise((resolve) => setTimeout(resolve, 10));
	});

	test('the call\'s token lets its caller go on when the log-in has run out, and nobody else', async () => {
		await open({});
		const inCall = async (token?: string) => await fetch(`${host.url}?session=${SESSION}`, { method: 'DELETE', ...(token !== undefined && { headers: { 'x-voice-call-token': token } }) });
		expect((await inCall()).status).toBe(403);
		expect((await inCall(callToken(KEY, 's_0000000000000000000000'))).status).toBe(403);
		expect(runtime.of('endCall')).toEqual([]);
		expect((await inCall(callToken(KEY, SESSION))).status).toBe(204);
	});

	test.each<[string, string, RequestInit, number, string]>([
		['no body', '', { method: 'POST' }, 400, 'VOICE_ERR_BAD_OFFER'],
		['an answer for an offer', '', { ...offer(), body: '{"type":"answer","sdp":"v=0"}' }, 400, 'VOICE_ERR_BAD_OFFER'],
		['an endless offer', '', offer({}, 'v'.repeat(100_001)), 413, 'VOICE_ERR_TOO_LARGE'],
		['no session', '', { method: 'DELETE' }, 400, 'VOICE_ERR_BAD_REQUEST'],
		['an offer for a call that there is', `?session=${SESSION}`, offer(), 400, 'VOICE_ERR_BAD_REQUEST'],
		['a session that never was', '?session=../health', { method: 'DELETE' }, 404, 'VOICE_ERR_CALL_UNKNOWN'],
	])('%s is answered with a typed error', async (_name, query, request, status, code) => {
		await open();
		const response = await fetch(host.url + query, request);
		expect([response.status, await codeOf(response)]).toEqual([status, code]);
		expect(host.started).toEqual([]);
	});

	test('the caller\'s address goes along, as n8n sees it', async () => {
		runtime.will('openSession', ANSWER);
		await open();
		await fetch(host.url, offer({ 'x-forwarded-for': '203.0.113.7' }));
		host.ip = '203.0.113.7';
		await fetch(host.url, offer());
		expect((runtime.of('openSession') as OpenSession[]).map(({ callerAddress }) => callerAddress)).toEqual(['127.0.0.1', '203.0.113.7']);
	});

	test('what the runtime refuses reaches the caller as it is', async () => {
		runtime.will('openSession', new Refusal('VOICE_ERR_BUSY'));
		await open();
		const response = await fetch(host.url, offer());
		expect([response.status, await codeOf(response)]).toEqual([503, 'VOICE_ERR_BUSY']);
	});
});

describe('who may call', () => {
	test('pages of other websites may not, unless they are listed', async () => {
		runtime.will('openSession', ANSWER);
		await open();
		const evil = await fetch(host.url, offer({ origin: 'https://evil.example' }));
		expect([evil.status, await codeOf(evil)]).toEqual([403, 'VOICE_ERR_ORIGIN_REFUSED']);
		expect((await fetch(host.url, offer({ origin: new URL(host.url).origin }))).status).toBe(201);
		await host.close();
		await open({ ...ANYONE, options: { allowedOrigins: 'https://shop.example' } });
		const shop = await fetch(host.url, offer({ origin: 'https://shop.example' }));
		expect([shop.status, shop.headers.get('access-control-allow-origin')]).toEqual([201, 'https://shop.example']);
	});

	test('with a secret the page comes freely, a call needs it', async () => {
		runtime.will('openSession', ANSWER);
		runtime.will('page', '<!doctype html>the page');
		await open({ callers: 'secret', secret: 'open sesame' });
		expect((await fetch(host.url)).status).toBe(200);
		expect(runtime.of('page')).toEqual([{ agent: 'Voice agent', callers: 'secret', host: new URL(host.url).host }]);
		const without = await fetch(host.url, offer());
		expect([without.status, await codeOf(without)]).toEqual([403, 'VOICE_ERR_CALLER_REFUSED']);
		expect((await fetch(host.url, offer({ authorization: 'Bearer open sesame' }))).status).toBe(201);
		expect((await fetch(`${host.url}?session=${SESSION}`, { method: 'DELETE' })).status).toBe(403);
	});

	test.each([['a secret', { callers: 'secret', secret: 'open sesame' }], ['a ticket', {}]])('whose call goes on needs no %s again: its token is the runtime\'s to judge', async (_what, parameters) => {
		const resumeToken = sealedResumeToken(KEY, `${SESSION}.${'r'.repeat(43)}`);
		runtime.will('openSession', { ...ANSWER, resumeToken });
		await open(parameters);
		const resumed = await fetch(host.url, { ...offer(), body: JSON.stringify({ type: 'offer', sdp: 'v=0 back', resumeToken }) });
		expect([resumed.status, await resumed.json()]).toEqual([201, expect.objectContaining({ sessionId: SESSION, resumeToken })]);
		expect(runtime.of('openSession')).toMatchObject([{ offer: 'v=0 back', resumeToken }]);
		for (const wrong of [undefined, '', 'short', 7]) {
			const response = await fetch(host.url, { ...offer(), body: JSON.stringify({ type: 'offer', sdp: 'v=0', resumeToken: wrong }) });
			expect([403, 400]).toContain(response.status);
		}
		expect(runtime.of('openSession')).toHaveLength(1);
		const foreign = await fetch(host.url, { ...offer({ origin: 'https://evil.example' }), body: JSON.stringify({ type: 'offer', sdp: 'v=0', resumeToken }) });
		expect(foreign.status).toBe(403);
	});

	test.each([
		['that has no seal', `${SESSION}.${'r'.repeat(43)}`],
		['that is sealed by somebody else', sealedResumeToken('another key', `${SESSION}.${'r'.repeat(43)}`)],
		['whose seal is for another call', sealedResumeToken(KEY, 's_another.x').replace('s_another', SESSION)],
		['that is sealed with nothing', sealedResumeToken('', `${SESSION}.${'r'.repeat(43)}`)],
	])('a token %s brings nobody into a call, and asks and starts no runtime', async (_what, resumeToken) => {
		await open({ callers: 'secret', secret: 'open sesame' });
		const ask = { ...offer(), body: JSON.stringify({ type: 'offer', sdp: 'v=0', resumeToken }) };
		const answered = await fetch(host.url, ask);
		expect([answered.status, await codeOf(answered)]).toEqual([404, 'VOICE_ERR_CALL_UNKNOWN']);
		const before = process.env.VOICE_LOOP_STATE;
		const empty = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-nothing-'));
		try {
			process.env.VOICE_LOOP_STATE = empty;
			expect((await fetch(host.url, ask)).status).toBe(404);
			expect(readdirSync(empty)).toEqual([]);
		} finally {
			process.env.VOICE_LOOP_STATE = before;
			rmSync(empty, { recursive: true });
		}
		expect(runtime.asked).toEqual([]);
	});

	test('who tries secrets one after the other is told when to try again, even with the right one', async () => {
		runtime.will('openSession', ANSWER);
		await open({ callers: 'secret', secret: 'open sesame' });
		host.ip = '198.51.100.9';
		for (let turn = 0; turn < 20; turn++) expect((await fetch(host.url, offer({ authorization: `Bearer ${turn}` }))).status).toBe(403);
		const response = await fetch(host.url, offer({ authorization: 'Bearer open sesame' }));
		expect([response.status, await codeOf(response)]).toEqual([429, 'VOICE_ERR_TOO_MANY']);
		expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
		expect(runtime.of('openSession')).toEqual([]);
	});

	test('users of this n8n come in through the door', async () => {
		runtime.will('openSession', ANSWER);
		runtime.will('page', '<!doctype html>the page');
		await open({});
		const door = await fetch(host.url, { headers: { cookie: 'n8n-auth=whatever' } });
		const html = await door.text();
		expect([door.status, html]).toEqual([401, expect.stringContaining('Log in to n8n, then reload')]);
		expect(runtime.of('page')).toEqual([]);
		expect((await fetch(host.url, offer({ cookie: 'n8n-auth=whatever' }))).status).toBe(403);

		// What n8n does with the door's request, for a user who is logged in.
		const ask = JSON.parse(/const ask = (.*);/.exec(html)?.[1] ?? '') as { rest: string; ticketHeader: string; body: { methodName: string; currentNodeParameters: INodeParameters } };
		expect(ask.rest).toBe('/rest');
		const node = host.workflow.getNode('Voice')!;
		const methods = host.workflow.nodeTypes.getByNameAndVersion(node.type, 1).methods?.loadOptions;
		const data = Object.assign(additionalData(), { currentNodeParameters: ask.body.currentNodeParameters });
		const options = await methods?.[ask.body.methodName]?.call(new core.LoadOptionsContext(host.workflow, node, data, 'ticket'));
		const ticket = String((options as Array<{ value: unknown }>)[0]?.value);

		expect((await fetch(host.url, { method: 'POST', headers: { [ask.ticketHeader]: `${ticket}x` } })).status).toBe(403);
		expect((await fetch(host.url, { method: 'POST', headers: { [ask.ticketHeader]: ticket, origin: 'https://evil.example' } })).status).toBe(403);
		const admitted = await fetch(host.url, { method: 'POST', headers: { [ask.ticketHeader]: ticket } });
		expect(admitted.status).toBe(204);
		const setCookie = admitted.headers.get('set-cookie') ?? '';
		expect(setCookie).toMatch(/; Path=\/webhook\/voice; Max-Age=14400; HttpOnly; SameSite=Strict$/);

		const cookie = setCookie.split(';')[0] ?? '';
		const page = await fetch(host.url, { headers: { cookie } });
		expect([page.status, await page.text()]).toEqual([200, '<!doctype html>the page']);
		expect(page.headers.get('permissions-policy')).toBe('microphone=(self), camera=(), geolocation=()');
		expect(page.headers.get('content-security-policy')).not.toContain('sandbox');
		expect((await fetch(host.url, offer({ cookie }))).status).toBe(201);
		expect(runtime.of('openSession').at(-1)).toMatchObject({ agent: { modelsNote: true } });
		expect(host.started).toEqual([]);
	});

	test('who may call is told the STUN and TURN servers before the offer, and nobody else', async () => {
		const configuration = { iceServers: [{ urls: ['turn:t.example.com'], username: 'n', credential: 'p' }], iceTransportPolicy: 'all', lifetimeSeconds: 600 };
		runtime.will('iceServers', configuration);
		const ask = async (headers: Record<string, string> = {}): Promise<Response> => await fetch(host.url, { headers: { accept: 'application/json', ...headers } });
		await open({ callers: 'secret', secret: 'open sesame', options: { relayOnly: true, allowedOrigins: 'https://shop.example' } });
		expect(await codeOf(await ask())).toBe('VOICE_ERR_CALLER_REFUSED');
		expect(await codeOf(await ask({ authorization: 'Bearer open sesame', origin: 'https://evil.example' }))).toBe('VOICE_ERR_ORIGIN_REFUSED');
		expect(runtime.of('iceServers')).toEqual([]);
		const told = await ask({ authorization: 'Bearer open sesame', origin: 'https://shop.example' });
		expect([told.status, told.headers.get('cache-control'), told.headers.get('access-control-allow-origin'), await told.json()]).toEqual([200, 'no-store', 'https://shop.example', configuration]);
		expect(runtime.of('iceServers')).toEqual([{ relayOnly: 'true' }]);
		await host.close();
		await open({});
		const door = await ask();
		expect([door.status, Object.keys((await door.json()) as object)]).toEqual([401, ['ticket']]);
		await host.close();
		await open();
		expect((await ask()).status).toBe(200);
		expect(runtime.of('iceServers').at(-1)).toEqual({ relayOnly: 'false' });
		expect(host.started).toEqual([]);
	});

	test.each([['a secret', { callers: 'secret', secret: 'open sesame' }], ['a ticket', {}]])('whose call goes on is told them without %s: it was good for the beginning', async (_what, parameters) => {
		runtime.will('iceServers', { iceServers: [], iceTransportPolicy: 'all', lifetimeSeconds: 600 });
		const ask = async (resumeToken: string): Promise<number> => (await fetch(host.url, { headers: { accept: 'application/json', 'x-voice-resume-token': resumeToken } })).status;
		await open(parameters);
		expect(await ask(sealedResumeToken(KEY, `${SESSION}.${'r'.repeat(43)}`))).toBe(200);
		for (const wrong of ['', 'short', `${SESSION}.${'r'.repeat(43)}`, sealedResumeToken('another key'.padEnd(40, 'k'), `${SESSION}.${'r'.repeat(43)}`)]) expect(await ask(wrong)).toBe(404);
		expect(runtime.of('iceServers')).toHaveLength(1);
	});

	test('a page that can\'t be shown says why', async () => {
		runtime.will('page', new Refusal('VOICE_ERR_INTERNAL', 'It has <broken>.'));
		await open();
		const response = await fetch(host.url);
		expect([response.status, response.headers.get('content-type')]).toEqual([500, 'text/html; charset=utf-8']);
		expect(await response.text()).toContain('It has &lt;broken&gt;.');
	});
});

describe('events by POST', () => {
	const post = async (event: unknown, key = KEY): Promise<Response> => {
		const body = JSON.stringify(event);
		const signature = `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;
		return await fetch(host.url, { method: 'POST', headers: { 'content-type': 'application/json', 'x-voice-signature': signature }, body });
	};

	test('each starts one execution on its own output, whoever may call', async () => {
		await open({ callers: 'n8nUsers' });
		for (const event of [TURN_EVENT, STARTED, ENDED]) expect((await post(event)).status).toBe(200);
		expect(host.started).toEqual([
			[[{ json: TURN_EVENT }], [], []],
			[[], [{ json: STARTED }], []],
			[[], [], [{ json: ENDED }]],
		]);
	});

	test('a wrong signature, or a right one for something else, starts nothing', async () => {
		await open();
		expect((await post(TURN_EVENT, 'another key')).status).toBe(401);
		expect((await fetch(host.url, { method: 'POST', headers: { 'x-voice-signature': 'sha256=' }, body: '{}' })).status).toBe(401);
		expect((await post({ event: 'turn' })).status).toBe(400);
		expect(host.started).toEqual([]);
	});

	test('a test takes the turn and nothing before it', async () => {
		await open();
		host.mode = 'manual';
		expect((await post(STARTED)).status).toBe(204);
		expect((await post(TURN_EVENT)).status).toBe(200);
		expect(host.started).toHaveLength(1);
	});

	test('session events can be switched off', async () => {
		await open({ ...ANYONE, options: { emitCallEvents: false } });
		expect((await post(ENDED)).status).toBe(204);
		expect((await post(TURN_EVENT)).status).toBe(200);
		expect(host.started).toHaveLength(1);
	});

	test('the utterance comes along as a file; if it can\'t, the turn comes without', async () => {
		runtime.will('turnAudio', WAV);
		await open({ ...ANYONE, options: { attachAudio: true } });
		await post(TURN_EVENT);
		expect(host.started[0]?.[0]?.[0]?.binary?.audio).toMatchObject({ fileName: 'utterance.wav', mimeType: 'audio/wav', data: WAV.toString('base64') });
		runtime.will('turnAudio', new Refusal('VOICE_ERR_TURN_UNKNOWN'));
		await post(TURN_EVENT);
		expect(host.started[1]).toEqual([[{ json: TURN_EVENT }], [], []]);
	});
});

describe('the published workflow\'s line', () => {
	let response: ITriggerResponse | undefined;
	afterEach(async () => await response?.closeFunction?.());

	async function listen(parameters: INodeParameters = {}): Promise<{ emitted: INodeExecutionData[][][]; next(): Promise<void> }> {
		const workflow = workflowOf([voice(parameters)], []);
		const node = workflow.getNode('Voice')!;
		const emitted: INodeExecutionData[][][] = [];
		let arrived = (): void => undefined;
		const emit = (data: INodeExecutionData[][]): void => {
			emitted.push(data);
			arrived();
		};
		const context = new core.TriggerContext(workflow, node, additionalData(), 'trigger', 'activate', emit);
		response = await workflow.nodeTypes.getByNameAndVersion(node.type, 1).trigger?.call(context);
		return { emitted, next: async () => await new Promise((resolve) => (arrived = resolve)) };
	}

	test('says who it is, starts an execution for each event, then acknowledges', async () => {
		const opened = runtime.stream();
		const { emitted } = await listen();
		const stream = await opened;
		expect(runtime.hellos.at(-1)).toMatchObject({ type: 'hello', workflowId: 'workflow-1', node: 'Voice', agent: { llamaChat: false, transcribe: null } });
		const acknowledged = new Promise<{ ack: unknown; emittedThen: number }>((resolve) =>
			stream.once('message', (data: Buffer) => resolve({ ack: JSON.parse(data.toString()), emittedThen: emitted.length })),
		);
		stream.send(JSON.stringify({ type: 'event', id: 'e1', event: TURN_EVENT }));
		expect(await acknowledged).toEqual({ ack: { type: 'ack', id: 'e1' }, emittedThen: 1 });
		expect(emitted).toEqual([[[{ json: TURN_EVENT }], [], []]]);
	});

	test('an event that is not wanted is acknowledged, and starts nothing', async () => {
		const opened = runtime.stream();
		const { emitted } = await listen({ options: { emitCallEvents: false } });
		const stream = await opened;
		const acknowledged = new Promise((resolve) => stream.once('message', resolve));
		stream.send(JSON.stringify({ type: 'event', id: 'e2', event: STARTED }));
		await acknowledged;
		expect(emitted).toEqual([]);
	});

	test('ends when the workflow is unpublished, and does not come back', async () => {
		const opened = runtime.stream();
		await listen();
		const closed = new Promise((resolve) => void opened.then((stream) => stream.once('close', resolve)));
		await opened;
		await response?.closeFunction?.();
		response = undefined;
		await closed;
	});
});

test('in a test in the editor the node hands on what came by webhook, output by output', async () => {
	const after: NodeSpec[] = [{ name: 'After', type: 'test.between' }];
	const run = await execute(workflowOf([voice(), ...after], [['Voice', 'After']]), 'Voice', [{ json: TURN_EVENT }], { mode: 'manual' });
	expect(itemsOf(run, 'After')).toMatchObject([{ json: TURN_EVENT }]);
});
