import fc from 'fast-check';
import { transcribeSettings } from '../../contract/agent-settings';
import type { RecognitionStream, StreamingRecogniser } from './engine';
import { type FixtureSpeaker, join, noise, silentPcm, speaker } from './speech.fixture';

/** What the suite has to know about an engine: three sentences that it recognises to the word. */
export interface RecogniserSubject {
	readonly open: () => Promise<StreamingRecogniser>;
	readonly sentences: readonly [string, string, string];
	/** Who says them; flite if it is left out. */
	readonly speaker?: () => Promise<FixtureSpeaker>;
	/** false: it hears an utterance only when it is flushed, as one on a server does. */
	readonly partials?: boolean;
}

interface Ear {
	readonly stream: RecognitionStream;
	readonly partials: string[];
}

function words(text: string): string[] {
	return text.split(' ').filter((word) => word !== '');
}

/** The rules of a streaming recogniser, shown on real speech. */
export function describeRecogniser(name: string, subject: RecogniserSubject): void {
	describe(name, () => {
		const settings = transcribeSettings.parse({});
		const { partials: hasPartials = true } = subject;
		const [first, second, third] = subject.sentences;
		let engine: StreamingRecogniser;
		let say: FixtureSpeaker;

		const listen = async (): Promise<Ear> => {
			const partials: string[] = [];
			const stream = await engine.open(settings, {
				onPartial: (text) => partials.push(text),
				onFailed: (error) => partials.push(`failed: ${error.code}`),
			});
			return { stream, partials };
		};
		/** In pieces of 20 ms, as it comes from a call. */
		const push = (stream: RecognitionStream, sound: Int16Array, piece = 320): void => {
			for (let at = 0; at < sound.length; at += piece) stream.push(sound.subarray(at, at + piece));
		};
		const hear = async (sound: Int16Array, piece?: number): Promise<string> => {
			const { stream } = await listen();
			push(stream, sound, piece);
			const { text } = await stream.flush();
			await stream.close();
			return text;
		};

		beforeAll(async () => {
			[engine, say] = await Promise.all([subject.open(), (subject.speaker ?? speaker)()]);
		});
		afterAll(async () => await engine.close());

		it('hears sentences to the word, and says how sure it is', async () => {
			for (const sentence of subject.sentences) {
				const { stream } = await listen();
				push(stream, say(sentence));
				const heard = await stream.flush();
				expect(heard).toMatchObject({ text: sentence, understood: true });
				expect(heard.confidence).toBeGreaterThan(0.5);
				expect(heard.confidence).toBeLessThanOrEqual(1);
				await stream.close();
			}
		});

		it(hasPartials ? 'shows the text growing while the caller talks' : 'shows nothing before it is flushed', async () => {
			const { stream, partials } = await listen();
			expect(stream.partials).toBe(hasPartials);
			push(stream, say(first));
			await stream.flush();
			await stream.flush();
			if (!hasPartials) {
				expect(partials).toEqual([]);
				await stream.close();
				return;
			}
			expect(partials.length).toBeGreaterThan(2);
			for (const [index, text] of partials.entries()) expect(text).not.toBe(partials[index - 1] ?? '');
			const lengths = partials.map((text) => words(text).length);
			expect(Math.max(...lengths)).toBe(lengths.at(-1));
			expect(words(first).length - lengths.at(-1)!).toBeLessThanOrEqual(1);
			await stream.close();
		});

		it('flushes without ending the utterance, as often as asked', async () => {
			const sound = say(first);
			const { stream, partials } = await listen();
			const undisturbed = await listen();
			push(undisturbed.stream, sound);
			const expected = await undisturbed.stream.flush();
			for (let at = 0; at < sound.length; at += 4000) {
				push(stream, sound.subarray(at, at + 4000));
				expect(await stream.flush()).toEqual(await stream.flush());
			}
			expect(await stream.flush()).toEqual(expected);
			expect(partials).toEqual(undisturbed.partials);
			await Promise.all([stream.close(), undisturbed.stream.close()]);
		});

		it('does not depend on the size of the pieces', async () => {
			const sound = say(second);
			const expected = await hear(sound, sound.length);
			await fc.assert(
				fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 3000 }), { minLength: 1, maxLength: 20 }), async (sizes) => {
					const { stream } = await listen();
					for (let at = 0, turn = 0; at < sound.length; turn++) {
						const size = sizes[turn % sizes.length]!;
						stream.push(sound.subarray(at, at + size));
						at += size;
					}
					expect((await stream.flush()).text).toBe(expected);
					await stream.close();
				}),
				{ numRuns: 8 },
			);
		});

		it('does not keep what it is given: the buffer may be used again', async () => {
			const { stream } = await listen();
			const sound = say(first).slice();
			stream.push(sound);
			sound.fill(0);
			expect((await stream.flush()).text).toBe(first);
			await stream.close();
		});

		it('forgets at a reset, in order with the sound', async () => {
			const { stream, partials } = await listen();
			push(stream, say(first));
			const before = stream.flush();
			stream.reset();
			push(stream, say(second));
			expect((await before).text).toBe(first);
			expect((await stream.flush()).text).toBe(second);
			// All partials were still to come when the first utterance was forgotten.
			expect(partials.every((text) => words(text)[0] !== words(first)[0])).toBe(true);
			await stream.close();
		});

		it('hears nothing in nothing, in silence and in noise', async () => {
			for (const sound of [silentPcm(0), silentPcm(3000), noise(3000, 300), noise(3000, 3000), noise(30, 20_000)]) {
				const { stream, partials } = await listen();
				push(stream, sound);
				expect(await stream.flush()).toMatchObject({ text: '', understood: false });
				expect(partials).toEqual([]);
				await stream.close();
			}
		});

		it('keeps many callers apart', async () => {
			const callers = await Promise.all(
				Array.from({ length: 9 }, async (_, index) => ({ ...(await listen()), sentence: subject.sentences[index % 3]! })),
			);
			for (let at = 0; at < 100_000; at += 320) {
				for (const { stream, sentence } of callers) stream.push(say(sentence).subarray(at, at + 320));
			}
			for (const { stream, sentence } of callers) expect((await stream.flush()).text).toBe(sentence);
			await Promise.all(callers.map(async ({ stream }) => await stream.close()));
		});

		it('closes in the middle of work, and nobody else notices', async () => {
			const other = await listen();
			push(other.stream, say(third));
			const { stream, partials } = await listen();
			for (let turn = 0; turn < 20; turn++) push(stream, say(first));
			const pending = stream.flush();
			const closed = Promise.all([stream.close(), stream.close()]);
			await expect(pending).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
			await closed;
			const shown = partials.length;
			stream.push(say(first));
			stream.reset();
			await expect(stream.flush()).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
			expect((await other.stream.flush()).text).toBe(third);
			expect(partials).toHaveLength(shown);
			await other.stream.close();
		});

		it('writes down a whole recording, pauses and all', async () => {
			const sound = join(say(first), silentPcm(1500), say(second), silentPcm(1500), say(third));
			const written = await engine.transcribeAll(settings, sound);
			expect(written).toMatchObject({ text: subject.sentences.join(' '), understood: true });
			expect(written.durationMs).toBeCloseTo((sound.length * 1000) / 16_000);
			expect(await engine.transcribeAll(settings, silentPcm(2000))).toMatchObject({ text: '', understood: false });
			expect(await engine.transcribeAll(settings, silentPcm(0))).toMatchObject({ text: '', understood: false });
		});

		it('serves callers while it writes down a recording, and stops when nobody waits for it', async () => {
			const long = join(...Array.from({ length: 100 }, () => say(first)));
			const abort = new AbortController();
			const written = engine.transcribeAll(settings, long, abort.signal);
			expect(await hear(say(second))).toBe(second);
			abort.abort();
			await expect(written).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		});

		it('tells its callers when it ends', async () => {
			const ending = await subject.open();
			let failure = '';
			const stream = await ending.open(settings, { onPartial: () => undefined, onFailed: ({ code }) => (failure = code) });
			push(stream, say(first));
			const flushed = stream.flush().then(() => 'heard', ({ code }: { code: string }) => code);
			await ending.close();
			expect(['heard', 'VOICE_ERR_INFERENCE_LOST']).toContain(await flushed);
			await stream.close();
			expect(failure).toBe('VOICE_ERR_INFERENCE_LOST');
			await expect(ending.open(settings, { onPartial: () => undefined, onFailed: () => undefined })).rejects.toMatchObject({
				code: 'VOICE_ERR_CANCELLED',
			});
			await ending.close();
		});
	});
}
