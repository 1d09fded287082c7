// Guards against a recogniser that mishears, mixes callers up, hangs, or acts on what it did not understand.
// The worker runs from dist/: test/fresh-build.mjs builds it.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { transcribeSettings } from '../../../contract/agent-settings';
import { packageRoot } from '../../../lib/package-root';
import { createListenEngine } from './listen-engine';
import { describeRecogniser } from '../conformance.fixture';
import type { Recognition, StreamingRecogniser } from '../engine';
import { type FixtureSpeaker, speaker } from '../speech.fixture';

const PACK = path.join(packageRoot(), 'models', 'listen');

describeRecogniser('the offline recogniser', {
	open: async () => await createListenEngine(PACK),
	sentences: ['book dinner with michael on the twenty first of june at seven in the evening', 'move my dentist appointment to friday at eleven', 'what is on my calendar today'],
});

describe('what the offline recogniser understands', () => {
	let engine: StreamingRecogniser;
	let say: FixtureSpeaker;
	const hear = async (sound: Int16Array, hints: readonly string[] = []): Promise<Recognition> => {
		const quiet = { onPartial: () => undefined, onFailed: () => undefined };
		const stream = await engine.open(transcribeSettings.parse({ hints }), quiet);
		stream.push(sound);
		const heard = await stream.flush();
		await stream.close();
		return heard;
	};

	beforeAll(async () => {
		[engine, say] = await Promise.all([createListenEngine(PACK), speaker()]);
	});
	afterAll(async () => await engine.close());

	it.each([
		'the weather in london is cold and rainy',
		'four hours of steady work faced us',
		'please send me the invoice by email',
		'the quick brown fox jumps over the lazy dog',
		'photosynthesis',
		'how far is it',
		'what a lovely view',
		'what is two plus two',
		'please book a table for two at the italian restaurant',
	])('does not take "%s" for a sentence of its own', async (foreign) => {
		for (const voice of ['awb', 'rms'] as const) {
			expect(await hear(say(foreign, voice))).toMatchObject({ text: '', understood: false });
		}
	});

	it.each([
		['oliver', 'Oliver'],
		['rivera', 'Mr. Rivera'],
		['patel', 'Patel=p ah t eh l'],
	])('hears the name %s once told to expect "%s"', async (name, hint) => {
		const sentence = `book lunch with ${name} on friday at noon`;
		expect((await hear(say(sentence))).text).not.toContain(name);
		expect(await hear(say(sentence), [hint])).toMatchObject({ text: sentence, understood: true });
		// The other callers' words are what they were.
		expect((await hear(say(sentence))).text).not.toContain(name);
	});

	it.each([
		{ hints: ['42'], why: 'no letters' },
		{ hints: ['Nguyen=n w qq n'], why: '"qq" is none of' },
		{ hints: ['Doctor Nguyen=n w ih n'], why: 'one word' },
		{ language: 'de', hints: [], why: 'does not understand "de"' },
	])('refuses settings that it cannot follow: $why', async ({ why, ...settings }) => {
		const opened = engine.open(transcribeSettings.parse(settings), { onPartial: () => undefined, onFailed: () => undefined });
		const refusal = { code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringContaining(why) as string };
		await expect(opened).rejects.toMatchObject(refusal);
		await expect(engine.transcribeAll(transcribeSettings.parse(settings), new Int16Array(100))).rejects.toMatchObject(refusal);
	});
});

describe('a recogniser folder that is damaged', () => {
	let folder: string;
	beforeEach(async () => {
		folder = await mkdtemp(path.join(os.tmpdir(), 'listen-pack-'));
		await cp(PACK, folder, { recursive: true });
	});
	afterEach(async () => await rm(folder, { recursive: true }));

	const refuses = async (code: string, file: string): Promise<void> => {
		const message = expect.stringContaining(file) as string;
		await expect(createListenEngine(folder)).rejects.toMatchObject({ code, message });
	};

	it.each(['listen.onnx', 'units.txt', 'lexicon.txt', 'names.txt', 'ngram.json.gz'])('is missing %s', async (file) => {
		await rm(path.join(folder, file));
		await refuses('VOICE_ERR_MODEL_MISSING', file);
	});

	it.each([
		['listen.onnx', 'this is no graph'],
		['listen.onnx', ''],
		['units.txt', 'aa\nae\n'],
		['units.txt', '<blank>\naa\naa\n'],
		['lexicon.txt', ''],
		['lexicon.txt', 'hello\thh eh l ow\nbye\tb qq\n'],
		['lexicon.txt', 'hello\n'],
		['ngram.json.gz', '{}'],
	])('has a wrong %s', async (file, content) => {
		await writeFile(path.join(folder, file), content);
		await refuses('VOICE_ERR_MODEL_BROKEN', file);
	});

	it('has half a graph', async () => {
		const graph = await readFile(path.join(folder, 'listen.onnx'));
		await writeFile(path.join(folder, 'listen.onnx'), graph.subarray(0, graph.length / 2));
		await refuses('VOICE_ERR_MODEL_BROKEN', 'listen.onnx');
	});

	it('has another graph', async () => {
		const silero = path.join(path.dirname(require.resolve('@ricky0123/vad-web/package.json')), 'dist', 'silero_vad_v6.onnx');
		await cp(silero, path.join(folder, 'listen.onnx'));
		await refuses('VOICE_ERR_MODEL_BROKEN', 'listen.onnx');
	});

	it('has units of another model', async () => {
		const lines = (await readFile(path.join(folder, 'units.txt'), 'utf8')).trim();
		await writeFile(path.join(folder, 'units.txt'), `${lines}\nxx\n`);
		await refuses('VOICE_ERR_MODEL_BROKEN', 'listen.onnx');
	});
});
