// Guards against: a page, a node or a history that tells of words which the caller never heard, loses some, or mixes their
// order, where a workflow is more than four nodes in a row.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { speech } from '../media/speech';
import type { Execution } from '../../deploy/local/host/executions.ts';
import type { CallReport } from '../../runtime/cli/call/report';
import { FixtureServer, type Routes } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import { type N8nHost, startN8n } from '../host/n8n-host';
import { type RunningRuntime, startRuntime } from '../host/runtime-process';
import { call } from './headless-caller';

const ANSWER = 'You are free. All day long.';
const SPEAK = { engine: 'server:local', voice: 'anna' };

interface Piece {
	readonly name: string;
	readonly type: string;
	readonly parameters: Record<string, unknown>;
	readonly more?: Record<string, unknown>;
}

const located = (value: string) => ({ __rl: true, mode: 'path', value });
const ours = (type: string): string => `n8n-nodes-voice-loop.${type}`;
const transcribe: Piece = { name: 'Transcribe', type: ours('transcribe'), parameters: { model: located('pack:listen') } };
const llama = (id: string, prompt = '={{ $json.text }}'): Piece => ({ name: 'Llama Chat', type: ours('llamaChat'), parameters: { instructions: `You are ${id}.`, prompt, model: located('server:local') } });
const speak = (name: string, text = '={{ $json.text }}', parameters = {}, more = {}): Piece => ({ name, type: ours('orpheusSpeak'), parameters: { ...SPEAK, text, ...parameters }, more });

/** `Piece > Piece`, or `Piece ! Piece` for the error output. */
type Line = readonly [pieces: readonly Piece[], links: readonly string[]];

/** A workflow by what it is about, and what the caller hears of its first turn. */
const WORKFLOWS: Record<string, { line: (id: string) => Line; told: string; heard: Record<string, string[]> }> = {
	'a text that is changed before it is spoken': {
		line: (id) => [
			[transcribe, llama(id), { name: 'Change', type: 'n8n-nodes-base.set', parameters: { mode: 'raw', jsonOutput: '={{ { text: "We are closed." } }}', options: {} } }, speak('Speak')],
			['Transcribe > Llama Chat', 'Llama Chat > Change', 'Change > Speak'],
		],
		told: 'We are closed.',
		heard: { Speak: ['We are closed.'] },
	},
	'a filler before the reply': {
		line: (id) => [
			[transcribe, speak('Filler', 'One moment.', { waitForEnd: false }), llama(id, '={{ $("Transcribe").item.json.text }}'), speak('Speak')],
			['Transcribe > Filler', 'Filler > Llama Chat', 'Llama Chat > Speak'],
		],
		told: `One moment. ${ANSWER}`,
		heard: { Speak: [ANSWER] },
	},
	'several items': {
		line: () => [
			[transcribe, { name: 'Items', type: 'n8n-nodes-base.code', parameters: { jsCode: 'return [{ json: { text: "First." } }, { json: { text: "Second." } }, { json: { text: "Third." } }];' } }, speak('Speak')],
			['Transcribe > Items', 'Items > Speak'],
		],
		told: 'First. Second. Third.',
		heard: { Speak: ['First.', 'Second.', 'Third.'] },
	},
	'several items that a model answers': {
		line: (id) => [
			[transcribe, { name: 'Items', type: 'n8n-nodes-base.code', parameters: { jsCode: 'return [{ json: { text: "one" } }, { json: { text: "two" } }];' } }, llama(id), speak('Speak')],
			['Transcribe > Items', 'Items > Llama Chat', 'Llama Chat > Speak'],
		],
		told: `${ANSWER} ${ANSWER}`,
		heard: { Speak: [ANSWER, ANSWER] },
	},
	'one node after another': {
		line: (id) => [
			[transcribe, llama(id), speak('Speak'), speak('Speak More', 'Good bye.')],
			['Transcribe > Llama Chat', 'Llama Chat > Speak', 'Speak > Speak More'],
		],
		told: `${ANSWER} Good bye.`,
		heard: { Speak: [ANSWER], 'Speak More': ['Good bye.'] },
	},
	'two branches': {
		line: (id) => [
			[transcribe, llama(id), speak('Upper', 'Up here.', { waitForEnd: false }), speak('Lower', 'Down there.')],
			['Transcribe > Llama Chat', 'Llama Chat > Upper', 'Llama Chat > Lower'],
		],
		told: 'Up here. Down there.',
		heard: { Lower: ['Down there.'] },
	},
	'a node that speaks without a model': {
		line: () => [[transcribe, speak('Speak', 'We are closed.')], ['Transcribe > Speak']],
		told: 'We are closed.',
		heard: { Speak: ['We are closed.'] },
	},
	'a voice that breaks after its first sentence, and another one': {
		line: (id) => [
			[transcribe, llama(id), speak('Speak', '={{ $json.text }}', { voice: 'broken' }, { onError: 'continueErrorOutput' }), speak('Other Voice', '={{ $json.text }}')],
			['Transcribe > Llama Chat', 'Llama Chat > Speak', 'Speak ! Other Voice'],
		],
		told: ANSWER,
		heard: { 'Other Voice': [ANSWER] },
	},
	'a voice that breaks after its first sentence, and is tried again': {
		line: (id) => [
			[transcribe, llama(id), speak('Speak', '={{ $json.text }}', { voice: 'shaky' }, { retryOnFail: true, maxTries: 3, waitBetweenTries: 200 })],
			['Transcribe > Llama Chat', 'Llama Chat > Speak'],
		],
		told: ANSWER,
		heard: { Speak: [ANSWER] },
	},
};
const NAMES = Object.keys(WORKFLOWS);
const idOf = (name: string): string => `told-${NAMES.indexOf(name)}`;

/** What each voice was given, and what the model was shown. */
const given: string[] = [];
const shown = new Map<string, Array<{ role: string; content: string }>>();

const routes: Routes = {
	'GET /v1/audio/voices': (_request, reply) => reply.json(200, { voices: ['anna', 'broken', 'shaky'] }),
	'POST /v1/audio/speech': async ({ json }, reply) => {
		const { input, voice } = json as { input: string; voice: string };
		given.push(`${voice}: ${input}`);
		const times = given.filter((each) => each === `${voice}: ${input}`).length;
		// The second sentence is too much for them: for one always, for the other every other time.
		if (input.startsWith('All') && (voice === 'broken' || (voice === 'shaky' && times % 2 === 1))) return void (await reply.json(500, { error: { message: 'no' } }));
		const sound = speech(input);
		reply.begin(200, { 'content-type': 'audio/pcm' });
		await reply.write(Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength));
	},
	'POST /v1/chat/completions': async ({ json, body }, reply) => {
		const tried = (json as { max_tokens: number }).max_tokens === 1;
		const id = /told-\d+/.exec(body.toString('utf8'))?.[0] ?? '';
		if (!tried) shown.set(id, (json as { messages: Array<{ role: string; content: string }> }).messages);
		reply.begin(200, { 'content-type': 'text/event-stream' });
		for (const [delta, finish] of [[{ content: ANSWER }, null], [{}, 'stop']] as const) {
			await reply.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
		}
	},
};

function workflowOf(name: string) {
	const id = idOf(name);
	const [pieces, links] = WORKFLOWS[name]?.line(id) ?? [[], []];
	const trigger = { name: 'Trigger', type: ours('voiceSessionTrigger'), webhookId: id, parameters: { path: id, callers: 'anyone', turnTaking: {}, options: { greeting: '', emitCallEvents: false } } };
	const connections: Record<string, { main: Array<Array<{ node: string; type: string; index: number }>> }> = {};
	for (const link of ['Trigger > Transcribe', ...links]) {
		const [, from = '', way, to = ''] = /^(.*) ([>!]) (.*)$/.exec(link) ?? [];
		const outputs = (connections[from] ??= { main: [[], []] }).main;
		outputs[way === '!' ? 1 : 0]?.push({ node: to, type: 'main', index: 0 });
	}
	const nodes = [trigger, ...pieces.map(({ more, ...piece }) => ({ ...piece, ...more }))];
	const version = (type: string): number => ({ 'n8n-nodes-base.set': 3.4, 'n8n-nodes-base.code': 2 })[type] ?? 1;
	return {
		name,
		nodes: nodes.map((node, index) => ({ typeVersion: version(node.type), position: [200 * index, 100 * index], id: `${id}-${index}`, ...node })),
		connections,
		settings: { executionOrder: 'v1' },
	};
}

let folder: string;
let server: FixtureServer;
let runtime: RunningRuntime;
let n8n: N8nHost;
const outcomes = new Map<string, { report: CallReport; executions: Execution[] }>();

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-said-'));
	server = await FixtureServer.start(routes);
	const config = { local: { baseUrl: server.url, speak: { kind: 'speech', model: 'm', sampleRate: 16_000 }, chat: { model: 'm' } } };
	const configFile = path.join(folder, 'servers.json');
	await writeFile(configFile, JSON.stringify(config), { mode: 0o600 });
	runtime = await startRuntime({ VOICE_LOOP_SERVERS: configFile });
	n8n = await startN8n({ env: { VOICE_LOOP_STATE: runtime.stateFolder } });
	const waiting = [...NAMES];
	const work = async (): Promise<void> => {
		for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
			const id = await n8n.importWorkflow(workflowOf(name));
			await n8n.publish(id);
			const report = await call({ pageUrl: `${n8n.url}/webhook/${idOf(name)}` }, '--say', 'what can you do', '--say', 'what can you do', '--timeout', '40').report;
			const read = async (): Promise<Execution[]> => await n8n.executions(id);
			let executions = await read();
			for (const deadline = Date.now() + 20_000; Date.now() < deadline && !(executions.length === 2 && executions.every(({ status }) => status !== 'running')); ) {
				await new Promise((resolve) => setTimeout(resolve, 250));
				executions = await read();
			}
			outcomes.set(name, { report, executions });
		}
	};
	await Promise.all([work(), work()]);
}, 500_000);

afterAll(async () => {
	await n8n?.stop();
	await runtime?.stop();
	await server?.stop();
	await rm(folder, { recursive: true, force: true });
});

describe.each(NAMES)('%s', (name) => {
	const { told = '', heard = {} } = WORKFLOWS[name] ?? {};

	test('the page tells what was heard, in order', () => {
		const { report } = outcomes.get(name) ?? {};
		expect(report?.errors).toEqual([]);
		expect(report?.turns.map(({ reply, interrupted, error }) => ({ reply, interrupted, error }))).toEqual(Array(2).fill({ reply: told, interrupted: false, error: undefined }));
	});

	test('each node tells what was heard of its text', () => {
		const [execution] = outcomes.get(name)?.executions ?? [];
		expect(execution?.status).toBe('success');
		for (const [node, texts] of Object.entries(heard)) {
			expect(execution?.runs[node]?.flatMap(({ data }) => data?.main?.[0] ?? []).map(({ json }) => json.heard)).toEqual(texts);
		}
	});

	test('the model is shown the same in the next turn', () => {
		const messages = shown.get(idOf(name));
		if (!messages) return expect(WORKFLOWS[name]?.line('')[0].some(({ type }) => type === ours('llamaChat'))).toBe(false);
		const said = messages.filter(({ role }) => role === 'assistant').map(({ content }) => content).join(' ');
		// Of the second turn only what was written before the last request is there.
		expect(said.startsWith(told)).toBe(true);
		expect(said.slice(told.length).trim()).toBe(name === 'several items that a model answers' ? ANSWER : '');
	});
});

test('no words were said twice where a voice broke: the next one said the rest, once in each turn', () => {
	const times = (voice: string, text: string): number => given.filter((each) => each === `${voice}: ${text}`).length;
	expect([times('broken', 'You are free.'), times('shaky', 'You are free.')]).toEqual([2, 2]);
	expect([times('broken', 'All day long.'), times('shaky', 'All day long.')]).toEqual([2, 4]);
});
