import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { VoiceError } from '../../../contract/errors';
import { innerModel, listed } from '../../models/folder-list';
import { noFile, unreadable } from '../../models/unreadable';
import { assertOnnx } from '../onnx/onnx-file';

/** espeak-ng's phoneme data, without which sherpa's English voices cannot read: by GPL-3.0, and so never in our package. */
const PHONEMES = 'espeak-ng-data';
const PHONEME_FILES = ['phontab', 'phonindex', 'phondata', 'intonations'];

/** A word in a file's name that says which part of a model it is, and what its name and its parts have in common. */
const PART = /(?:^|[-_./])(?:uncached_decode|cached_decode|preprocess|encode|encoder|decode|decoder|joiner|decoder_model_merged|encoder_model|decoder_model)(?=[-_.])/i;
/** Marks of the same model at another precision. */
const PRECISION = /[-_.](?:int8|fp16|fp32|q8f16|q4f16|uint8f16|q4|q8|bnb4|uint8|quantized|quant)(?=[-_.])/i;

/** Hugging Face's exports have their graphs in a folder of this name, and what belongs to them beside it. */
const GRAPHS = 'onnx';
/** Folders inside a model's own whose files are read as well. Kokoro's exports have a file for each voice. */
const INSIDE = [GRAPHS, 'voices'];

/** Hugging Face's exports have their decoder in three ways, of which one is used. */
const SPARE = /(?:^|\/)decoder_(?:model|with_past_model)(?:_[a-z0-9]+)?\.onnx$/i;

/** Files that people take for models of ours. */
const FOREIGN: ReadonlyArray<readonly [end: RegExp, what: string, remedy: string]> = [
	[/\.gguf$/i, 'is a GGUF file, a language model', 'Choose an .onnx file here, or the folder that holds all files of the model.'],
	[/\.(?:zip|tar|gz|bz2|xz|tgz|7z)$/i, 'is an archive', 'Unpack it, and choose the folder or the .onnx file in it.'],
	[/\.(?:pt|pth|bin|safetensors|ckpt|ct2|tflite)$/i, 'holds weights for another program', 'Look for a version of this model in ONNX, and choose its .onnx file or its folder.'],
	[/\.(?:part|crdownload|download|aria2|partial|tmp)$/i, 'is a download that did not come to its end', 'Fetch it again, whole.'],
];

/** Of a file in a model's folder: a file of Kokoro's voices, together or one. */
const VOICES = /^(?:voices[^/]*\.bin|[^/]+\.npz|voices\/[^/]+\.bin)$/i;
const GRAPH = /\.(?:onnx|ort)$/i;

/** The files of one model, as their authors publish them: in one folder, or in Hugging Face's, under telling names. */
export class ModelFolder {
	private constructor(
		readonly path: string,
		/** Files, links to them included; of folders inside, those that belong to it. */
		private readonly names: readonly string[],
		/** What else is in it, with a word about what it is. */
		private readonly others: readonly string[],
		/** A folder inside it that holds a model, where it holds none itself. */
		private readonly inner: string | undefined,
		private readonly phonemes: readonly string[],
		/** The file that was named, where it was one. */
		private readonly chosen: string | undefined,
	) {}

	/**
	 * @param place a folder, or one model's file in it: then the other models beside it are passed over
	 * @throws VOICE_ERR_MODEL_MISSING where there is neither
	 */
	static async read(place: string): Promise<ModelFolder> {
		const found = await stat(place).catch(async (cause: unknown) => {
			throw await unreadable(place, cause);
		});
		if (found.isDirectory()) return await ModelFolder.of(await rootOf(place), undefined);
		if (!found.isFile()) throw noFile(place);
		const folder = await rootOf(path.dirname(place));
		// Piper's voice is a pair, and either names it.
		const chosen = path.relative(folder, place).replaceAll(path.sep, '/').replace(/(\.onnx)\.json$/i, '$1');
		if (!GRAPH.test(chosen) && !VOICES.test(chosen)) throw noModelFile(place);
		return await ModelFolder.of(folder, chosen);
	}

	private static async of(folder: string, chosen: string | undefined): Promise<ModelFolder> {
		const { files, others } = await listed(folder, INSIDE).catch(async (cause: unknown) => {
			throw await unreadable(folder, cause);
		});
		const mine = chosen === undefined ? files : files.filter((name) => belongsTo(name, chosen));
		const inner = files.some((name) => GRAPH.test(name)) ? undefined : await innerModel(folder);
		return new ModelFolder(folder, mine, others, inner, await readdir(path.join(folder, PHONEMES)).catch(() => []), chosen);
	}

	/** Names that fit `pattern`, in which `*` stands for anything; `.ONNX` is `.onnx`. */
	all(pattern: string): string[] {
		const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
		const expression = new RegExp(`^${escaped}$`, 'i');
		return this.names.filter((name) => expression.test(name));
	}

	has(pattern: string): boolean {
		return this.all(pattern).length > 0;
	}

	/** Everything in it that a person may have meant, for a message. */
	get contents(): string {
		const shown = [...this.names, ...this.others].sort();
		return shown.length === 0 ? 'it is empty' : `it contains ${shown.slice(0, 6).join(', ')}${shown.length > 6 ? ` and ${shown.length - 6} more` : ''}`;
	}

	/**
	 * Of the files that fit, the one of eight bits: nearly as good and quicker on a CPU; or the one that was named. Of Hugging
	 * Face's two of these, "int8" is not for processors where it has convolutions. undefined where none does. Throws VOICE_ERR_MODEL_MISSING where they belong to several models.
	 */
	find(pattern: string): string | undefined {
		const fitting = this.all(pattern);
		const models = new Map(fitting.map((name) => [withoutPrecision(name), name]));
		if (models.size > 1) throw this.several([...models.values()]);
		const exact = this.chosen === undefined ? undefined : fitting.find((name) => precisionOf(name) === precisionOf(this.chosen ?? ''));
		const name = exact ?? fitting.find((each) => /[._]quantized\./i.test(each)) ?? fitting.find((each) => /[._]int8\./i.test(each)) ?? fitting[0];
		return name === undefined ? undefined : path.join(this.path, name);
	}

	/** Kokoro's voices were named, and not a model. */
	get isNamedByVoices(): boolean {
		return this.chosen !== undefined && VOICES.test(this.chosen);
	}

	/**
	 * Throws VOICE_ERR_MODEL_MISSING where the folder holds other models than that of the files `used`, and none of the
	 * files was named: nobody guesses which is meant.
	 */
	assertOnlyModel(used: readonly string[]): void {
		if (this.chosen !== undefined) return;
		const names = used.map((file) => path.relative(this.path, file).replaceAll(path.sep, '/'));
		const mine = new Set(names.map(stemOf));
		const other = this.names.find((name) => GRAPH.test(name) && !SPARE.test(name) && !mine.has(stemOf(name)));
		if (other !== undefined) throw this.several([...names.filter((name) => GRAPH.test(name)).slice(0, 1), other]);
	}

	/** What in it is for another program, or where the model is, as a sentence; '' where there is nothing of that kind. */
	get foreign(): string {
		if (this.inner !== undefined) return ` There is a model in a folder inside it: ${this.inner}.`;
		for (const name of this.names) {
			const [, what] = FOREIGN.find(([end]) => end.test(name)) ?? [];
			if (what !== undefined) return ` ${name} ${what}.`;
		}
		return '';
	}

	several(names: readonly string[]): VoiceError {
		return new VoiceError('VOICE_ERR_MODEL_MISSING', `There are several models in ${this.path}: ${names.slice(0, 6).join(', ')}.`, {
			remedy: `Choose one of the files, for example ${path.join(this.path, names[0] ?? '')}.`,
		});
	}

	/** undefined where there is none. Throws VOICE_ERR_MODEL_MISSING where some of it is missing. */
	phonemeData(): string | undefined {
		if (this.phonemes.length === 0) return undefined;
		const lacking = PHONEME_FILES.filter((name) => !this.phonemes.includes(name)).map((name) => `${PHONEMES}/${name}`);
		if (lacking.length > 0) throw this.lacks(lacking);
		return path.join(this.path, PHONEMES);
	}

	lacks(names: readonly string[]): VoiceError {
		return new VoiceError('VOICE_ERR_MODEL_MISSING', `The model in ${this.path} lacks ${names.join(', ')}: ${this.contents}.${this.foreign}`, {
			remedy: 'Fetch it again, with all of its files in one folder and under the names that its authors gave them.',
		});
	}

	/** Changes when one of its files does. */
	async version(): Promise<string> {
		const found = await Promise.all(this.names.map(async (name) => await stat(path.join(this.path, name)).catch(() => undefined)));
		return found.map((each) => `${each?.size}-${each?.mtimeMs}`).join(' ');
	}
}

/**
 * The files of `folder` by what they are for, absolute. `wanted` gives a pattern for each.
 * Rejects with VOICE_ERR_MODEL_MISSING, which names what is not there, and VOICE_ERR_MODEL_BROKEN for a file that is no model.
 */
export async function filesOf<K extends string>(folder: ModelFolder, wanted: Readonly<Record<K, string>>): Promise<Record<K, string>> {
	const entries = Object.entries<string>(wanted);
	const lacking = entries.filter(([, pattern]) => !folder.has(pattern)).map(([, pattern]) => pattern);
	if (lacking.length > 0) throw folder.lacks(lacking);
	const found = Object.fromEntries(entries.map(([part, pattern]) => [part, folder.find(pattern)])) as Record<K, string>;
	for (const file of Object.values<string>(found)) {
		if (file.toLowerCase().endsWith('.onnx')) await assertOnnx(file);
	}
	return found;
}

/** The model's own folder, where Hugging Face's folder of graphs or of voices is named. */
async function rootOf(folder: string): Promise<string> {
	if (!INSIDE.includes(path.basename(folder))) return folder;
	const above = path.dirname(folder);
	const beside: readonly string[] = await readdir(above).catch(() => []);
	return beside.includes('config.json') || beside.includes('tokenizer.json') || INSIDE.every((name) => beside.includes(name)) ? above : folder;
}

/** Whether a file is part of the model that `chosen` is a file of. What is no model belongs to all. */
function belongsTo(name: string, chosen: string): boolean {
	if (VOICES.test(chosen)) return !VOICES.test(name) || name === chosen || chosen.startsWith('voices/');
	if (/-tokens\.txt$/i.test(name) && family(chosen) !== '') return name.toLowerCase() === `${family(chosen)}-tokens.txt`.toLowerCase();
	if (!/\.(?:onnx(?:\.json)?|ort)$/i.test(name) || name === chosen || name.toLowerCase() === `${chosen}.json`.toLowerCase()) return true;
	return PART.test(chosen) && PART.test(name) && family(name).toLowerCase() === family(chosen).toLowerCase();
}

/** `tiny` of `tiny-encoder.int8.onnx`; '' where the parts have no name in common. */
function family(name: string): string {
	return name.slice(0, PART.exec(name)?.index ?? 0);
}

function withoutPrecision(name: string): string {
	return name.replace(PRECISION, '');
}
function precisionOf(name: string): string {
	return PRECISION.exec(name)?.[0].slice(1) ?? '';
}

/** Without its ending and its precision: parts of one name are one model. */
function stemOf(name: string): string {
	return withoutPrecision(name).replace(GRAPH, '');
}

function noModelFile(place: string): VoiceError {
	const [, what, remedy] = FOREIGN.find(([end]) => end.test(place)) ?? [/./, 'is not an .onnx file', 'Choose the .onnx file of the model, or the folder that holds all of its files.'];
	return new VoiceError('VOICE_ERR_MODEL_MISSING', `${place} ${what}.`, { remedy });
}
