// Guards against: a Whisper of Hugging Face's layout that hears worse than the same one of sherpa-onnx. The weights are real, and so is
// the voice; the files are written by whisper_ct2_to_hugging_face.py, whose graphs have the inputs and outputs of Optimum's own.
import { joinPcm, LISTEN_RATE } from '../../runtime/audio/pcm';
import { Ears } from './weights/ears';
import { NOISES } from './weights/noises';
import { some, spoken } from './weights/prompts';
import { describeWithWeights } from './weights/weights';
import { wordErrorRate, wordsOf } from './weights/word-error-rate';

describeWithWeights("a real Whisper of Hugging Face's layout", () => {
	const ears = new Ears();
	const heard = ears.heard.bind(ears);

	afterAll(async () => await ears.close());

	const TINY = 'whisper-tiny.en-hugging-face';
	const BASE = 'whisper-base-hugging-face';

	it('hears 60 human prompts with at most 5 % of the words wrong', async () => {
		const sentences = some(spoken(6, 16));
		const pairs: [string, string][] = [];
		for (const { text, pcm } of sentences) pairs.push([text, (await heard(TINY, pcm())).text]);
		expect(pairs).toHaveLength(60);
		expect(wordErrorRate(pairs)).toBeLessThanOrEqual(0.05);
	});

	it('two decoders say what the merged one says', async () => {
		for (const { pcm } of some(spoken(6, 16), 4)) expect({ ...(await heard(`${TINY}-split`, pcm())), engine: TINY }).toEqual(await heard(TINY, pcm()));
	});

	it('says a short answer once', async () => {
		const repeated: string[] = [];
		for (const { text, pcm } of some(spoken(1, 3), 30)) {
			const words = wordsOf((await heard(TINY, pcm())).text);
			if (words.length > 2 && words.length > 2 * wordsOf(text).length && new Set(words).size < words.length) repeated.push(`${text} -> ${words.join(' ')}`);
		}
		expect(repeated).toEqual([]);
	});

	it.each(NOISES)('makes no word of a sound: %s', async (_name, pcm) => {
		expect((await heard(TINY, pcm)).text).toBe('');
	});

	it('hears all of an utterance that is longer than half a minute', async () => {
		const sentences = spoken(8, 14).slice(0, 14);
		const pcm = joinPcm(sentences.map((sentence) => sentence.pcm()));
		expect(pcm.length).toBeGreaterThan(45 * LISTEN_RATE);
		const { text } = await heard(TINY, pcm);
		expect(wordErrorRate([[sentences.map((sentence) => sentence.text).join(' '), text]])).toBeLessThanOrEqual(0.15);
	});

	it('hears the language of each caller, also at once, and finds out one that is not said', async () => {
		const sentences = spoken(8, 10).slice(0, 2);
		// What German Whisper makes of English is sometimes English.
		const other: string[] = [];
		for (const { text, pcm } of sentences) {
			const [english, german, unsaid] = await Promise.all([heard(BASE, pcm(), 'en-US'), heard(BASE, pcm(), 'de'), heard(BASE, pcm(), '')]);
			expect(wordErrorRate([[text, english.text]])).toBeLessThan(0.3);
			expect(unsaid.text).toBe(english.text);
			if (german.text !== english.text) other.push(german.text);
		}
		expect(other).not.toEqual([]);
	});

	it('is sure of what it hears, and refuses a language that it does not know', async () => {
		const [prompt] = spoken(8, 10);
		const { confidence } = await heard(TINY, prompt?.pcm() ?? new Int16Array(0));
		expect(confidence).toBeGreaterThan(0.5);
		expect(confidence).toBeLessThan(1);
		await expect(heard(TINY, new Int16Array(LISTEN_RATE), 'de')).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringMatching(/does not understand "de"/) });
		await expect(heard(BASE, new Int16Array(LISTEN_RATE), 'xx')).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringMatching(/does not understand "xx"/) });
	});
});
