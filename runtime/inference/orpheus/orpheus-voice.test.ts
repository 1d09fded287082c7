// Guards against: frames that are never played, sound that differs from one straight decode, a voice that cannot be
// stopped or paused at some frame, and a speech that never ends.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { joinPcm } from '../../contract/audio';
import { VoiceError } from '../../contract/errors';
import { scriptedFrames } from '../fixtures/orpheus-gguf.fixture';
import { SMALL_SNAC, writeSnac } from '../fixtures/snac-onnx.fixture';
import type { Sound } from '../voices/voice';
import { OrpheusVoice } from './orpheus-voice';
import { SnacDecoder } from './snac/snac-decoder';
import { FRAME_SAMPLES } from './snac/snac-model';
import { toPcm } from './sound/join';
import { CODES, type Frame } from './tokens/frame-assembler';
import type { TokenAsk, TokenSource } from './token-source';

const SAMPLING = { temperature: 0.6, topP: 0.9, topK: 40, repetitionPenalty: 1.1 };
const never = new AbortController().signal;
const numbersOf = (frames: readonly Frame[]): number[] => frames.flatMap((frame) => frame.map((code, position) => 10 + position * CODES + code));

/** Speaks what it is given, and counts how far it was asked. */
class Script implements TokenSource {
	pulled = 0;
	running = 0;
	ask: TokenAsk | undefined;

	constructor(private readonly numbers: readonly number[], private readonly fail?: VoiceError) {}

	async *speak(ask: TokenAsk, signal: AbortSignal): AsyncGenerator<number> {
		this.ask = ask;
		this.running++;
		try {
			for (const number of this.numbers) {
				if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'cancelled');
				this.pulled++;
				yield await Promise.resolve(number);
			}
			if (this.fail) throw this.fail;
		} finally {
			this.running--;
		}
	}

	async warm(): Promise<void> {
		await Promise.resolve();
	}
}

describe('OrpheusVoice', () => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-snac-'));
	const file = path.join(folder, 'snac.onnx');
	let decoder: SnacDecoder;
	beforeAll(() => {
		writeSnac(file, SMALL_SNAC);
		decoder = new SnacDecoder(file, 1);
	});
	afterAll(async () => {
		await decoder.close();
		rmSync(folder, { recursive: true });
	});

	const voiceOf = (source: TokenSource): OrpheusVoice => new OrpheusVoice(source, decoder, SAMPLING);
	const speak = async (voice: OrpheusVoice, signal = never, text = 'Hello there.'): Promise<Int16Array> => {
		const sounds: Int16Array[] = [];
		for await (const { pcm } of voice.speak(text, { voice: '', speed: 1 }, signal)) sounds.push(pcm);
		return joinPcm(sounds);
	};
	/** The largest difference of two samples. Rounding to 16 bit may make 1 of nothing. */
	const difference = (sound: Int16Array, straight: Int16Array): number =>
		sound.length === straight.length ? straight.reduce((most, sample, at) => Math.max(most, Math.abs(sample - sound[at]!)), 0) : Infinity;

	it.each([1, 2, 3, 4, 5, 9, 30])('plays all of %i frames, as one straight decode has them', async (count) => {
		const frames = scriptedFrames(0, count);
		const straight = toPcm(await decoder.decode(frames, never));
		const sound = await speak(voiceOf(new Script(numbersOf(frames))));
		expect(sound).toHaveLength(count * FRAME_SAMPLES);
		expect(difference(sound, straight)).toBeLessThanOrEqual(1);
	});

	it('gives the first sound after 21 tokens', async () => {
		const source = new Script(numbersOf(scriptedFrames(0, 3)).slice(0, 21));
		const sounds = voiceOf(source).speak('Hello.', { voice: '', speed: 1 }, never)[Symbol.asyncIterator]();
		await sounds.next();
		expect(source.pulled).toBe(21);
		await sounds.return?.(undefined);
	});

	it('goes on after damaged tokens with the next whole frame', async () => {
		const frames = scriptedFrames(0, 12);
		const numbers = numbersOf(frames);
		numbers.splice(30, 1);
		numbers.splice(50, 0, 99_999, 3);
		const whole = frames.filter((_, index) => index !== 4);
		const sound = await speak(voiceOf(new Script(numbers)));
		expect(difference(sound, toPcm(await decoder.decode(whole, never)))).toBeLessThanOrEqual(1);
	});

	it('stops at every frame when cancelled, and leaves nothing running', async () => {
		for (let at = 0; at < 12; at++) {
			const abort = new AbortController();
			const source = new Script(numbersOf(scriptedFrames(0, 12)));
			const heard: Sound[] = [];
			const speaking = (async () => {
				for await (const sound of voiceOf(source).speak('Hello.', { voice: '', speed: 1 }, abort.signal)) {
					heard.push(sound);
					if (heard.length > at) abort.abort();
				}
			})();
			if (at === 0) abort.abort();
			await speaking.catch((error: unknown) => expect(error).toMatchObject({ code: 'VOICE_ERR_CANCELLED' }));
			expect(source.running).toBe(0);
		}
	});

	it('rests while nobody takes its sound, and goes on at the very sample', async () => {
		const frames = scriptedFrames(0, 60);
		const straight = toPcm(await decoder.decode(frames, never));
		const source = new Script(numbersOf(frames));
		const sounds: Int16Array[] = [];
		let most = 0;
		for await (const { pcm } of voiceOf(source).speak('Hello.', { voice: '', speed: 1 }, never)) {
			sounds.push(pcm);
			// Long enough for a source that does not rest to run to its end.
			for (let turn = 0; turn < 500; turn++) await Promise.resolve();
			most = Math.max(most, source.pulled / 7 - joinPcm(sounds).length / FRAME_SAMPLES);
		}
		expect(most).toBeLessThanOrEqual(25);
		expect(difference(joinPcm(sounds), straight)).toBeLessThanOrEqual(1);
	});

	it('lets go of the model when nobody listens any more', async () => {
		const source = new Script(numbersOf(scriptedFrames(0, 40)));
		for await (const sound of voiceOf(source).speak('Hello.', { voice: '', speed: 1 }, never)) {
			expect(sound.pcm.length).toBeGreaterThan(0);
			break;
		}
		expect(source.running).toBe(0);
	});

	it('ends a speech that goes round in circles, and limits one that never ends', async () => {
		const round = numbersOf(scriptedFrames(0, 5));
		const source = new Script(Array.from({ length: 100 }, () => round).flat());
		const sound = await speak(voiceOf(source));
		expect(sound.length / FRAME_SAMPLES).toBeLessThan(30);
		expect(source.ask?.maxTokens).toBeLessThan(7 * 12 * 6);
	});

	it('plays what was written before the model failed, then says so', async () => {
		const source = new Script(numbersOf(scriptedFrames(0, 6)), new VoiceError('VOICE_ERR_MODEL_FAILED', 'gone'));
		let samples = 0;
		const speaking = (async () => {
			for await (const { pcm } of voiceOf(source).speak('Hello.', { voice: '', speed: 1 }, never)) samples += pcm.length;
		})();
		await expect(speaking).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		// All but what may still be the last of a block of 10 ms.
		expect(samples).toBeGreaterThan(6 * FRAME_SAMPLES - 240);
	});

	it('takes a model that writes no speech for a failure', async () => {
		await expect(speak(voiceOf(new Script([3, 4, 5])))).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
	});
});
