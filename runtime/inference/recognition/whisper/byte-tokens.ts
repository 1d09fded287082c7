import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { VoiceError } from '../../../contract/errors';
import { parseJsonWithin } from '../../../lib/json';
import { FETCH_AGAIN } from '../../models/mistaken-file';
import type { ModelFolder } from '../../workers/sherpa/folder';

/** What a Whisper's tokens stand for. */
export interface ByteTokens {
	/** By their numbers; undefined for what is never spoken. */
	readonly bytes: ReadonlyArray<Buffer | undefined>;
	/** Numbers of those that are never spoken: `<|startoftranscript|>`. */
	readonly special: ReadonlyMap<string, number>;
}

const LIMITS = { characters: 32 * 1024 * 1024, depth: 32, values: 2_000_000 };
const NEVER_SPOKEN = /^<\|.*\|>$/;

const numbers = z.record(z.number().int().nonnegative());
const added = z.array(z.object({ id: z.number().int().nonnegative(), content: z.string(), special: z.boolean().default(false) }));
/** The library "tokenizers" writes all in one file, transformers in several. */
const tokenizer = z.object({ model: z.object({ type: z.string().default('BPE'), vocab: z.unknown() }), added_tokens: added.default([]) });
const tokenizerConfig = z.object({ added_tokens_decoder: z.record(z.object({ content: z.string(), special: z.boolean().default(false) })).default({}) });

interface Written {
	readonly file: string;
	readonly vocab: Readonly<Record<string, number>>;
	readonly added: z.infer<typeof added>;
}

/**
 * Rejects with VOICE_ERR_MODEL_MISSING where the folder has no tokenizer, and VOICE_ERR_MODEL_BROKEN for one that is none
 * of Whisper's, or is cut off.
 */
export async function readByteTokens(folder: ModelFolder): Promise<ByteTokens> {
	const { file, vocab, added: more } = await written(folder);
	const bytes: Array<Buffer | undefined> = [];
	const special = new Map<string, number>();
	for (const { id, content, special: marked } of more) {
		if (marked || NEVER_SPOKEN.test(content)) special.set(content, id);
		else bytes[id] = Buffer.from(content);
	}
	const hidden = new Set(special.values());
	for (const [text, id] of Object.entries(vocab)) {
		if (NEVER_SPOKEN.test(text)) special.set(text, id);
		else if (!hidden.has(id)) bytes[id] ??= bytesOf(text, file);
	}
	return { bytes, special };
}

async function written(folder: ModelFolder): Promise<Written> {
	const whole = folder.find('tokenizer.json');
	if (whole !== undefined) {
		const { model, added_tokens } = await parsed(whole, tokenizer);
		const vocab = numbers.safeParse(model.vocab);
		if (model.type !== 'BPE' || !vocab.success) throw otherTokenizer(whole, `it is a tokenizer of another kind (${model.type.slice(0, 40)})`);
		return { file: whole, vocab: vocab.data, added: added_tokens };
	}
	const file = folder.find('vocab.json');
	if (file === undefined) throw folder.lacks(['tokenizer.json (or vocab.json)']);
	const extra = folder.find('added_tokens.json');
	const config = folder.find('tokenizer_config.json');
	const listed = extra === undefined ? {} : await parsed(extra, numbers);
	const decoder = config === undefined ? {} : (await parsed(config, tokenizerConfig)).added_tokens_decoder;
	return {
		file,
		vocab: await parsed(file, numbers),
		added: [
			...Object.entries(listed).map(([content, id]) => ({ id, content, special: false })),
			...Object.entries(decoder).map(([id, each]) => ({ ...each, id: Number(id) })),
		],
	};
}

async function parsed<T extends z.ZodTypeAny>(file: string, shape: T): Promise<z.infer<T>> {
	const read = shape.safeParse(parseJsonWithin(await readFile(file, 'utf8'), LIMITS));
	if (!read.success) throw unusable(file, 'it is no tokenizer, or cut off', FETCH_AGAIN);
	return read.data as z.infer<T>;
}

/** GPT-2's: printable bytes stand for themselves, the others for characters from 256 on. */
const byteOfCharacter = new Map<string, number>();
for (let byte = 0, other = 256; byte < 256; byte++) {
	const plain = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
	byteOfCharacter.set(String.fromCharCode(plain ? byte : other++), byte);
}

function bytesOf(token: string, file: string): Buffer {
	return Buffer.from(
		[...token].map((character) => {
			const byte = byteOfCharacter.get(character);
			if (byte === undefined) throw otherTokenizer(file, `its token "${token.slice(0, 20)}" does not stand for bytes`);
			return byte;
		}),
	);
}

function otherTokenizer(file: string, what: string): VoiceError {
	return unusable(file, `${what}, and a Whisper's stands for bytes`, 'Fetch the tokenizer that belongs to this model, from where its authors publish it.');
}

function unusable(file: string, what: string, remedy: string): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_BROKEN', `${path.basename(file)} in ${path.dirname(file)} cannot be used: ${what}.`, { remedy });
}
