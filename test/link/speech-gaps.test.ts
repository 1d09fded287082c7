// Guards against: a voice that stutters on a call while the turn's data says that all is well, or the other way round.
import { setTimeout as sleep } from 'node:timers/promises';
import { FixtureServer } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import { speech } from '../media/speech';
import { DirectCaller, DirectCalls } from './direct-calls';

const TEXT = 'You have nothing to do tomorrow.';
const SILENT_MS = 700;

let server: FixtureServer;
let calls: DirectCalls;
let caller: DirectCaller;
beforeAll(async () => {
	server = await FixtureServer.start({
		'GET /v1/audio/voices': (_request, reply) => reply.json(200, { voices: ['quick', 'slow'] }),
		'POST /v1/audio/speech': async ({ json }, reply) => {
			const { input, voice } = json as { input: string; voice: string };
			const sound = speech(input);
			const bytes = Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength);
			const half = bytes.length - (bytes.length % 4);
			reply.begin(200, { 'content-type': 'audio/pcm' });
			if (voice === 'slow') {
				await reply.write(bytes.subarray(0, half / 2));
				// All that it gave is heard by then.
				await sleep(half / 2 / 32 + SILENT_MS);
				await reply.write(bytes.subarray(half / 2));
			} else await reply.write(bytes);
		},
	});
	calls = await DirectCalls.start({ box: { baseUrl: server.url, speak: { kind: 'speech', model: 'm', sampleRate: 16_000 } } });
	caller = await new DirectCaller(calls).call({ agent: { speak: { engine: 'server:box', voice: 'quick' } } });
});
afterAll(async () => {
	caller?.hangUp();
	await calls?.stop();
	await server?.stop();
});

async function turn(count: number): Promise<string> {
	caller.says(speech('What is on my calendar tomorrow?'));
	return (await caller.turn(count)).turnId;
}

test('a voice that comes late: the node\'s output says how often, how long and what was waited for, and the turn\'s record as well', async () => {
	const turnId = await turn(1);
	const { gaps, heard } = await caller.speaks(turnId, TEXT, { engine: 'server:box', voice: 'slow' });
	expect(heard).toBe(TEXT);
	expect(gaps.count).toBeGreaterThanOrEqual(1);
	expect(gaps.totalMs).toBeGreaterThanOrEqual(gaps.longestMs);
	// The server waits from when it has sent the first half, the caller hears it a moment later.
	expect(gaps.longestMs).toBeGreaterThan(SILENT_MS / 2);
	expect(gaps.causes.voice).toBeGreaterThan(SILENT_MS / 2);
	await caller.page.until(() => caller.page.of('turn.finished').some((event) => event.turnId === turnId));
	expect(caller.page.of('turn.finished').find((event) => event.turnId === turnId)?.gaps?.count).toBe(gaps.count);
});

test('one in time has none that it caused', async () => {
	const turnId = await turn(2);
	const { gaps, heard } = await caller.speaks(turnId, TEXT, { engine: 'server:box', voice: 'quick' });
	expect(heard).toBe(TEXT);
	// A machine under load may stall the process that sends the sound; that is told as what it is.
	expect({ ...gaps.causes, machine: 0 }).toEqual({ machine: 0 });
});
