import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { HOP_SAMPLES } from '../../../audio/log-mel';
import { LISTEN_RATE } from '../../../audio/pcm';
import { VoiceError } from '../../../contract/errors';
import { parseJson } from '../../../lib/json';
import { FETCH_AGAIN } from '../../models/mistaken-file';
import { readGraphInputs } from '../../workers/onnx/metadata';
import { assertOnnx } from '../../workers/onnx/onnx-file';
import type { ModelFolder } from '../../workers/sherpa/folder';
import { readByteTokens } from './byte-tokens';
import { type Prompts, promptsOf } from './prompts';
import { generationConfig, type WhisperConfig, whisperConfig } from './whisper-config';

/** The decoder in one graph, or in two: for the first tokens, and for each that follows. */
export type DecoderFiles = { readonly merged: string } | { readonly first: string; readonly next: string | undefined };

/** A Whisper as Hugging Face exports it (Optimum), read. */
export interface WhisperExport {
	readonly encoder: string;
	readonly decoder: DecoderFiles;
	readonly mels: number;
	/** Of 10 ms: the sound that it hears at a time. */
	readonly frames: number;
	/** Tokens that the decoder chooses from; undefined where config.json does not say it. */
	readonly tokens: number | undefined;
	/** Of the decoder, all of a text with what is before it. */
	readonly mostTokens: number;
	readonly heads: { readonly count: number; readonly size: number };
	/** What tokens stand for; undefined for what is never spoken. */
	readonly bytes: ReadonlyArray<Buffer | undefined>;
	readonly prompts: Prompts;
	/** Never chosen; `first`: not as the first one of a text. */
	readonly suppressed: { readonly always: readonly number[]; readonly first: readonly number[] };
	/** What it understands. */
	readonly languages: readonly string[];
}

const number = z.number().int().optional();
const preprocessor = z.object({ feature_size: number, sampling_rate: number, hop_length: number, n_fft: number });

const ENCODER = '*encoder_model*.onnx';
const N_FFT = 400;

/**
 * undefined where the folder holds none. Rejects with VOICE_ERR_MODEL_MISSING, which names what is not there, and
 * VOICE_ERR_MODEL_BROKEN for what is there and is not what it should be.
 */
export async function readWhisperExport(folder: ModelFolder): Promise<WhisperExport | undefined> {
	const encoder = folder.has('*encoder_model*.onnx') || folder.has('*decoder_model*.onnx') ? await encoderOf(folder) : undefined;
	if (encoder === undefined) return undefined;
	const about = await configOf(folder);
	const decoder = decoderOf(folder);
	const files = [encoder, ...Object.values(decoder).filter((file) => file !== undefined)];
	folder.assertOnlyModel(files);
	for (const file of files) await assertOnnx(file);
	const generated = await optional(folder, 'generation_config.json', generationConfig);
	await assertFeatures(folder, about);
	const tokens = await readByteTokens(folder);
	const prompts = promptsOf(folder, tokens, about, generated);
	return {
		...{ encoder, decoder, bytes: tokens.bytes, prompts },
		mels: about.num_mel_bins,
		tokens: about.vocab_size ?? undefined,
		frames: 2 * about.max_source_positions,
		mostTokens: Math.min(about.max_target_positions, generated.max_length ?? about.max_target_positions),
		heads: { count: about.decoder_attention_heads, size: about.d_model / about.decoder_attention_heads },
		suppressed: {
			always: generated.suppress_tokens ?? about.suppress_tokens ?? [],
			first: generated.begin_suppress_tokens ?? about.begin_suppress_tokens ?? [],
		},
		languages: prompts.languages ? [...prompts.languages.keys()] : ['en'],
	};
}

/** undefined where what lies there is no Whisper: Moonshine has files of the same names. */
async function encoderOf(folder: ModelFolder): Promise<string | undefined> {
	const encoder = folder.find(ENCODER);
	const whisper = await isSaidWhisper(folder);
	if (encoder === undefined) {
		if (whisper) throw folder.lacks(['encoder_model.onnx']);
		return undefined;
	}
	if (whisper) return encoder;
	const given = (await readGraphInputs(encoder)).map(({ name }) => name);
	return given.includes('input_features') ? encoder : undefined;
}

async function isSaidWhisper(folder: ModelFolder): Promise<boolean> {
	const file = folder.find('config.json');
	const read = file === undefined ? undefined : z.object({ model_type: z.literal('whisper') }).safeParse(parseJson(await readFile(file, 'utf8')));
	return read?.success === true;
}

async function configOf(folder: ModelFolder): Promise<WhisperConfig> {
	const file = folder.find('config.json');
	if (file === undefined) throw folder.lacks(['config.json']);
	const about = await parsed(file, whisperConfig);
	if (about.model_type === 'whisper') return about;
	throw unusable(file, `it describes a model of the kind "${about.model_type.slice(0, 40)}", and of those that are given Whisper's features only Whisper itself is known here`, 'Choose a Whisper, or run this model in an OpenAI-compatible server and use it as "server:NAME".');
}

/** A merged one serves alone; of the two others the second is for speed. */
function decoderOf(folder: ModelFolder): DecoderFiles {
	const merged = folder.find('*decoder_model_merged*.onnx');
	if (merged !== undefined) return { merged };
	const first = folder.find('*decoder_model*.onnx');
	if (first === undefined) throw folder.lacks(['decoder_model_merged.onnx (or decoder_model.onnx and decoder_with_past_model.onnx)']);
	return { first, next: folder.find('*decoder_with_past_model*.onnx') };
}

/** Whisper's sound is always of 16 kHz, and looked at in steps of 10 ms: other features it was not trained with. */
async function assertFeatures(folder: ModelFolder, { num_mel_bins: mels }: WhisperConfig): Promise<void> {
	const said = await optional(folder, 'preprocessor_config.json', preprocessor);
	const wanted: Array<readonly [name: string, found: number | undefined, expected: number]> = [
		['feature_size', said.feature_size, mels],
		['sampling_rate', said.sampling_rate, LISTEN_RATE],
		['hop_length', said.hop_length, HOP_SAMPLES],
		['n_fft', said.n_fft, N_FFT],
	];
	const wrong = wanted.find(([, found, expected]) => found !== undefined && found !== expected);
	if (!wrong) return;
	const [name, found, expected] = wrong;
	throw unusable(path.join(folder.path, 'preprocessor_config.json'), `${name} is ${found}, and this model needs ${expected}`, 'It may belong to another model. Fetch all files again from one place.');
}

async function optional<T extends z.ZodTypeAny>(folder: ModelFolder, name: string, shape: T): Promise<z.infer<T>> {
	const file = folder.find(name);
	return (file === undefined ? shape.parse({}) : await parsed(file, shape)) as z.infer<T>;
}

async function parsed<T extends z.ZodTypeAny>(file: string, shape: T): Promise<z.infer<T>> {
	const json = parseJson(await readFile(file, 'utf8'));
	if (json === undefined) throw unusable(file, 'it is no JSON, or cut off', FETCH_AGAIN);
	const read = shape.safeParse(json);
	if (read.success) return read.data as z.infer<T>;
	const [issue] = read.error.issues;
	throw unusable(file, `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'not as expected'}`, FETCH_AGAIN);
}

function unusable(file: string, what: string, remedy: string): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_BROKEN', `${path.basename(file)} in ${path.dirname(file)} cannot be used: ${what}.`, { remedy });
}
