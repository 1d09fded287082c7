import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { VoiceError } from '../../../contract/errors';
import { FETCH_AGAIN, mistakenFile } from '../../models/mistaken-file';
import { type GraphInput, readGraphInputs } from '../../workers/onnx/metadata';
import { assertOnnx } from '../../workers/onnx/onnx-file';
import { copyWithMetadata } from '../../workers/onnx/onnx-writer';
import type { ModelFolder } from '../../workers/sherpa/folder';
import { prepareOnce } from '../../workers/sherpa/prepared-files';
import { kokoroTokens } from './kokoro-vocabulary';
import { NotNpz, readNpz } from './npz';

/** Kokoro as kokoro-onnx has it (a model, and all voices in one archive of numpy), or Hugging Face (a file for each voice). */
export interface KokoroPair {
	readonly model: string;
	/** One archive, or each voice's own file. */
	readonly voices: readonly [string, ...string[]];
}

/** What sherpa-onnx opens instead of it. */
export interface PreparedKokoro {
	readonly model: string;
	readonly voices: string;
	readonly tokens: string;
	readonly names: readonly string[];
}

interface Styles {
	readonly name: string;
	readonly data: Float32Array;
}

const RATE = 24_000;
/** Numbers of one style. A voice has one for each length of a text, in phonemes: 510 of them, in 0.19 511. */
const WIDTH = 256;
const FEWEST_STYLES = 500;
/** What most take for Kokoro's best. It comes first, and so is the default. */
const BEST = 'af_heart';

/** Of voices: numpy's archive by any name; kokoro-onnx calls it .bin. */
const ARCHIVE = /^(?:voices[^/]*\.bin|[^/]+\.npz)$/i;

const FLOAT32 = 1;
const INT64 = 7;

/**
 * The files of a Kokoro that is not made for sherpa-onnx; undefined where the folder holds none.
 * Rejects with VOICE_ERR_MODEL_MISSING where one half is missing or there are several, VOICE_ERR_MODEL_BROKEN for a model that is no Kokoro.
 */
export async function kokoroPair(folder: ModelFolder): Promise<KokoroPair | undefined> {
	if (folder.has('tokens.txt')) return undefined;
	const archives = folder.all('*').filter((name) => ARCHIVE.test(name));
	const single = folder.all('voices/*.bin');
	if (archives.length === 0 && single.length === 0) return await withoutVoices(folder);
	const [archive = ''] = archives;
	// Of several models, the one that the only archive is for.
	const version = archives.length === 1 ? versionOf(archive) : '';
	const named = `*${version}*.onnx`;
	const model = folder.find(version !== '' && folder.has(named) ? named : '*.onnx');
	if (model === undefined) throw folder.lacks(['kokoro-v1.0.onnx']);
	await assertKokoro(model);
	const mine = archives.length > 1 ? archives.filter((name) => versionOf(name) !== '' && path.basename(model).includes(versionOf(name))) : archives;
	if (archives.length > 0 && mine.length !== 1) throw folder.several(mine.length > 0 ? mine : archives);
	const [first = '', ...others] = (mine.length > 0 ? mine : single).map((name) => path.join(folder.path, name));
	return { model, voices: [first, ...others] };
}

/** `v1.0` of `voices-v1.0.bin`. */
function versionOf(archive: string): string {
	return /^voices[-_]?(.*)\.(?:bin|npz)$/i.exec(archive)?.[1] ?? '';
}

async function withoutVoices(folder: ModelFolder): Promise<undefined> {
	const models = folder.all('*.onnx');
	if (models.length !== 1 || !takesStyle(await readGraphInputs(path.join(folder.path, models[0] ?? '')))) return undefined;
	throw folder.lacks(['voices-v1.0.bin (Kokoro\'s voices, as .bin or .npz)']);
}

function takesStyle(inputs: readonly GraphInput[]): boolean {
	return ['style', 'speed'].every((name) => inputs.some((input) => input.name === name));
}

async function assertKokoro(model: string): Promise<void> {
	await assertOnnx(model);
	const inputs = await readGraphInputs(model);
	const [tokens, style, speed] = inputs;
	if (!takesStyle(inputs) || style?.name !== 'style' || speed?.name !== 'speed') {
		throw unusable(model, `it is no Kokoro: it takes ${inputs.map(({ name }) => name).slice(0, 6).join(', ') || 'nothing'} instead of tokens, style and speed`, 'Put Kokoro\'s own .onnx file beside its voices.');
	}
	if (/kitten/i.test(path.basename(model))) {
		throw unusable(model, 'it is a Kitten voice as its authors publish it', 'Fetch the folder that sherpa-onnx publishes of it, for example kitten-nano-en-v0_1-fp16.');
	}
	if (tokens?.type === INT64 && style.type === FLOAT32 && speed.type === FLOAT32) return;
	throw unusable(model, 'it takes numbers of another precision than sherpa-onnx gives it', 'Fetch it at another precision: kokoro-v1.0.onnx or kokoro-v1.0.int8.onnx, model.onnx or model_quantized.onnx.');
}

/** Makes it once for each state of the files, in `store`. Rejects with VOICE_ERR_MODEL_BROKEN for voices that are none. */
export async function prepareKokoro({ model, voices }: KokoroPair, store: string): Promise<PreparedKokoro> {
	const styles = inOrder(voices.length === 1 && !isSingle(voices[0]) ? await fromArchive(voices[0]) : await fromFiles(voices));
	const folder = await prepareOnce(store, [model, ...voices], 'kokoro 1', async (target) => {
		await copyWithMetadata(model, path.join(target, 'model.onnx'), metadataOf(styles));
		await writeFile(path.join(target, 'tokens.txt'), kokoroTokens());
		await writeFile(path.join(target, 'voices.bin'), Buffer.concat(styles.map(({ data }) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength))));
	});
	const [prepared, all, tokens] = ['model.onnx', 'voices.bin', 'tokens.txt'].map((name) => path.join(folder, name));
	return { model: prepared ?? '', voices: all ?? '', tokens: tokens ?? '', names: styles.map(({ name }) => name) };
}

function isSingle(file: string): boolean {
	return path.basename(path.dirname(file)) === 'voices';
}

function inOrder(styles: readonly Styles[]): readonly Styles[] {
	return [...styles].sort((one, other) => Number(other.name === BEST) - Number(one.name === BEST) || one.name.localeCompare(other.name));
}

async function fromArchive(file: string): Promise<Styles[]> {
	const bytes = await readFile(file);
	// Numpy's archive is a ZIP, which elsewhere is a mistake.
	if (bytes.toString('latin1', 0, 4) !== 'PK\x03\x04') {
		const mistaken = await mistakenFile(file);
		throw unusable(file, mistaken?.what ?? 'it is no archive of Kokoro\'s voices (.npz)', mistaken?.remedy ?? 'Fetch voices-v1.0.bin from where kokoro-onnx publishes it, whole.');
	}
	try {
		const arrays = readNpz(bytes);
		const [first] = arrays;
		if (!first) throw new NotNpz('there is no voice in it');
		const odd = arrays.find(({ data, shape }) => shape.at(-1) !== WIDTH || data.length !== first.data.length || data.length < FEWEST_STYLES * WIDTH);
		if (odd) throw new NotNpz(`what it holds are no voices of Kokoro: ${odd.name.slice(0, 60)} has the shape ${odd.shape.join(' x ')}`);
		return arrays.map(({ name, data }) => ({ name: cleanName(name), data }));
	} catch (error) {
		throw error instanceof NotNpz ? unusable(file, error.message, FETCH_AGAIN) : error;
	}
}

async function fromFiles(files: readonly string[]): Promise<Styles[]> {
	const found = await Promise.all(
		files.map(async (file) => {
			const bytes = await readFile(file);
			if (bytes.length % (WIDTH * 4) === 0 && bytes.length >= FEWEST_STYLES * WIDTH * 4) return { name: cleanName(path.basename(file, '.bin')), data: new Float32Array(Uint8Array.from(bytes).buffer) };
			const mistaken = await mistakenFile(file);
			throw unusable(file, mistaken?.what ?? `it is no voice of Kokoro, or cut off: it has ${bytes.length} bytes`, mistaken?.remedy ?? FETCH_AGAIN);
		}),
	);
	const odd = found.findIndex(({ data }) => data.length !== found[0]?.data.length);
	if (odd >= 0) throw unusable(files[odd] ?? '', 'it has another size than the other voices', FETCH_AGAIN);
	return found;
}

/** A comma would make two of it. */
function cleanName(name: string): string {
	return name.replace(/[\s,]+/g, '_');
}

/** Names as in sherpa-onnx's own conversion. From version 2 on it reads each text in the language that it is told. */
function metadataOf(styles: readonly Styles[]): Record<string, string> {
	return {
		model_type: 'kokoro',
		language: 'multi-lang',
		has_espeak: '1',
		sample_rate: String(RATE),
		version: '2',
		voice: 'en-us',
		style_dim: `${(styles[0]?.data.length ?? 0) / WIDTH},1,${WIDTH}`,
		n_speakers: String(styles.length),
		speaker_names: styles.map(({ name }) => name).join(','),
	};
}

function unusable(file: string, what: string, remedy: string): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_BROKEN', `${path.basename(file)} in ${path.dirname(file)} cannot be used: ${what}.`, { remedy });
}
