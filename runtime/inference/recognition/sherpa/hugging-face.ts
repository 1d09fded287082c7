import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { VoiceError } from '../../../contract/errors';
import { parseJsonWithin } from '../../../lib/json';
import { FETCH_AGAIN, headOf, mistakenFile } from '../../models/mistaken-file';
import { assertOnnx } from '../../workers/onnx/onnx-file';
import type { ModelFolder } from '../../workers/sherpa/folder';
import { prepareOnce } from '../../workers/sherpa/prepared-files';

/** Moonshine as Hugging Face and its authors publish it, in what sherpa-onnx calls version 2. */
export interface MoonshineExport {
	readonly encoder: string;
	readonly mergedDecoder: string;
	readonly tokens: string;
}

/** Of a folder that was downloaded for transformers.js or from a model hub. sherpa's own names have a model's before them. */
const ENCODER = '*encoder_model*';
const DECODER = '*decoder_model_merged*';

/** In onnxruntime's own format a file says so after four bytes. */
const ORT_HEAD = /^[^]{4}ORTM/;

const NEVER_SPOKEN = /^<.*>$/;
const BYTE = /^<0x([0-9A-Fa-f]{2})>$/;

/** A tokenizer of the library "tokenizers", as far as texts are made of it. Newer ones are of some 4 MB. */
const tokenizer = z.object({
	model: z.object({ vocab: z.record(z.number().int().nonnegative()) }),
	added_tokens: z.array(z.object({ id: z.number().int(), special: z.boolean() })).default([]),
});
const TOKENIZER_LIMITS = { characters: 32 * 1024 * 1024, depth: 32, values: 2_000_000 };

/**
 * A Moonshine of Hugging Face's layout; undefined where the folder has another. `store`: a folder of ours for what is
 * missing for sherpa-onnx. Rejects with VOICE_ERR_MODEL_MISSING, which names what is not there, and VOICE_ERR_MODEL_BROKEN.
 * A Whisper of this layout is looked for first (whisper/whisper-export): sherpa-onnx cannot run it.
 */
export async function huggingFaceExport(folder: ModelFolder, store: string): Promise<MoonshineExport | undefined> {
	const encoder = graph(folder, ENCODER);
	const decoder = graph(folder, DECODER);
	if (encoder === undefined && decoder === undefined && !folder.has('*decoder_model*.onnx')) return undefined;
	if (encoder !== undefined) await assertGraph(encoder);
	const lacking = [...(encoder === undefined ? ['encoder_model.onnx'] : []), ...(decoder === undefined ? ['decoder_model_merged.onnx'] : [])];
	if (encoder === undefined || decoder === undefined) throw folder.lacks(lacking);
	await assertGraph(decoder);
	return { encoder, mergedDecoder: decoder, tokens: await tokensOf(folder, encoder, store) };
}

/** Not of whom decoder parts come: an encoder_model is not a decoder_model. */
function graph(folder: ModelFolder, pattern: string): string | undefined {
	return folder.find(`${pattern}.onnx`) ?? folder.find(`${pattern}.ort`);
}

async function assertGraph(file: string): Promise<void> {
	if (/\.onnx$/i.test(file)) return await assertOnnx(file);
	if (ORT_HEAD.test(await headOf(file))) return;
	const mistaken = await mistakenFile(file);
	throw unusable(file, mistaken?.what ?? 'it is no model of onnxruntime', mistaken?.remedy ?? FETCH_AGAIN);
}

/** sherpa-onnx's own list where there is one, otherwise made of the tokenizer. */
async function tokensOf(folder: ModelFolder, encoder: string, store: string): Promise<string> {
	const own = folder.find('tokens.txt');
	if (own !== undefined) return own;
	const file = folder.find('tokenizer.json') ?? folder.find('tokenizer.bin');
	if (file === undefined) throw folder.lacks(['tokenizer.json']);
	const tokens = /\.json$/i.test(file) ? await fromJson(file) : await fromBinary(file);
	const made = await prepareOnce(store, [encoder, file], 'moonshine 1', async (target) => {
		const lines = tokens.flatMap((bytes, id) => (bytes ? [`${bytes.toString('base64')} ${id}\n`] : []));
		await writeFile(path.join(target, 'tokens.txt'), lines.join(''));
	});
	return path.join(made, 'tokens.txt');
}

/** By their numbers; what is never spoken is left out, and sherpa-onnx passes over it. */
async function fromJson(file: string): Promise<Array<Buffer | undefined>> {
	const parsed = tokenizer.safeParse(parseJsonWithin(await readFile(file, 'utf8'), TOKENIZER_LIMITS));
	if (!parsed.success) throw unusable(file, 'it is no tokenizer, or cut off', FETCH_AGAIN);
	const { model, added_tokens: added } = parsed.data;
	const special = new Set(added.filter((each) => each.special).map(({ id }) => id));
	const tokens: Array<Buffer | undefined> = [];
	for (const [text, id] of Object.entries(model.vocab)) {
		const byte = BYTE.exec(text)?.[1];
		if (byte !== undefined) tokens[id] = Buffer.from(byte, 'hex');
		else if (!special.has(id)) tokens[id] = textToken(text);
	}
	return tokens;
}

/** Moonshine's own form: of each token its length, in one byte or two, and its bytes. */
async function fromBinary(file: string): Promise<Array<Buffer | undefined>> {
	const bytes = await readFile(file);
	const tokens: Array<Buffer | undefined> = [];
	for (let at = 0; at < bytes.length; ) {
		const first = bytes[at] ?? 0;
		const length = first < 128 ? first : (bytes[at + 1] ?? 0) * 128 + first - 128;
		at += first < 128 ? 1 : 2;
		if (at + length > bytes.length) throw unusable(file, 'it is no tokenizer, or cut off', FETCH_AGAIN);
		tokens.push(length === 0 ? undefined : textToken(bytes.toString('latin1', at, at + length), 'latin1'));
		at += length;
	}
	return tokens;
}

/** A low line in front stands for a space. */
function textToken(text: string, encoding: 'utf8' | 'latin1' = 'utf8'): Buffer | undefined {
	if (NEVER_SPOKEN.test(text)) return undefined;
	const spoken = Buffer.from(Buffer.from(text, encoding).toString('utf8').replaceAll('▁', ' '));
	// A part of a character is no text by itself.
	return spoken.includes('\uFFFD') ? Buffer.from(text, encoding) : spoken;
}

function unusable(file: string, what: string, remedy: string): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_BROKEN', `${path.basename(file)} in ${path.dirname(file)} cannot be used: ${what}.`, { remedy });
}
