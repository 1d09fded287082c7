import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { VoiceError } from '../../../contract/errors';
import { lookingAt } from '../../models/unreadable';
import { readGraphInputs, readOnnxMetadata } from '../../workers/onnx/metadata';
import { assertOnnx } from '../../workers/onnx/onnx-file';
import { filesOf, ModelFolder } from '../../workers/sherpa/folder';
import { assertTask } from '../../workers/sherpa/folder-kind';
import { phonemeDataFor, type PhonemePlaces, readableWith } from '../../workers/sherpa/phoneme-data';
import { KOKORO_LANGUAGES, languageOfVoice, type ReadingLanguages } from './kokoro-languages';
import { type KokoroPair, kokoroPair, prepareKokoro } from './kokoro-pair';
import { type PiperManner, piperPair, preparePiper } from './plain-piper';

/** How sherpa opens a voice. */
export interface VoiceModel {
	readonly folder: string;
	/** Changes when one of its files does. */
	readonly version: string;
	/** The one entry of sherpa's `model` settings. */
	readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
	/** By sherpa's number; empty where no file tells them. */
	readonly names: readonly string[];
	/** WAV files of the voices, for a model that imitates. Such a one knows no `speed`. */
	readonly references: readonly string[];
	/** Of a model that reads several languages. */
	readonly reads?: ReadingLanguages;
	/** All that it speaks, by espeak-ng's names; absent where no file tells them. */
	readonly languages?: readonly string[];
	/** Of a Piper voice, as its maker wants it to speak. */
	readonly manner?: PiperManner;
}

/** LibriTTS has 904; a file may say what it likes. */
const MOST_SPEAKERS = 10_000;

type Found = Pick<VoiceModel, 'files' | 'names' | 'references' | 'reads' | 'languages'>;

interface Kind {
	/** A file that only this kind has, or that kinds further down may have too. */
	readonly sign: string;
	read(folder: ModelFolder, places: VoicePlaces): Promise<Found>;
}

/** sherpa has ZipVoice too, which needs the text of its reference as well: nobody publishes such a folder. */
const KINDS: readonly Kind[] = [
	{
		sign: 'lm_flow*.onnx',
		read: async (folder) => {
			const pocket = await filesOf(folder, {
				lmFlow: 'lm_flow*.onnx',
				lmMain: 'lm_main*.onnx',
				encoder: 'encoder*.onnx',
				decoder: 'decoder*.onnx',
				textConditioner: 'text_conditioner*.onnx',
				vocabJson: 'vocab.json',
				tokenScoresJson: 'token_scores.json',
			});
			const references = await recordings(folder);
			return { files: { pocket }, references, names: references.map((file) => path.basename(file, '.wav')) };
		},
	},
	{
		sign: 'duration_predictor*.onnx',
		read: async (folder) => {
			const supertonic = await filesOf(folder, {
				durationPredictor: 'duration_predictor*.onnx',
				textEncoder: 'text_encoder*.onnx',
				vectorEstimator: 'vector_estimator*.onnx',
				vocoder: 'vocoder*.onnx',
				ttsJson: 'tts.json',
				unicodeIndexer: 'unicode_indexer.bin',
				voiceStyle: 'voice.bin',
			});
			return { files: { supertonic }, names: [], references: [] };
		},
	},
	{
		sign: 'vocos*.onnx',
		read: async (folder, places) => await matcha(folder, 'vocos*.onnx', places),
	},
	{
		sign: 'hifigan*.onnx',
		read: async (folder, places) => await matcha(folder, 'hifigan*.onnx', places),
	},
	{
		sign: 'voices.bin',
		read: async (folder, places) => {
			const files = await filesOf(folder, { model: '*.onnx', voices: 'voices.bin', tokens: 'tokens.txt' });
			const dataDir = folder.phonemeData() ?? (await phonemeDataFor('en-us', folder.path, places, KOKORO_LANGUAGES));
			const about = await readOnnxMetadata(files.model);
			const kitten = about.get('model_type')?.startsWith('kitten') ?? false;
			const names = namesIn(about);
			if (kitten) return { files: { kitten: { ...files, dataDir } }, names, references: [], languages: ['en'] };
			const opened = { kokoro: { ...files, dataDir, ...kokoroWords(folder) } };
			// Its word lists are of English and Chinese; older ones have none and read English only.
			if (!(Number(about.get('version')) >= 2)) return { files: opened, names, references: [], languages: ['en'] };
			const own = names.map(languageOfVoice).map((language) => (/^(?:en|cmn)/.test(language) ? '' : language));
			return { files: opened, names, references: [], languages: [...KOKORO_LANGUAGES, 'cmn'], reads: { own, readable: await readableWith(dataDir, KOKORO_LANGUAGES) } };
		},
	},
	{
		sign: '*.onnx',
		read: async (folder, places) => {
			await assertPiperHasConfig(folder);
			const files = await filesOf(folder, { model: '*.onnx', tokens: 'tokens.txt' });
			const about = await readOnnxMetadata(files.model);
			return { files: { vits: { ...files, ...(await reading(folder, about, places)) } }, names: namesIn(about, files.model), references: [], ...spokenBy(about) };
		},
	},
];

/** Where what a voice does not bring comes from. */
export interface VoicePlaces extends PhonemePlaces {
	/** A folder of ours for what sherpa-onnx needs and Piper and Kokoro do not give. */
	readonly prepared: string;
}

/**
 * Finds out what voice lies in a folder, or which a file is. Rejects with VOICE_ERR_MODEL_MISSING, which names what it
 * lacks, or VOICE_ERR_MODEL_BROKEN.
 */
export async function readVoiceModel(place: string, places: VoicePlaces): Promise<VoiceModel> {
	return await lookingAt(async () => await readFolder(place, places));
}

async function readFolder(place: string, places: VoicePlaces): Promise<VoiceModel> {
	const folder = await ModelFolder.read(place);
	await assertTask(folder, 'voice');
	const piper = folder.isNamedByVoices ? undefined : await piperPair(folder);
	if (piper) {
		folder.assertOnlyModel([piper.model]);
		await assertOnnx(piper.model);
		const { model, tokens, language, names, manner } = await preparePiper(piper, places.prepared);
		const dataDir = await phonemeDataFor(language, folder.path, places);
		return { folder: place, version: await folder.version(), files: { vits: { model, tokens, dataDir } }, names, references: [], languages: [language], manner };
	}
	const kokoro = await kokoroPair(folder);
	if (kokoro) folder.assertOnlyModel([kokoro.model]);
	if (kokoro) return { folder: place, version: await folder.version(), ...(await preparedKokoro(kokoro, folder, places)) };
	const kind = KINDS.find(({ sign }) => folder.has(sign));
	if (!kind) {
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', `There is no voice in ${place}: ${folder.contents}.${folder.foreign}`, {
			remedy: 'Choose the .onnx file of a Piper voice or of Kokoro (with its voices beside it), or the folder of a voice that sherpa-onnx publishes: Piper, Kokoro, Kitten, Matcha, Pocket TTS or Supertonic.',
		});
	}
	return { folder: place, version: await folder.version(), ...(await kind.read(folder, places)) };
}

async function preparedKokoro(pair: KokoroPair, folder: ModelFolder, places: VoicePlaces): Promise<Found> {
	// Before the files are copied: without it they are of no use.
	const dataDir = await phonemeDataFor('en-us', folder.path, places, KOKORO_LANGUAGES);
	const { names, ...files } = await prepareKokoro(pair, places.prepared);
	const reads = { own: names.map(languageOfVoice), readable: await readableWith(dataDir, KOKORO_LANGUAGES) };
	return { files: { kokoro: { ...files, dataDir, lang: 'en-us' } }, names, references: [], reads, languages: [...KOKORO_LANGUAGES, 'cmn'] };
}

async function matcha(folder: ModelFolder, vocoder: string, places: VoicePlaces): Promise<Found> {
	const files = await filesOf(folder, { acousticModel: 'model*.onnx', vocoder, tokens: 'tokens.txt' });
	return { files: { matcha: { ...files, ...(await reading(folder, await readOnnxMetadata(files.acousticModel), places)) } }, names: [], references: [] };
}

/** How a text becomes phonemes: by rule, or word by word. Rejects with VOICE_ERR_MODEL_MISSING where the model needs espeak-ng's data and none is here. */
async function reading(folder: ModelFolder, about: ReadonlyMap<string, string>, places: VoicePlaces): Promise<Readonly<Record<string, string>>> {
	const lexicon = folder.find('lexicon.txt');
	const needed = about.get('has_espeak') === '1' && lexicon === undefined;
	const dataDir = folder.phonemeData() ?? (needed ? await phonemeDataFor(about.get('voice') ?? 'en-us', folder.path, places) : undefined);
	return { ...(dataDir ? { dataDir } : {}), ...(lexicon ? { lexicon } : {}) };
}

/** Converted from Piper it names the language that espeak-ng reads for it. */
function spokenBy(about: ReadonlyMap<string, string>): { readonly languages?: readonly string[] } {
	const language = about.get('voice') ?? '';
	return about.get('has_espeak') === '1' && language !== '' ? { languages: [language] } : {};
}

/** Half of a Piper voice is no voice for sherpa-onnx that lacks its tokens. */
async function assertPiperHasConfig(folder: ModelFolder): Promise<void> {
	if (folder.has('tokens.txt')) return;
	const model = folder.find('*.onnx') ?? '';
	if ((await readOnnxMetadata(model)).has('model_type')) return;
	if ((await readGraphInputs(model)).some(({ name }) => name === 'scales')) throw folder.lacks([`${path.basename(model)}.json`]);
}

/** Kokoro from 1.0 on reads from word lists: of two kinds of English the American one. */
function kokoroWords(folder: ModelFolder): Readonly<Record<string, string>> {
	const american = folder.has('lexicon-us-en.txt');
	const lists = folder.all('lexicon*.txt').filter((name) => !american || name !== 'lexicon-gb-en.txt');
	return lists.length > 0 ? { lexicon: lists.map((name) => path.join(folder.path, name)).join(',') } : {};
}

/** What the model says, otherwise the numbers of its speakers; the only one of a Piper voice has its own name. */
function namesIn(about: ReadonlyMap<string, string>, model = ''): string[] {
	const told = (about.get('speaker_names') ?? '').split(',').flatMap((name) => name.trim() || []);
	if (told.length > 0) return told;
	const count = Math.min(MOST_SPEAKERS, Math.max(1, Number(about.get('n_speakers')) || 1));
	const [, own] = /^[a-z]{2,3}_[A-Z]{2}-([^-]+)/.exec(path.basename(model)) ?? [];
	return count === 1 && own !== undefined ? [own] : Array.from({ length: count }, (_, number) => String(number));
}

/** The voices that Pocket TTS can imitate. Throws VOICE_ERR_MODEL_MISSING where there is none. */
async function recordings(folder: ModelFolder): Promise<string[]> {
	const beside = path.join(folder.path, 'test_wavs');
	const there = (await readdir(beside).catch(() => [])).filter((name) => name.endsWith('.wav')).sort();
	const files = [...folder.all('*.wav').map((name) => path.join(folder.path, name)), ...there.map((name) => path.join(beside, name))];
	if (files.length === 0) throw folder.lacks(['test_wavs/*.wav']);
	return files;
}
