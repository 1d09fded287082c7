import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { VoiceError } from '../../../contract/errors';
import { parseJson } from '../../../lib/json';
import { readGraphInputs, readOnnxMetadata } from '../../workers/onnx/metadata';
import { copyWithMetadata } from '../../workers/onnx/onnx-writer';
import { mistakenFile } from '../../models/mistaken-file';
import type { ModelFolder } from '../../workers/sherpa/folder';
import { prepareOnce } from '../../workers/sherpa/prepared-files';

/** libritts has 904. */
const MOST_SPEAKERS = 10_000;
/** Of what could be a configuration: whole folders of models are no voice. */
const MOST_CONFIGS = 20;
const MOST_CONFIG_BYTES = 1024 * 1024;

/** sherpa-onnx takes a 0 for "not given". */
const NO_NOISE = 1e-12;

/** Only Piper's graphs are given it. */
const SCALES = 'scales';

/** What Piper writes beside a voice, as far as sherpa-onnx needs it. */
const piperConfig = z.object({
	audio: z.object({ sample_rate: z.number().int().min(8000).max(48_000) }),
	espeak: z.object({ voice: z.string().min(1) }),
	phoneme_type: z.string().default('espeak'),
	/** Each symbol's numbers; Piper's models take the first. */
	phoneme_id_map: z.record(z.array(z.number().int()).min(1)),
	num_speakers: z.number().int().min(0).max(MOST_SPEAKERS).default(1),
	speaker_id_map: z.record(z.number().int().min(0).max(MOST_SPEAKERS - 1)).default({}),
	language: z.object({ name_english: z.string() }).partial().default({}),
	dataset: z.string().default(''),
	/** How its maker wants it to speak. Where nothing is said, Piper's own defaults. */
	inference: z
		.object({
			noise_scale: z.number().min(0).max(2).default(0.667),
			noise_w: z.number().min(0).max(2).default(0.8),
			length_scale: z.number().min(0.1).max(10).default(1),
		})
		.default({}),
});
type PiperConfig = z.infer<typeof piperConfig>;

/** A Piper voice as it is published: `NAME.onnx` and `NAME.onnx.json`. */
export interface PiperPair {
	readonly model: string;
	readonly config: string;
}

/** What sherpa opens instead of it. */
export interface PreparedPiper {
	readonly model: string;
	readonly tokens: string;
	/** espeak-ng's name of the language, such as `en-us`. */
	readonly language: string;
	readonly names: readonly string[];
	readonly manner: PiperManner;
}

export interface PiperManner {
	/** Chance in its sound, and in how long each sound lasts; with 0 a text always sounds alike. By sherpa's names. */
	readonly noise: { readonly noiseScale: number; readonly noiseScaleW: number };
	/** The speed that it is spoken at when asked for 1. */
	readonly pace: number;
}

/**
 * The pair in a folder that holds it as Piper publishes it, or with its configuration under another name; undefined where the
 * folder is made for sherpa-onnx, or holds no such voice. Rejects with VOICE_ERR_MODEL_MISSING where one of the two is missing or there
 * are several to choose from.
 */
export async function piperPair(folder: ModelFolder): Promise<PiperPair | undefined> {
	if (folder.has('tokens.txt')) return undefined;
	const models = folder.all('*.onnx');
	const paired = models.filter((name) => folder.has(`${name}.json`));
	if (paired.length > 1) throw folder.several(paired);
	const [lonely] = folder.all('*.onnx.json');
	if (models.length === 0 && lonely !== undefined) throw folder.lacks([lonely.slice(0, -'.json'.length)]);
	const [model] = paired.length === 1 ? paired : models.length === 1 ? models : [];
	if (model === undefined) return undefined;
	const file = path.join(folder.path, model);
	const inputs = (await readGraphInputs(file)).map(({ name }) => name);
	const own = folder.find(`${model}.json`);
	if (own === undefined) return inputs.includes(SCALES) ? await renamed(folder, file) : undefined;
	// What says nothing about itself is told by its run.
	if (inputs.length > 0 && !inputs.includes(SCALES)) throw unusable(file, `it is no Piper voice, though ${path.basename(own)} is beside it: it takes ${inputs.slice(0, 4).join(', ')}`);
	return { model: file, config: own };
}

/** A configuration that somebody, or a browser, has given another name: told by what is in it. */
async function renamed(folder: ModelFolder, model: string): Promise<PiperPair | undefined> {
	const configs: string[] = [];
	for (const name of folder.all('*.json*').slice(0, MOST_CONFIGS)) {
		const file = path.join(folder.path, name);
		if ((await stat(file)).size <= MOST_CONFIG_BYTES && piperConfig.safeParse(parseJson(await readFile(file, 'utf8'))).success) configs.push(file);
	}
	const [config] = configs;
	return config !== undefined && configs.length === 1 ? { model, config } : undefined;
}

function unusable(file: string, what: string): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_BROKEN', `${path.basename(file)} in ${path.dirname(file)} cannot be used: ${what}.`, { remedy: 'Put NAME.onnx and NAME.onnx.json of one Piper voice together, or choose another voice.' });
}

/**
 * Makes what sherpa-onnx needs and Piper does not give, once for each state of the files: tokens.txt, and a copy of the
 * model that says what it is. `store` is a folder of ours; nothing is written beside the user's files.
 * Rejects with VOICE_ERR_MODEL_BROKEN for a configuration that is none, or of a voice that does not read by espeak-ng.
 */
export async function preparePiper({ model, config }: PiperPair, store: string): Promise<PreparedPiper> {
	const about = await readConfig(config);
	const folder = await prepareOnce(store, [model, config], 'piper 1', async (target) => await make(target, model, about));
	const made = { model: path.join(folder, path.basename(model)), tokens: path.join(folder, 'tokens.txt') };
	const { noise_scale, noise_w, length_scale } = about.inference;
	const noise = { noiseScale: noise_scale || NO_NOISE, noiseScaleW: noise_w || NO_NOISE };
	return { ...made, language: about.espeak.voice, names: speakersOf(about, model), manner: { noise, pace: 1 / length_scale } };
}

async function readConfig(file: string): Promise<PiperConfig> {
	const parsed = piperConfig.safeParse(parseJson(await readFile(file, 'utf8')));
	if (!parsed.success) {
		const mistaken = await mistakenFile(file);
		if (mistaken && !mistaken.what.includes('JSON')) throw unusable(file, mistaken.what);
		const [issue] = parsed.error.issues;
		throw broken(`${file} is not the configuration of a Piper voice (${issue?.path.length ? `${issue.path.join('.')}: ${issue.message}` : 'it is no JSON, or cut off'}).`);
	}
	if (parsed.data.phoneme_type !== 'espeak') throw broken(`${file} belongs to a voice that reads ${parsed.data.phoneme_type}, not espeak-ng's phonemes.`);
	return parsed.data;
}

function broken(what: string): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_BROKEN', what, { remedy: 'Fetch NAME.onnx and NAME.onnx.json of the voice again, or choose another Piper voice.' });
}

async function make(folder: string, model: string, about: PiperConfig): Promise<void> {
	const known = (await readOnnxMetadata(model)).has('model_type');
	await copyWithMetadata(model, path.join(folder, path.basename(model)), known ? {} : metadataOf(about));
	const lines = Object.entries(about.phoneme_id_map).map(([symbol, [id]]) => `${symbol} ${id}\n`);
	await writeFile(path.join(folder, 'tokens.txt'), lines.join(''));
}

/** Names as in sherpa-onnx's own conversion of Piper's voices. */
function metadataOf({ audio, espeak, num_speakers: speakers, language }: PiperConfig): Record<string, string> {
	return {
		model_type: 'vits',
		comment: 'piper',
		language: language.name_english ?? 'English',
		voice: espeak.voice,
		has_espeak: '1',
		n_speakers: String(Math.max(1, speakers)),
		sample_rate: String(audio.sample_rate),
	};
}

/**
 * By their numbers, which is how the model is asked: one that no name stands for is called by its number, and of two names for one
 * the first counts. A voice with one speaker has its own name: `joe` of `en_US-joe-medium`.
 */
function speakersOf({ speaker_id_map: ids, num_speakers: speakers, dataset }: PiperConfig, model: string): string[] {
	const nameOf = new Map(Object.entries(ids).reverse().map(([name, id]) => [id, name]));
	const count = Math.max(speakers, ...[...nameOf.keys()].map((id) => id + 1));
	if (nameOf.size > 0 || count > 1) return Array.from({ length: count }, (_, id) => nameOf.get(id) ?? String(id));
	return [dataset || (path.basename(model, path.extname(model)).split('-')[1] ?? path.basename(model, path.extname(model)))];
}
