// Guards against: a voice of sherpa-onnx that breaks a voice's rules, and a model that takes the process with it.
// The process runs from dist/: test/fresh-build.mjs builds it.
import childProcess, { type ChildProcess, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeToneKokoro } from '../../fixtures/tone-kokoro.fixture';
import { writeToneVoice } from '../../fixtures/tone-voice.fixture';
import { describeVoice } from '../conformance.fixture';
import type { VoiceEngine } from '../engine';
import { SherpaVoices } from './sherpa-voices';

jest.setTimeout(60_000);

const never = new AbortController().signal;
const root = mkdtempSync(path.join(os.tmpdir(), 'sherpa-voice-'));
const places = { prepared: path.join(root, '.prepared'), models: path.join(root, '.models'), env: {} };
const voices = new SherpaVoices(async (name) => path.join(root, name), places);
afterAll(async () => {
	await voices.close();
	rmSync(root, { recursive: true });
});

async function open(name: string): Promise<VoiceEngine> {
	return await voices.engine({ engine: name });
}

/** Looks like the opened voice at once, for the suite opens it without waiting. */
function later(opening: () => Promise<VoiceEngine>): () => VoiceEngine {
	let engine: VoiceEngine | undefined;
	beforeAll(async () => {
		engine = await opening();
	});
	return () => engine as VoiceEngine;
}

describe('a voice of sherpa-onnx', () => {
	describeVoice(
		'VITS at 24 kHz, two speakers',
		later(async () => {
			writeToneVoice(path.join(root, 'tones'));
			return await open('tones');
		}),
	);
	describeVoice(
		'VITS at 12 kHz, brought to 16 kHz',
		later(async () => {
			writeToneVoice(path.join(root, 'slow'), { rate: 12_000, speakers: ['only'] });
			return await open('slow');
		}),
	);
});

/** Where espeak-ng keeps its data, which `npm test` installs: Kokoro's own folder holds a copy of it. */
function phonemeData(): string | undefined {
	try {
		return /Data at: (.+)/.exec(execFileSync('espeak-ng', ['--version'], { encoding: 'utf8' }))?.[1]?.trim();
	} catch {
		return undefined;
	}
}

const phonemes = phonemeData();
(phonemes ? describe : describe.skip)('with espeak-ng on this machine', () => {
	describeVoice(
		'Kokoro',
		later(async () => {
			writeToneKokoro(path.join(root, 'kokoro'), phonemes ?? '');
			return await open('kokoro');
		}),
	);
});

describe('what lies in the folder', () => {
	it('takes the names of the speakers from the file', async () => {
		writeToneVoice(path.join(root, 'named'), { rate: 16_000, speakers: ['bella', 'adam'] });
		expect((await open('named')).voices).toEqual([
			{ value: 'bella', name: 'bella' },
			{ value: 'adam', name: 'adam' },
		]);
	});

	it('opens a folder once, and anew when a file has changed', async () => {
		const folder = path.join(root, 'changing');
		writeToneVoice(folder, { rate: 16_000, speakers: ['old'] });
		const [first, second] = await Promise.all([open('changing'), open('changing')]);
		expect(second).toBe(first);
		writeToneVoice(folder, { rate: 24_000, speakers: ['new', 'newer'] });
		const replaced = await open('changing');
		expect(replaced).toMatchObject({ sampleRate: 24_000, voices: [{ value: 'new' }, { value: 'newer' }] });
		expect(await open('changing')).toBe(replaced);
	});

	it.each([
		['there is no folder', () => undefined, 'nowhere'],
		['there is no model', (folder: string) => mkdirSync(folder), 'it is empty'],
		['tokens.txt is missing', (folder: string) => { writeToneVoice(folder); rmSync(path.join(folder, 'tokens.txt')); }, 'tokens.txt'],
		['Pocket TTS lacks most of it', (folder: string) => { mkdirSync(folder); writeFileSync(path.join(folder, 'lm_flow.int8.onnx'), ''); }, 'lm_main*.onnx, encoder*.onnx'],
	])('says what is missing when %s', async (why, make, named) => {
		const name = why === 'there is no folder' ? 'nowhere' : why.replace(/\W+/g, '-');
		make(path.join(root, name));
		await expect(open(name)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', message: expect.stringContaining(named) });
	});
});

describe('a model that sherpa-onnx does not survive', () => {
	const model = (folder: string): string => path.join(folder, 'model.onnx');
	it.each([
		['is cut short', (folder: string) => truncateSync(model(folder), 700), /./],
		['is no ONNX', (folder: string) => writeFileSync(model(folder), 'This is a text.'), /./],
		['is empty', (folder: string) => writeFileSync(model(folder), ''), /./],
		['is another graph', (folder: string) => writeFileSync(model(folder), readFileSync(model(folder)).toString('latin1').replace('sample_rate', 'sample_wait'), 'latin1'), /'sample_rate' does not exist/],
		['has no lexicon', (folder: string) => writeToneVoice(folder, { rate: 16_000, speakers: ['a'], metadata: { frontend: '' } }), /lexicon/],
		['has tokens of another kind', (folder: string) => writeFileSync(path.join(folder, 'tokens.txt'), 'abc 1\n'), /tokens/],
	])('is refused with what sherpa said when it %s, and we live on', async (why, damage, said) => {
		const name = why.replace(/\W+/g, '-');
		const folder = path.join(root, name);
		writeToneVoice(folder);
		damage(folder);
		await expect(open(name)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN', message: expect.stringMatching(said) });
		await expect(open(name)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN' });
		writeToneVoice(folder);
		expect((await open(name)).voices).toHaveLength(2);
	});
});

it.each([
	['Pocket TTS', ['lm_flow.int8.onnx', 'lm_main.int8.onnx', 'encoder.onnx', 'decoder.int8.onnx', 'text_conditioner.onnx', 'vocab.json', 'token_scores.json', 'bria.wav']],
	['Supertonic', ['duration_predictor.int8.onnx', 'text_encoder.int8.onnx', 'vector_estimator.int8.onnx', 'vocoder.int8.onnx', 'tts.json', 'unicode_indexer.bin', 'voice.bin']],
	['Matcha', ['model-steps-3.onnx', 'vocos-22khz-univ.onnx', 'tokens.txt', 'lexicon.txt']],
])('refuses what has all files of %s and nothing of it in them', async (name, files) => {
	mkdirSync(path.join(root, name));
	for (const file of files) writeFileSync(path.join(root, name, file), 'This is a text.');
	const opening = open(name);
	await expect(opening).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN' });
	// So sherpa says where it was not told of a file.
	await expect(opening).rejects.not.toThrow(/provide/);
});

async function lengthOf(engine: VoiceEngine, text: string, voice = ''): Promise<number> {
	let samples = 0;
	for await (const { pcm } of engine.speak(text, { voice, speed: 1 }, never)) samples += pcm.length;
	return samples;
}

const SENTENCES = 'One sentence. '.repeat(100);

/** The id of the next process that is started. */
function spawned(): () => number {
	const fork = jest.spyOn(childProcess, 'fork');
	return () => {
		const child = fork.mock.results.at(-1)?.value as ChildProcess;
		fork.mockRestore();
		return child.pid ?? 0;
	};
}

describe('a run that fails', () => {
	it('fails, and does not hang, when onnxruntime throws in the middle of it', async () => {
		// The third speaker is none.
		writeToneVoice(path.join(root, 'deadly'), { rate: 16_000, speakers: ['a', 'b'], metadata: { n_speakers: '3' } });
		const engine = await open('deadly');
		await expect(lengthOf(engine, 'Hello.', '2')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		expect(await lengthOf(engine, 'Hello.')).toBeGreaterThan(0);
	});

	it('goes on in a new process when that of the voice has ended', async () => {
		writeToneVoice(path.join(root, 'killed'));
		const pid = spawned();
		const engine = await open('killed');
		const speaking = lengthOf(engine, SENTENCES);
		process.kill(pid(), 'SIGKILL');
		await expect(speaking).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		expect(await lengthOf(engine, 'Hello.')).toBeGreaterThan(0);
	});

	it('fails a text that the model cannot read, so that another voice can say it', async () => {
		writeToneVoice(path.join(root, 'latin'));
		const engine = await open('latin');
		await expect(lengthOf(engine, '你好')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
		expect(await lengthOf(engine, 'Hello.')).toBeGreaterThan(0);
	});

	it('gives a long text sentence by sentence, and stops between two', async () => {
		writeToneVoice(path.join(root, 'long'));
		const engine = await open('long');
		const abort = new AbortController();
		const sounds: number[] = [];
		const speaking = (async () => {
			for await (const { pcm } of engine.speak(SENTENCES, { voice: '', speed: 1 }, abort.signal)) {
				sounds.push(pcm.length);
				if (sounds.length === 3) abort.abort();
			}
		})();
		await expect(speaking).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
		expect(sounds).toHaveLength(3);
	});
});
