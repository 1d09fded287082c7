// Guards against: an agent that talks on over its caller because the recogniser, a server, tells no word while the caller speaks, or for as long as a model writes.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FixtureServer, type FixtureReply } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import type { CallReport } from '../../runtime/cli/call/report';
import { call } from './headless-caller';
import { type World, changeNode, outputOf, startWorld } from './world';

const ASKED = 'tell me a story';
/** Takes more than two seconds to say. */
const INTERRUPTION = 'no please stop that and book a dentist appointment tomorrow at three';
const SENTENCE = 'This is a long story that goes on and on. ';
/** As long as a server needs for a sentence. */
const TRANSCRIBES_IN_MS = 600;

let folder: string;
let world: World;
let server: FixtureServer;
let report: CallReport;
let replies = 0;
let storiesStopped = 0;

/** A story without an end, and after it a short answer. */
async function chat(tried: boolean, reply: FixtureReply): Promise<void> {
	const write = async (content: string, finish: string | null = null): Promise<void> =>
		await reply.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`);
	reply.begin(200, { 'content-type': 'text/event-stream' });
	if (!tried && replies++ === 0) {
		while (!reply.signal.aborted) {
			await write(SENTENCE);
			await sleep(500);
		}
		storiesStopped++;
	}
	await write('All right.', 'stop');
	await reply.write('data: [DONE]\n\n');
}

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-barge-in-server-'));
	server = await FixtureServer.start({
		'POST /v1/chat/completions': async ({ json }, reply) => await chat((json as { max_tokens?: number }).max_tokens === 1, reply),
		'POST /v1/audio/transcriptions': async (_request, reply) => {
			await sleep(TRANSCRIBES_IN_MS);
			await reply.json(200, { text: replies === 0 ? ASKED : INTERRUPTION });
		},
	});
	const config = path.join(folder, 'servers.json');
	await writeFile(config, JSON.stringify({ fixture: { baseUrl: server.url, chat: { model: 'm' }, transcribe: { model: 'm' } } }), { mode: 0o600 });
	world = await startWorld({ VOICE_LOOP_SERVERS: config });
	const fixture = { model: { __rl: true, mode: 'path', value: 'server:fixture' } };
	await changeNode(world, 'Voice Session Trigger', { options: { greeting: '', emitCallEvents: false } });
	await changeNode(world, 'Transcribe', fixture);
	await changeNode(world, 'Llama Chat', { ...fixture, options: { maxTokens: 4096 } });
	report = await call(world, '--say', ASKED, '--barge-in', `${INTERRUPTION}@2500`).report;
}, 300_000);

afterAll(async () => {
	await world?.end();
	await server?.stop();
	await rm(folder, { recursive: true, force: true });
});

test('the agent falls silent when the caller begins to speak, and is not heard again', () => {
	const [story, interruption] = report.turns;
	expect(story).toMatchObject({ heard: ASKED, interrupted: true });
	// What was under way through the network; the interruption itself takes four seconds.
	expect(interruption?.silencedMs).toBeLessThan(1000);
});

test('the interruption is the next turn, and is answered', async () => {
	expect(report.turns[1]).toMatchObject({ heard: INTERRUPTION, reply: 'All right.', interrupted: false, answered: true });
	const [story, interruption] = await world.turns(2);
	expect(outputOf(story, 'Orpheus Speak')).toMatchObject({ interrupted: true });
	expect(outputOf(interruption, 'Transcribe')).toMatchObject({ text: INTERRUPTION, lookAhead: true });
});

test('a reply that does not end is ended by the node\'s limit: the model stops, and the caller can go on', async () => {
	await changeNode(world, 'Orpheus Speak', { longestSpeech: 3 });
	replies = 0;
	storiesStopped = 0;
	const { turns } = await call(world, '--say', ASKED, '--say', INTERRUPTION).report;
	expect(storiesStopped).toBe(1);
	expect(turns[1]).toMatchObject({ heard: INTERRUPTION, reply: 'All right.', answered: true });
	const spoken = outputOf((await world.turns(4))[2], 'Orpheus Speak');
	expect(spoken).toMatchObject({ interrupted: true, reachedLimit: true, spokenMs: 3000 });
	expect(SENTENCE.repeat(5)).toContain(turns[0]?.reply);
}, 120_000);
