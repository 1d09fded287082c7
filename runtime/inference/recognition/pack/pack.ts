import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { VoiceError } from '../../../contract/errors';
import { type NgramFile, ngramFile } from './ngram';

/** A line of the lexicon. Phones are unit numbers. */
export interface LexiconEntry {
	readonly word: string;
	readonly phones: readonly number[];
}

/** A recogniser folder, read and checked; the graph itself is opened by AcousticModel. */
export interface ListenPack {
	readonly graphPath: string;
	/** Unit 0 is the CTC blank, the others are phones. */
	readonly units: readonly string[];
	readonly lexicon: readonly LexiconEntry[];
	/** Words of the lexicon that are first names. */
	readonly names: readonly string[];
	readonly ngram: NgramFile;
}

/** 1000 times the bundled files: only what cannot be a lexicon or a word model is refused. */
const MAX_TEXT_BYTES = 8e6;
const MAX_NGRAM_BYTES = 1.5e9;

const BLANK = '<blank>';

/** Rejects with VOICE_ERR_MODEL_MISSING or VOICE_ERR_MODEL_BROKEN; the message names the file. */
export async function readPack(dir: string): Promise<ListenPack> {
	const graphPath = path.join(dir, 'listen.onnx');
	await access(graphPath).catch((error: unknown) => {
		throw missing(graphPath, error);
	});
	const units = parseUnits(path.join(dir, 'units.txt'), await readText(dir, 'units.txt'));
	const lexiconPath = path.join(dir, 'lexicon.txt');
	const lexicon = parseLexicon(lexiconPath, await readText(dir, 'lexicon.txt'), units);
	const names = (await readText(dir, 'names.txt')).split(/\s+/).filter((name) => name !== '');
	return { graphPath, units, lexicon, names, ngram: await readNgram(path.join(dir, 'ngram.json.gz')) };
}

async function read(file: string): Promise<Buffer> {
	return await readFile(file).catch((error: unknown) => {
		throw missing(file, error);
	});
}

async function readText(dir: string, name: string): Promise<string> {
	const file = path.join(dir, name);
	const bytes = await read(file);
	if (bytes.length > MAX_TEXT_BYTES) throw broken(file, 'it is too large');
	return bytes.toString('utf8');
}

function parseUnits(file: string, text: string): string[] {
	const units = text.trim().split(/\r?\n/);
	if (units[0] !== BLANK) throw broken(file, `its first line must be ${BLANK}`);
	if (units.length < 2 || new Set(units).size !== units.length) throw broken(file, 'its units must differ');
	return units;
}

function parseLexicon(file: string, text: string, units: readonly string[]): LexiconEntry[] {
	const numbers = new Map(units.map((unit, index) => [unit, index]));
	const lexicon: LexiconEntry[] = [];
	for (const [index, line] of text.split(/\r?\n/).entries()) {
		if (line.trim() === '') continue;
		const [word, spelled, ...rest] = line.split('\t');
		const phones = (spelled ?? '').split(' ').map((phone) => numbers.get(phone) ?? 0);
		// Unit 0 is the blank, which is no phone either.
		if (!word || rest.length > 0 || phones.includes(0)) {
			throw broken(file, `line ${index + 1} is not "word<TAB>phones of units.txt"`);
		}
		lexicon.push({ word, phones });
	}
	if (lexicon.length === 0) throw broken(file, 'it is empty');
	return lexicon;
}

async function readNgram(file: string): Promise<NgramFile> {
	const packed = await read(file);
	try {
		const text = await promisify(gunzip)(packed, { maxOutputLength: MAX_NGRAM_BYTES });
		return ngramFile.parse(JSON.parse(text.toString('utf8')));
	} catch (error) {
		throw broken(file, 'it is not a gzipped word model (voice-loop-ngram-1)', error);
	}
}

function missing(file: string, cause: unknown): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_MISSING', `The recogniser needs ${file}, which cannot be read.`, { cause });
}

function broken(file: string, why: string, cause?: unknown): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file} cannot be used: ${why}.`, { cause });
}
