// Guards against a caller who hears silence or half an answer because an engine is down, breaks off or is too slow.
import { setTimeout as sleep } from 'node:timers/promises';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeScriptedGguf } from '../../runtime/inference/fixtures/scripted-gguf.fixture';
import { FixtureServer, type Routes } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import { transcribeSettings } from '../../runtime/contract/agent-settings';
import type { CallReport } from '../../runtime/cli/call/report';
import { speech } from '../media/speech';
import { call } from './headless-caller';
import { type World, changeNode, outputOf, startWorld } from './world';

const WRITTEN = 'Book a dentist appointment ';
const SAID = `${WRITTEN}tomorrow at three p m.`;
const RATE = 16_000;
const BYTES_PER_SECOND = 2 * RATE;
const PIECE_MS = 100;

function textOf(json: unknown): string {
	return (json as { input: string }).input;
}

/** What was sent before is on its way: a connection that is cut takes along what still waits in it. */
async function breakOff(): Promise<never> {
	await sleep(300);
	throw new Error('breaks off');
}

/** Speaks with espeak-ng, 100 ms at a time; `pace` times real time, and breaks off after `share` of the sound. */
function speaking(pace: number, share: number): Routes {
	return {
		'GET /v1/audio/voices': (_request, reply) => reply.json(200, { voices: ['anna'] }),
		'POST /v1/audio/speech': async ({ json }, reply) => {
			const sound = speech(textOf(json));
			const bytes = Buffer.from(sound.buffer, sound.byteOffset, sound.byteLength);
			const step = (BYTES_PER_SECOND * PIECE_MS) / 1000;
			reply.begin(200, { 'content-type': 'audio/pcm' });
			for (let from = 0; from < bytes.length * share; from += step) {
				await reply.write(bytes.subarray(from, from + step));
				if (pace < Infinity) await sleep(PIECE_MS / pace);
			}
			if (share < 1) await breakOff();
		},
	};
}

/** Writes the first words of the answer and breaks off; does well while it is only tried. */
const writing: Routes = {
	'POST /v1/chat/completions': async ({ json }, reply) => {
		const tried = (json as { max_tokens: number }).max_tokens === 1;
		const write = async (content: string, finish: string | null = null): Promise<void> =>
			await reply.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta: { content }, finish_reason: finish }] })}\n\n`);
		reply.begin(200, { 'content-type': 'text/event-stream' });
		for (const word of WRITTEN.split(/(?<= )/)) await write(word);
		if (!tried) return await breakOff();
		await write('', 'length');
	},
};

const refusing: Routes = {
	'GET /v1/audio/voices': (_request, reply) => reply.json(200, { voices: ['anna'] }),
	'POST /v1/audio/speech': (_request, reply) => reply.json(500, { error: { message: 'out of memory' } }),
	'POST /v1/audio/transcriptions': (_request, reply) => reply.json(500, { error: { message: 'out of memory' } }),
};

let folder: string;
let world: World;
let report: CallReport;
const servers: FixtureServer[] = [];

async function serve(routes: Routes): Promise<string> {
	const server = await FixtureServer.start(routes);
	servers.push(server);
	return server.url;
}

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-chain-'));
	const speak = { kind: 'speech', model: 'm', sampleRate: RATE };
	const config = {
		down: { baseUrl: 'http://127.0.0.1:9', speak },
		refusing: { baseUrl: await serve(refusing), speak, transcribe: { model: 'm' } },
		slow: { baseUrl: await serve(speaking(0.4, 1)), speak },
		breaking: { baseUrl: await serve(speaking(Infinity, 0.5)), speak },
		writing: { baseUrl: await serve(writing), chat: { model: 'm' } },
	};
	const configFile = path.join(folder, 'servers.json');
	await writeFile(configFile, JSON.stringify(config), { mode: 0o600 });
	const model = path.join(folder, 'answers.gguf');
	// What follows a word in its script follows it everywhere: it goes on from where the other one broke off.
	writeScriptedGguf(model, [{ say: SAID }]);
	world = await startWorld({ VOICE_LOOP_SERVERS: configFile });
	// A greeting would find out about the voices first.
	await changeNode(world, 'Voice Session Trigger', { options: { agentName: 'Appointments', greeting: '' } });
	const at = (value: string) => ({ __rl: true, mode: 'path', value });
	await changeNode(world, 'Transcribe', { model: at('server:refusing'), fallbacks: { model: [{ model: at('pack:listen') }] } });
	await changeNode(world, 'Llama Chat', { model: at('server:writing'), fallbacks: { model: [{ model: at(model) }] } });
	const others = ['server:refusing', 'server:slow', 'server:breaking', 'flite'];
	await changeNode(world, 'Orpheus Speak', { engine: 'server:down', fallbacks: { voice: others.map((engine) => ({ engine, voice: '' })) } });
	report = await call(world, '--say', 'what can you do', '--save', path.join(folder, 'reply.wav')).report;
}, 300_000);

afterAll(async () => {
	await world?.end();
	for (const server of servers) await server.stop();
	await rm(folder, { recursive: true, force: true });
});

test('the caller hears the whole answer', async () => {
	expect(report.errors).toEqual([]);
	expect(report.turns).toMatchObject([{ heard: 'what can you do', reply: SAID, answered: true }]);
	const { text } = await world.runtime.client.transcribe(await readFile(path.join(folder, 'reply.wav')), transcribeSettings.parse({}));
	// Where one voice takes over from another a word may be said twice, and be hard to make out.
	expect(text).toMatch(/book a dentist/);
	expect(text).toMatch(/three p m$/);
});

test('the execution tells who stood in for whom, and why', async () => {
	const [turn] = await world.turns(1);
	expect(turn?.status).toBe('success');
	expect(outputOf(turn, 'Transcribe')).toMatchObject({ engine: 'pack:listen', replaced: [{ from: 'server:refusing', to: 'pack:listen', code: 'VOICE_ERR_MODEL_FAILED' }] });
	expect(outputOf(turn, 'Llama Chat')).toMatchObject({ text: SAID, replaced: [{ from: 'server:writing', code: 'VOICE_ERR_ENGINE_UNREACHABLE' }] });
	const spoken = outputOf(turn, 'Orpheus Speak');
	expect(spoken).toMatchObject({ heard: SAID, engine: 'flite', interrupted: false });
	expect((spoken.replaced as Array<{ from: string; code: string }>).map(({ from, code }) => [from, code])).toEqual([
		['server:down', 'VOICE_ERR_ENGINE_UNREACHABLE'],
		['server:refusing', 'VOICE_ERR_MODEL_FAILED'],
		['server:slow', 'VOICE_ERR_TOO_SLOW'],
		['server:breaking', 'VOICE_ERR_ENGINE_UNREACHABLE'],
	]);
});
