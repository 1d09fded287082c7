// Guards against: an Orpheus that works piece by piece and not as a whole: real model files, the real inference process.
import { copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { joinPcm } from '../../../audio/pcm';
import { VoiceError } from '../../../contract/errors';
import { InferenceProcess } from '../../fixtures/inference-process.fixture';
import { foreignAudio, scriptedFrames, writeScriptedOrpheus } from '../../fixtures/orpheus-gguf.fixture';
import { writeScriptedGguf } from '../../fixtures/scripted-gguf.fixture';
import { SMALL_SNAC, TRUE_SNAC, writeSnac } from '../../fixtures/snac-onnx.fixture';
import { describeVoice } from '../conformance.fixture';
import type { Sound, VoiceEngine } from '../engine';
import { SnacDecoder } from './snac/snac-decoder';
import { splitOf } from './snac/split';
import { toPcm } from '../join';
import { voicesOf } from './voices';

jest.setTimeout(180_000);

const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-orpheus-'));
function at(name: string): string {
	return path.join(folder, name);
}
let inference: InferenceProcess;

beforeAll(() => {
	writeScriptedOrpheus(at('orpheus-3b-0.1-ft.gguf'), [
		{ frames: 40 },
		{ when: 'Yes', frames: 5 },
		{ when: 'No', frames: 8, damage: { 2: ['oh', 3], 6: [foreignAudio(0), foreignAudio(5)] } },
		{ when: 'Forever', frames: 300, endless: true },
	]);
	writeSnac(at('snac.onnx'), SMALL_SNAC);
	inference = new InferenceProcess();
});

afterAll(async () => {
	expect(inference.alive).toBe(true);
	await inference.stop();
	rmSync(folder, { recursive: true });
});

/** The engine as the gateway sees it: by way of the process that runs it. */
function remote(files: { model?: string; decoder?: string } = {}): VoiceEngine {
	const orpheus = { model: at('orpheus-3b-0.1-ft.gguf'), decoder: at('snac.onnx'), ...files };
	return {
		voices: voicesOf(['orpheus-3b-0.1-ft']),
		sampleRate: 24_000,
		async *speak(text, settings, signal): AsyncGenerator<Sound> {
			const sounds: Sound[] = [];
			let wake: () => void = () => undefined;
			const call = inference.client.call('speak', { settings: { ...settings, engine: 'orpheus', orpheus } }, (event) => {
				if (event.type === 'audio') sounds.push(event);
				wake();
			});
			const cancel = (): void => call.cancel();
			if (signal.aborted) cancel();
			signal.addEventListener('abort', cancel);
			call.send({ type: 'piece', piece: 0, text });
			call.send({ type: 'end' });
			let ended = false;
			const end = call.result.finally(() => {
				ended = true;
				wake();
			});
			end.catch(() => undefined);
			while (!ended || sounds.length > 0) {
				const sound = sounds.shift();
				if (sound) yield { pcm: sound.pcm, sampleRate: sound.sampleRate };
				else await new Promise<void>((resolve) => (wake = resolve));
			}
			await end;
		},
		warm: async (voice) => {
			const speak = { engine: 'orpheus', voice, orpheus };
			await inference.client.call('warm', { transcribe: null, chat: null, speak }).result;
		},
	};
}

async function speak(text: string, files = {}, signal = new AbortController().signal): Promise<Int16Array> {
	const sounds: Int16Array[] = [];
	for await (const { pcm } of remote(files).speak(text, { voice: '', speed: 1 }, signal)) sounds.push(pcm);
	return joinPcm(sounds);
}

describeVoice('Orpheus in the inference process', () => remote());

describe('Orpheus in the inference process', () => {
	const straight = async (speech: number, count: number, file = 'snac.onnx'): Promise<Int16Array> => {
		const decoder = new SnacDecoder(at(file), splitOf(1), false);
		const sound = await decoder.decode(scriptedFrames(speech, count), new AbortController().signal);
		await decoder.close();
		return toPcm(sound);
	};
	const expectSame = (sound: Int16Array, expected: Int16Array): void => {
		expect(sound).toHaveLength(expected.length);
		expect(Math.max(...expected.map((sample, index) => Math.abs(sample - sound[index]!)))).toBeLessThanOrEqual(1);
	};

	it('says what the model wrote, sample by sample, and each text what belongs to it', async () => {
		expectSame(await speak('Hello there.'), await straight(0, 40));
		expectSame(await speak('Yes.'), await straight(1, 5));
	});

	it('is as exact with a decoder of the published shape', async () => {
		writeSnac(at('true.onnx'), { ...TRUE_SNAC, noise: false });
		expectSame(await speak('Hello there.', { decoder: at('true.onnx') }), await straight(0, 40, 'true.onnx'));
	});

	it('leaves out words and foreign tokens, and finds its place again after a frame that was begun twice', async () => {
		expectSame(await speak('No.'), await straight(2, 8));
	});

	it('rests while the caller has enough to hear, and goes on at the very sample', async () => {
		const orpheus = { model: at('orpheus-3b-0.1-ft.gguf'), decoder: at('snac.onnx') };
		const sounds: Int16Array[] = [];
		const call = inference.client.call('speak', { settings: { engine: 'orpheus', orpheus }, realTime: true }, (event) => {
			if (event.type !== 'audio') return;
			if (sounds.push(event.pcm) === 1) call.send({ type: 'hold', hold: true, unheardMs: 4000 });
		});
		call.send({ type: 'piece', piece: 0, text: 'Hello there.' });
		call.send({ type: 'end' });
		const tokens = async (): Promise<number> => (await inference.client.call('stats', {}).result).tokens;
		for (let before = -1, now = await tokens(); before !== now || sounds.length === 0; ) {
			before = now;
			await sleep(300);
			now = await tokens();
		}
		expect(joinPcm(sounds).length).toBeLessThan(20 * 2048);
		call.send({ type: 'hold', hold: false, unheardMs: 3000 });
		await call.result;
		expectSame(joinPcm(sounds), await straight(0, 40));
	});

	it('puts an end to a speech without one', async () => {
		const sound = await speak('Forever.');
		expect(sound.length / 24_000).toBeLessThan(6);
	});

	it('stops within a token when cancelled in mid-speech', async () => {
		const abort = new AbortController();
		const sounds = remote().speak('Hello there.', { voice: '', speed: 1 }, abort.signal)[Symbol.asyncIterator]();
		await sounds.next();
		abort.abort();
		await expect((async () => { for (;;) if ((await sounds.next()).done) return; })()).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		const { tokens } = await inference.client.call('stats', {}).result;
		await speak('Yes.');
		// The next speech alone: its prompt and 5 frames. Nothing of the old one goes on.
		expect((await inference.client.call('stats', {}).result).tokens - tokens).toBeLessThan(60);
	});

	it('speaks with a decoder whose inputs have other names, and with one that adds noise', async () => {
		writeSnac(at('named.onnx'), { ...SMALL_SNAC, inputs: ['codes_0', 'codes_1', 'codes_2'] });
		writeSnac(at('noisy.onnx'), { ...SMALL_SNAC, noise: true });
		expectSame(await speak('Yes.', { decoder: at('named.onnx') }), await straight(1, 5));
		expect(await speak('Yes.', { decoder: at('noisy.onnx') })).toHaveLength(5 * 2048);
	});

	it('asks a model of another language for no voice that it does not know', async () => {
		copyFileSync(at('orpheus-3b-0.1-ft.gguf'), at('orpheus-3b-french-ft.gguf'));
		const french = remote({ model: at('orpheus-3b-french-ft.gguf') });
		await expect(french.warm('tara')).rejects.toMatchObject({ code: 'VOICE_ERR_VOICE_UNKNOWN', message: expect.stringMatching(/pierre, amelie, marie/) });
		await french.warm('marie');
		expect(await speak('Yes.', { model: at('orpheus-3b-french-ft.gguf') })).toHaveLength(5 * 2048);
	});

	it('speaks with any voice of a model that says nothing about itself', async () => {
		copyFileSync(at('orpheus-3b-0.1-ft.gguf'), at('mine.gguf'));
		await remote({ model: at('mine.gguf') }).warm('grandmother');
		await expect(remote({ model: at('mine.gguf') }).warm('a: b')).rejects.toMatchObject({ code: 'VOICE_ERR_VOICE_UNKNOWN' });
	});

	it('says which file is not what it should be', async () => {
		writeScriptedGguf(at('chat.gguf'), [{ say: 'Hello.' }]);
		writeScriptedOrpheus(at('cut.gguf'), [{ frames: 1 }]);
		truncateSync(at('cut.gguf'), 9_000_000);
		writeFileSync(at('text.onnx'), 'no graph');
		const cases: ReadonlyArray<readonly [{ model?: string; decoder?: string }, string, RegExp]> = [
			[{ model: at('none.gguf') }, 'VOICE_ERR_MODEL_MISSING', /none\.gguf/],
			[{ decoder: at('none.onnx') }, 'VOICE_ERR_MODEL_MISSING', /none\.onnx/],
			[{ model: at('chat.gguf') }, 'VOICE_ERR_MODEL_BROKEN', /not an Orpheus model/],
			[{ model: at('cut.gguf') }, 'VOICE_ERR_MODEL_BROKEN', /cut\.gguf/],
			[{ decoder: at('text.onnx') }, 'VOICE_ERR_MODEL_BROKEN', /text\.onnx/],
			[{ decoder: path.resolve('models/listen/listen.onnx') }, 'VOICE_ERR_MODEL_BROKEN', /not a SNAC/],
		];
		for (const [files, code, message] of cases) {
			const failure: unknown = await speak('Hello.', files).catch((error: unknown) => error);
			expect(failure).toBeInstanceOf(VoiceError);
			expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
		}
		expect(await speak('Yes.')).toHaveLength(5 * 2048);
	});
});
