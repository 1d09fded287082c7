// Guards against: an appointment that is booked at an hour which the caller has not said, or which was hardly understood, whatever model
// has filled it in.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CallReport } from '../../runtime/cli/call/report';
import { writeScriptedGguf, AFTER_TOOL } from '../../runtime/inference/fixtures/scripted-gguf.fixture';
import { FixtureServer, type FixtureReply } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import { call } from './headless-caller';
import { type World, changeNode, outputOf, startWorld } from './world';

interface WireMessage {
	readonly role: string;
	readonly content: string | null;
}

/** What is heard, how sure the recogniser is of it, and the hour that the model on the server makes of it. */
interface Said {
	readonly text: string;
	readonly logprob: number;
	readonly hour?: string;
}

const CLEAR = -0.05;
const BARELY = -1.2;
const ON_SERVER: readonly Said[] = [
	{ text: 'book a dentist appointment tomorrow', logprob: CLEAR, hour: 'nine' },
	{ text: 'at ten', logprob: BARELY, hour: 'ten' },
	{ text: 'no at three p m', logprob: CLEAR, hour: 'three p m' },
];
const ON_PACK: readonly Said[] = [
	{ text: "Book a doctor's appointment tomorrow, sometime.", logprob: CLEAR },
	{ text: 'At 4 PM.', logprob: CLEAR },
];
/** Of sound at 16 kHz, less than two seconds. */
const SHORT_BYTES = 64_000;
const ON_GGUF: readonly Said[] = [{ text: 'book a dentist appointment tomorrow', logprob: CLEAR }];

let folder: string;
let server: FixtureServer;
let world: World;
/** What is being said in the call under way, turn by turn. */
let saying: readonly Said[] = [];
let turn = 0;

/** Fills in whatever the tool takes, asks where it is told to, and says else that it is done. */
async function chat(messages: readonly WireMessage[], reply: FixtureReply): Promise<void> {
	const result = messages.at(-1)?.role === 'tool' ? (messages.at(-1)?.content ?? '') : undefined;
	const write = async (delta: object, finish: string): Promise<void> => await reply.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
	reply.begin(200, { 'content-type': 'text/event-stream' });
	if (result === undefined) {
		const given = JSON.stringify({ title: 'dentist', day: 'tomorrow', time: saying[turn]?.hour });
		await write({ tool_calls: [{ index: 0, id: `c${turn}`, type: 'function', function: { name: 'book_appointment', arguments: given } }] }, 'tool_calls');
	} else {
		turn++;
		await write({ content: result.includes('"not said"') ? 'At what time?' : result.includes('"unclear"') ? 'At ten, is that right?' : 'It is booked.' }, 'stop');
	}
	await reply.write('data: [DONE]\n\n');
}

/** A call in which this is said; what the agent's model did in each turn. */
async function talk(said: readonly Said[], answeredBy: string, options: object = {}): Promise<{ report: CallReport; tools: unknown[] }> {
	saying = said;
	turn = 0;
	const before = (await world.turns(0)).length;
	await changeNode(world, 'Llama Chat', { model: { __rl: true, mode: 'path', value: answeredBy }, options });
	const report = await call(world, ...said.flatMap(({ text }) => ['--say', text])).report;
	const turns = (await world.turns(before + said.length)).slice(before);
	return { report, tools: turns.map((each) => outputOf(each, 'Llama Chat').tools) };
}

async function booked(): Promise<unknown[]> {
	return (await world.n8n.dataTableRows('Appointments')).map(({ time }) => time);
}

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-inputs-'));
	server = await FixtureServer.start({
		'POST /v1/chat/completions': async ({ json }, reply) => await chat((json as { messages: WireMessage[] }).messages, reply),
		'POST /v1/audio/transcriptions': async ({ body }, reply) => {
			// No request tells this server what the pack has answered. What is said then is short.
			const { text = '', logprob = 0 } = saying[Math.max(turn, saying === ON_PACK && body.length < SHORT_BYTES ? 1 : 0)] ?? {};
			await reply.json(200, { text, segments: [{ avg_logprob: logprob, no_speech_prob: 0 }] });
		},
	});
	const config = path.join(folder, 'servers.json');
	await writeFile(config, JSON.stringify({ fixture: { baseUrl: server.url, chat: { model: 'm' }, transcribe: { model: 'm' } } }), { mode: 0o600 });
	world = await startWorld({ VOICE_LOOP_SERVERS: config });
	await changeNode(world, 'Voice Session Trigger', { options: { greeting: '', emitCallEvents: false } });
	await changeNode(world, 'Transcribe', { model: { __rl: true, mode: 'path', value: 'server:fixture' } });
}, 300_000);

afterAll(async () => {
	await world?.end();
	await server?.stop();
	await rm(folder, { recursive: true, force: true });
});

test('a model on a server: the hour is asked for, the one that was barely heard is asked back, and the one that was said is booked', async () => {
	const { report, tools } = await talk(ON_SERVER, 'server:fixture');
	expect(report.turns.map(({ reply }) => reply)).toEqual(['At what time?', 'At ten, is that right?', 'It is booked.']);
	expect(tools).toMatchObject([
		[{ ok: false, arguments: { time: 'nine' }, result: { status: 'not said', what: 'time' } }],
		[{ ok: false, arguments: { time: 'ten' }, result: { status: 'unclear', what: 'time' } }],
		[{ ok: true, arguments: { time: 'three p m' }, result: { status: 'booked' } }],
	]);
	await expect(booked()).resolves.toEqual(['15:00']);
}, 120_000);

test("the offline pack's model asks for the hour that it would have made up", async () => {
	const { report, tools } = await talk(ON_PACK, 'pack:answer');
	expect(report.turns[0]?.reply).toMatch(/At what time .*\?$/);
	expect(tools).toMatchObject([[{ ok: false, arguments: { time: 'nine' }, result: { status: 'not said' } }], [{ ok: true, arguments: { time: 'four p m' } }]]);
	await expect(booked()).resolves.toEqual(['15:00', '16:00']);
}, 120_000);

test('a GGUF that fills in nine books nothing, unless the node says that its inputs are not checked', async () => {
	const model = path.join(folder, 'fills-in.gguf');
	writeScriptedGguf(model, [
		{ when: AFTER_TOOL, say: 'At what time?' },
		{ call: { name: 'book_appointment', arguments: { title: 'dentist', day: 'tomorrow', time: 'nine' } } },
	]);
	const checked = await talk(ON_GGUF, model);
	expect(checked.tools).toMatchObject([[{ ok: false, result: { status: 'not said', what: 'time' } }]]);
	expect(checked.report.turns[0]?.reply).toBe('At what time?');
	await expect(booked()).resolves.toEqual(['15:00', '16:00']);
	const unchecked = await talk(ON_GGUF, model, { checkToolInputs: false });
	expect(unchecked.tools).toMatchObject([[{ ok: true, arguments: { time: 'nine' } }]]);
	await expect(booked()).resolves.toEqual(['15:00', '16:00', '09:00']);
}, 240_000);
