// Guards against: servers that share the work in tests only. These are real llama-servers: one of them dies in the middle of a
// speech and comes back, one refuses the key, one has a model that only chats.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { speakSettings } from '../../contract/agent-settings';
import { packageRoot } from '../../lib/package-root';
import { Cooldowns } from '../fallback/cooldowns';
import { writeScriptedOrpheus } from '../fixtures/orpheus-gguf.fixture';
import { writeScriptedGguf } from '../fixtures/scripted-gguf.fixture';
import { SMALL_SNAC, writeSnac } from '../fixtures/snac-onnx.fixture';
import { describeWithLlamaServer, LLAMA_SERVER_KEY, LlamaServer } from '../openai-client/fixtures/llama-server.fixture';
import { RealTime } from '../scheduler/real-time';
import { type FallbackSpeaker, VoiceFallback } from '../speech/fallback';
import { SnacDecoder } from '../speech/orpheus/snac/snac-decoder';
import { FRAME_SAMPLES } from '../speech/orpheus/snac/snac-model';
import { splitOf } from '../speech/orpheus/snac/split';
import { Servers } from './servers';
import { serversFile } from './servers-file';

jest.setTimeout(180_000);

const never = new AbortController().signal;
const SHORT = 'Hello there.';
const SHORT_FRAMES = 40;
/** Of a length for which 20 s of sound are no runaway. */
const LONG = 'This is a long sentence, which goes on and on about nothing at all, so that a server can be killed while it is spoken, and there is still a lot to say.';
const LONG_FRAMES = 240;

describeWithLlamaServer('several real servers', () => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-real-servers-'));
	const file = (name: string): string => path.join(folder, name);
	const decoder = new SnacDecoder(file('snac.onnx'), splitOf(1));
	const clock = { now: () => 0 };
	let one: LlamaServer;
	let two: LlamaServer;

	beforeAll(async () => {
		writeSnac(file('snac.onnx'), SMALL_SNAC);
		const script = [{ frames: SHORT_FRAMES }, { when: 'long', frames: LONG_FRAMES }];
		writeScriptedOrpheus(file('orpheus.gguf'), script);
		// 200 tokens a second: 9 s for the long one.
		writeScriptedOrpheus(file('slow.gguf'), script, 4);
		writeScriptedGguf(file('chat.gguf'), [{ say: 'As a language model, I cannot speak.' }]);
		[one, two] = await Promise.all([orpheus(), orpheus()]);
	});
	afterAll(async () => {
		await LlamaServer.stopAll();
		await decoder.close();
		rmSync(folder, { recursive: true });
	});
	const orpheus = async (model = 'orpheus.gguf'): Promise<LlamaServer> => await LlamaServer.start(file(model), '--special', '--metrics', '-np', '4');

	const entry = ({ url }: LlamaServer, apiKey = LLAMA_SERVER_KEY) => ({ baseUrl: url, apiKey, speak: { kind: 'orpheus-tokens' } });
	/** What the runtime has: `main.ts`, with these servers. */
	const speech = (entries: Record<string, ReturnType<typeof entry>>, engine = 'server:all', fallbacks: string[] = []) => {
		const servers = new Servers(serversFile.parse({ ...entries, all: { servers: Object.keys(entries) } }));
		const source = { engine: async (settings: ReturnType<typeof speakSettings.parse>) => await servers.voice(settings.engine.slice('server:'.length), settings, async () => await Promise.resolve(decoder)) };
		const chain = new VoiceFallback(source, new Cooldowns(clock), new RealTime(clock), clock, (name, voice) => servers.links('speak', name, voice));
		const settings = speakSettings.parse({ engine, fallbacks: fallbacks.map((name) => ({ engine: name })) });
		return { warm: async () => await chain.warm(settings), speaker: () => chain.speaker(settings, false) };
	};
	const say = async (speaker: FallbackSpeaker, text: string): Promise<number> => {
		let samples = 0;
		for await (const { pcm } of speaker.speak(text, never)) samples += pcm.length;
		return samples;
	};
	const written = async (): Promise<number[]> => await Promise.all([one.written(), two.written()]);

	it.each([
		['in a group', 'server:all', []],
		['beside each other in a chain', 'server:one', ['server:two']],
	])('share the speeches of one tick, %s', async (_how, engine, fallbacks) => {
		const { warm, speaker } = speech({ one: entry(one), two: entry(two) }, engine, fallbacks);
		await warm();
		// Each writes its first speech, so that neither is probed while it is counted.
		await Promise.all([say(speaker(), SHORT), say(speaker(), SHORT)]);
		const before = await written();
		const speakers = Array.from({ length: 6 }, speaker);
		const samples = await Promise.all(speakers.map(async (each) => await say(each, SHORT)));
		expect(samples).toEqual(Array<number>(6).fill(SHORT_FRAMES * FRAME_SAMPLES));
		expect(speakers.flatMap(({ doneBy }) => doneBy.replaced)).toEqual([]);
		expect(speakers.map(({ doneBy }) => doneBy.engine).toSorted()).toEqual([...Array<string>(3).fill('server:one'), ...Array<string>(3).fill('server:two')]);
		const after = await written();
		const [by, byOther] = after.map((count, at) => count - before[at]!);
		expect(by).toBeGreaterThan(3 * 7 * SHORT_FRAMES - 1);
		expect(by).toBe(byOther);
	});

	it('go on with the speeches of one that is killed, and let it share again once it is back', async () => {
		const slow = await orpheus('slow.gguf');
		const { warm, speaker } = speech({ slow: entry(slow), two: entry(two) });
		await warm();
		await Promise.all([say(speaker(), SHORT), say(speaker(), SHORT)]);
		const [first, second] = [speaker(), speaker()];
		const sounds = [first, second].map((each) => each.speak(LONG, never));
		const begun = await Promise.all(sounds.map(async (each) => await each.next()));
		await slow.kill();
		const samples = await Promise.all(
			sounds.map(async (each, at) => {
				let count: number = begun[at]?.value?.pcm.length ?? 0;
				for await (const { pcm } of each) count += pcm.length;
				return count;
			}),
		);
		expect(first.doneBy).toMatchObject({ engine: 'server:two', replaced: [{ from: 'server:slow', to: 'server:two', code: 'VOICE_ERR_ENGINE_UNREACHABLE' }] });
		expect(second.doneBy).toEqual({ engine: 'server:two', replaced: [] });
		expect(samples[1]).toBe(LONG_FRAMES * FRAME_SAMPLES);
		// What was heard by then, and then all that was left of the text.
		expect(samples[0]).toBeGreaterThan(LONG_FRAMES * FRAME_SAMPLES * 0.5);

		const later = Array.from({ length: 3 }, speaker);
		await Promise.all(later.map(async (each) => await say(each, SHORT)));
		expect(later.map(({ doneBy }) => doneBy.engine)).toEqual(Array<string>(3).fill('server:two'));
		expect(later[0]?.doneBy.replaced).toMatchObject([{ from: 'server:slow', code: 'VOICE_ERR_ENGINE_UNREACHABLE' }]);

		await slow.again();
		clock.now = () => 31_000;
		const trial = speaker();
		await say(trial, SHORT);
		const back = [speaker(), speaker()];
		await Promise.all(back.map(async (each) => await say(each, SHORT)));
		expect([trial, ...back].map(({ doneBy }) => doneBy.engine)).toEqual(['server:slow', 'server:slow', 'server:two']);
	});

	it('begin again where nothing was heard yet', async () => {
		const { warm, speaker } = speech({ one: entry(one), two: entry(two) });
		await warm();
		await one.kill();
		const speakers = Array.from({ length: 4 }, speaker);
		const samples = await Promise.all(speakers.map(async (each) => await say(each, SHORT)));
		expect(samples).toEqual(Array<number>(4).fill(SHORT_FRAMES * FRAME_SAMPLES));
		one = await one.again();
	});

	it('are measured by the script that is there for it', async () => {
		const measure = async (key: string) => await promisify(execFile)(process.execPath, [path.join(packageRoot(), 'deploy', 'orpheus', 'measure.mjs'), `${two.url}/v1`, '3'], { env: { ...process.env, ORPHEUS_KEY: key } });
		expect((await measure(LLAMA_SERVER_KEY)).stdout).toMatch(/^[0-3] of 3 speeches in real time .*\n\d+ tokens\/s together; one speech plays 82\nfirst 28 tokens after/);
		await expect(measure('sk-another-key')).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('401') });
	});

	it('are passed over where they refuse the key, or have another model', async () => {
		const chat = await LlamaServer.start(file('chat.gguf'));
		for (const [wrong, code] of [
			[entry(one, 'sk-another-key'), 'VOICE_ERR_ENGINE_REFUSED'],
			[entry(chat), 'VOICE_ERR_MODEL_FAILED'],
		] as const) {
			const { speaker } = speech({ wrong, two: entry(two) });
			const first = speaker();
			expect(await say(first, SHORT)).toBe(SHORT_FRAMES * FRAME_SAMPLES);
			expect(first.doneBy).toMatchObject({ engine: 'server:two', replaced: [{ from: 'server:wrong', code }] });
			// It has nothing to do, and is not asked all the same.
			const next = speaker();
			await say(next, SHORT);
			expect(next.doneBy.replaced).toMatchObject([{ from: 'server:wrong', why: expect.stringContaining('a moment ago') }]);
		}
	});
});
