// Guards against: frames that are never played, sound that differs from one straight decode, a voice that cannot be
// stopped or paused at some frame, and a speech that never ends.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { joinPcm } from '../../../audio/pcm';
import { VoiceError } from '../../../contract/errors';
import { scriptedFrames } from '../../fixtures/orpheus-gguf.fixture';
import { SMALL_SNAC, writeSnac } from '../../fixtures/snac-onnx.fixture';
import { OrpheusVoice } from './orpheus-voice';
import { SnacDecoder } from './snac/snac-decoder';
import { FRAME_SAMPLES } from './snac/snac-model';
import { splitOf } from './snac/split';
import { decoderOf } from './sound/decoder.fixture';
import { toPcm } from '../join';
import { CODES, type Frame } from './tokens/frame-assembler';
import type { TokenAsk, TokenSource } from './token-source';
import { unlessCancelled } from '../../../lib/async';
import { voicesOf } from './voices';

const SAMPLING = { temperature: 0.6, topP: 0.9, topK: 40, repetitionPenalty: 1.1 };
const FRAMES = 12;
const never = new AbortController().signal;
async function turns(count: number): Promise<void> {
	for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** A promise that is settled by hand. */
function gate(): { open: () => void; passed: Promise<void> } {
	let open = (): void => undefined;
	const passed = new Promise<void>((resolve) => {
		open = resolve;
	});
	return { open, passed };
}

function numbersOf(frames: readonly Frame[]): number[] {
	return frames.flatMap((frame) => frame.map((code, position) => 10 + position * CODES + code));
}

/** Speaks what it is given, and counts how far it was asked. Asked again, it says the same again. */
class Script implements TokenSource {
	pulled = 0;
	running = 0;
	readonly asks: TokenAsk[] = [];

	constructor(
		private readonly numbers: readonly number[],
		private readonly fail?: VoiceError,
		/** Passed before each number: the model may be held up. */
		private readonly gate: (index: number) => Promise<void> = async () => await Promise.resolve(),
	) {}

	async *speak(ask: TokenAsk, signal: AbortSignal): AsyncGenerator<number> {
		this.asks.push(ask);
		this.running++;
		try {
			for (const [index, number] of this.numbers.entries()) {
				await this.gate(index);
				if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'cancelled');
				this.pulled++;
				yield number;
			}
			// The reader waits for more by then.
			if (this.fail) await new Promise((resolve) => setTimeout(resolve, 50));
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
		decoder = new SnacDecoder(file, splitOf(1));
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

	it('is held up and goes on at every frame', async () => {
		const straight = toPcm(await decoder.decode(scriptedFrames(0, FRAMES), never));
		for (let frame = 0; frame < FRAMES; frame++) {
			const hold = gate();
			const source = new Script(numbersOf(scriptedFrames(0, FRAMES)), undefined, async (index) => (index === 7 * frame ? await hold.passed : undefined));
			const sounds: Int16Array[] = [];
			const speaking = (async () => {
				for await (const { pcm } of voiceOf(source).speak('Hello.', { voice: '', speed: 1 }, never)) sounds.push(pcm);
			})();
			await turns(50);
			expect(source.pulled).toBe(7 * frame);
			hold.open();
			await speaking;
			expect(difference(joinPcm(sounds), straight)).toBeLessThanOrEqual(1);
		}
	});

	it('is paused and resumed by its listener at every frame', async () => {
		const straight = toPcm(await decoder.decode(scriptedFrames(0, FRAMES), never));
		let now = 0;
		// All has been heard whenever more is asked for.
		const voice = new OrpheusVoice(new Script(numbersOf(scriptedFrames(0, FRAMES))), decoder, SAMPLING, { now: () => (now += 10_000) });
		const sounds: Int16Array[] = [];
		for await (const { pcm } of voice.speak('Hello.', { voice: '', speed: 1 }, never)) {
			sounds.push(pcm);
			await turns(5);
		}
		expect(sounds.length).toBeGreaterThanOrEqual(FRAMES / 3);
		expect(difference(joinPcm(sounds), straight)).toBeLessThanOrEqual(1);
	});

	it('stops at every frame when cancelled, also while the model is held up there, and leaves nothing running', async () => {
		for (let frame = 0; frame < FRAMES; frame++) {
			const abort = new AbortController();
			const source = new Script(numbersOf(scriptedFrames(0, FRAMES)), undefined, async (index) => {
				if (index === 7 * frame) abort.abort();
				await Promise.resolve();
			});
			await expect(speak(voiceOf(source), abort.signal)).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
			expect(source.running).toBe(0);
			expect(source.pulled).toBe(7 * frame);
		}
	});

	it('stops where its listener does, whichever sound that is', async () => {
		for (let sounds = 1; sounds <= 4; sounds++) {
			const source = new Script(numbersOf(scriptedFrames(0, 40)));
			let heard = 0;
			for await (const sound of voiceOf(source).speak('Hello.', { voice: '', speed: 1 }, never)) {
				expect(sound.pcm.length).toBeGreaterThan(0);
				if (++heard === sounds) break;
			}
			expect(source.running).toBe(0);
		}
	});

	it.each(['model', 'decoder', 'graph'])('can be cancelled while its %s is being loaded', async (part) => {
		const abort = new AbortController();
		const loading = new Promise<never>(() => undefined);
		const source: TokenSource = Object.assign(new Script(numbersOf(scriptedFrames(0, 9))), part === 'model' ? { voices: () => loading } : {});
		const late = { ...decoderOf(async (_frames, signal) => await unlessCancelled(loading, signal)), ...(part === 'graph' && { speech: async () => await loading }) };
		const speaking = speak(new OrpheusVoice(source, late, SAMPLING), abort.signal);
		setImmediate(() => abort.abort());
		await expect(speaking).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
	});

	it('lets a new speaker on while others are paused, on one decoder thread', async () => {
		const paused = await Promise.all(
			Array.from({ length: 5 }, async () => {
				const sounds = voiceOf(new Script(numbersOf(scriptedFrames(0, 40)))).speak('Hello.', { voice: '', speed: 1 }, never)[Symbol.asyncIterator]();
				await sounds.next();
				return sounds;
			}),
		);
		expect(await speak(voiceOf(new Script(numbersOf(scriptedFrames(1, 30)))))).toHaveLength(30 * FRAME_SAMPLES);
		for (const sounds of paused) await sounds.return?.(undefined);
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
		// The decoder is two frames and a bit behind.
		expect(most).toBeLessThanOrEqual(27);
		expect(difference(joinPcm(sounds), straight)).toBeLessThanOrEqual(1);
	});

	it('ends a speech that goes round in circles, and limits one that never ends', async () => {
		const round = numbersOf(scriptedFrames(0, 5));
		const source = new Script(Array.from({ length: 100 }, () => round).flat());
		const sound = await speak(voiceOf(source));
		expect(sound.length / FRAME_SAMPLES).toBeLessThan(30);
		expect(source.asks[0]?.maxTokens).toBeLessThan(7 * 12 * 6);
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

	it('takes large windows again soon after a pause', async () => {
		let now = 0;
		const widths: number[] = [];
		const counting = decoderOf(async (frames, signal) => {
			widths.push(frames.length);
			return await decoder.decode(frames, signal);
		});
		const voice = new OrpheusVoice(new Script(numbersOf(scriptedFrames(0, 200))), counting, SAMPLING, { now: () => now });
		let sounds = 0;
		for await (const { pcm } of voice.speak('Hello.', { voice: '', speed: 1 }, never)) {
			expect(pcm.length).toBeGreaterThan(0);
			await turns(2);
			if (++sounds === 20) now += 60_000;
		}
		const wide = widths.map((width) => width === 13);
		expect(wide.slice(15, 20)).toContain(true);
		expect(wide[20]).toBe(false);
		expect(wide.slice(30, -1)).not.toContain(false);
	});

	it.each(['tokens', 'decoder'] as const)('says that its %s took longest', async (slow) => {
		let now = 0;
		let decoding = false;
		const takes = (part: 'tokens' | 'decoder'): void => void (now += part === slow ? 50 : 1);
		const source = new Script(numbersOf(scriptedFrames(0, FRAMES)), undefined, async (index) => {
			// One after the other: else the same time would pass for both.
			while (decoding) await turns(1);
			if (index % 7 === 0) takes('tokens');
		});
		const straight = decoderOf(async (frames, signal) => {
			decoding = true;
			takes('decoder');
			return await decoder.decode(frames, signal).finally(() => (decoding = false));
		});
		const told: Array<string | undefined> = [];
		for await (const { waitedFor } of new OrpheusVoice(source, straight, SAMPLING, { now: () => now }).speak('Hello.', { voice: '', speed: 1 }, never)) told.push(waitedFor);
		// At either end of a speech it may be the other one: tokens come first, and are all there in the end.
		expect(told.filter((part) => part === slow).length).toBeGreaterThan(told.length / 2);
	});

	it('says a long text in parts, all of it', async () => {
		const source = new Script(numbersOf(scriptedFrames(0, 5)));
		const sentence = 'I have booked your dentist appointment for tomorrow at three p m.';
		const sound = await speak(voiceOf(source), never, `${sentence} `.repeat(8));
		const parts = source.asks.map(({ text }) => text);
		expect(parts.join(' ')).toBe(Array<string>(8).fill(sentence).join(' '));
		expect(parts.length).toBeGreaterThan(2);
		expect(sound).toHaveLength(parts.length * 5 * FRAME_SAMPLES);
		// What each may take fits into the model's context.
		for (const { maxTokens } of source.asks) expect(maxTokens).toBeLessThan(2700);
	});

	it('takes the first voice that the model knows, and refuses one of another language', async () => {
		const french = Object.assign(new Script(numbersOf(scriptedFrames(0, 3))), { voices: async () => await Promise.resolve(voicesOf(['orpheus-fr'])) });
		await speak(voiceOf(french));
		expect(french.asks[0]?.voice).toBe('pierre');
		const asTara = voiceOf(french).speak('Hello.', { voice: 'tara', speed: 1 }, never)[Symbol.asyncIterator]();
		await expect(asTara.next()).rejects.toMatchObject({ code: 'VOICE_ERR_VOICE_UNKNOWN', message: expect.stringMatching(/no voice "tara".*pierre, amelie, marie/) });
		await expect(voiceOf(french).warm('tara')).rejects.toMatchObject({ code: 'VOICE_ERR_VOICE_UNKNOWN' });
	});

	describe('on quiet sound', () => {
		/** Frames whose coarse code is odd are speech, the others the noise that the published model has for silence. */
		const quiet = decoderOf(
			async (frames) =>
				await Promise.resolve(Float32Array.from(frames.flatMap(([coarse]) => Array.from({ length: FRAME_SAMPLES }, (_, at) => (coarse % 2 ? 0.06 : 0.0045) * (at % 2 ? 1 : -1))))),
		);
		const framesOf = (...stretches: ReadonlyArray<readonly ['noise' | 'speech', number]>): Frame[] =>
			stretches.flatMap(([kind, count], stretch) => Array.from({ length: count }, (_, at) => [stretch * 400 + at * 2 + (kind === 'speech' ? 1 : 0), 1, 2, 3, 4, 5, 6] as const));
		const seconds = async (source: Script): Promise<number> => (await speak(new OrpheusVoice(source, quiet, SAMPLING))).length / 24_000;
		const FRAME = FRAME_SAMPLES / 24_000;

		it('begins with the first word and ends after the last', async () => {
			const spoken = await seconds(new Script(numbersOf(framesOf(['noise', 7], ['speech', 12], ['noise', 9]))));
			expect(spoken).toBeGreaterThan(12 * FRAME + 0.18);
			expect(spoken).toBeLessThan(12 * FRAME + 0.24);
		});

		it('keeps a pause of 2 s, and ends a speech in which nothing is heard for longer than any pause', async () => {
			expect(await seconds(new Script(numbersOf(framesOf(['speech', 12], ['noise', 24], ['speech', 12]))))).toBeCloseTo(48 * FRAME, 1);
			const lost = new Script(numbersOf(framesOf(['speech', 12], ['noise', 600])));
			expect(await seconds(lost)).toBeLessThan(12 * FRAME + 0.2);
			expect(lost.pulled / 7).toBeLessThan(12 + 36 + 8 + 24 + 2);
			expect(lost.running).toBe(0);
		});

		it('takes nothing but silence for a failure', async () => {
			const mute = new Script(numbersOf(framesOf(['noise', 600])));
			await expect(seconds(mute)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED', message: expect.stringMatching(/silence/) });
		});
	});
});
