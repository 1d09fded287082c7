import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { VoiceError } from '../../../contract/errors';

/** espeak-ng's phoneme data, without which sherpa's English voices cannot read: by GPL-3.0, and so never in our package. */
const PHONEMES = 'espeak-ng-data';
const PHONEME_FILES = ['phontab', 'phonindex', 'phondata', 'intonations'];

/** The files of one model, as sherpa's authors publish them: in one folder, under telling names. */
export class ModelFolder {
	private constructor(
		readonly path: string,
		private readonly names: readonly string[],
		private readonly phonemes: readonly string[],
	) {}

	/**
	 * @param place a folder, or one model's .onnx file in it: then the other models beside it are passed over
	 * @throws VOICE_ERR_MODEL_MISSING where there is neither
	 */
	static async read(place: string): Promise<ModelFolder> {
		const found = await stat(place).catch((cause: unknown) => {
			throw new VoiceError('VOICE_ERR_MODEL_MISSING', `There is no file or folder at ${place}.`, { cause });
		});
		const folder = found.isDirectory() ? place : path.dirname(place);
		if (!found.isDirectory() && !place.endsWith('.onnx')) {
			throw new VoiceError('VOICE_ERR_MODEL_MISSING', `${place} is a file, and no .onnx file.`, {
				remedy: 'Choose the .onnx file of the model, or the folder that holds all of its files.',
			});
		}
		const chosen = path.basename(place);
		const isOther = (name: string): boolean => /\.onnx(\.json)?$/.test(name) && name !== chosen && name !== `${chosen}.json`;
		const names = (await readdir(folder)).filter((name) => found.isDirectory() || !isOther(name));
		return new ModelFolder(folder, names.sort(), await readdir(path.join(folder, PHONEMES)).catch(() => []));
	}

	/** Names that fit `pattern`, in which `*` stands for anything. */
	all(pattern: string): string[] {
		const escaped = pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
		const expression = new RegExp(`^${escaped}$`);
		return this.names.filter((name) => expression.test(name));
	}

	has(pattern: string): boolean {
		return this.all(pattern).length > 0;
	}

	/** Of the files that fit, the int8 one: nearly as good and quicker on a CPU. undefined where none does. */
	find(pattern: string): string | undefined {
		const fitting = this.all(pattern);
		const name = fitting.find((each) => each.includes('.int8.')) ?? fitting[0];
		return name === undefined ? undefined : path.join(this.path, name);
	}

	/** undefined where there is none. Throws VOICE_ERR_MODEL_MISSING where some of it is missing. */
	phonemeData(): string | undefined {
		if (this.phonemes.length === 0) return undefined;
		const lacking = PHONEME_FILES.filter((name) => !this.phonemes.includes(name)).map((name) => `${PHONEMES}/${name}`);
		if (lacking.length > 0) throw this.lacks(lacking);
		return path.join(this.path, PHONEMES);
	}

	lacks(names: readonly string[]): VoiceError {
		return new VoiceError('VOICE_ERR_MODEL_MISSING', `The model in ${this.path} lacks ${names.join(', ')}.`);
	}

	/** Changes when one of its files does. */
	async version(): Promise<string> {
		const found = await Promise.all(this.names.map(async (name) => await stat(path.join(this.path, name)).catch(() => undefined)));
		return found.map((each) => `${each?.size}-${each?.mtimeMs}`).join(' ');
	}
}

/**
 * The files of `folder` by what they are for, absolute. `wanted` gives a pattern for each.
 * Throws VOICE_ERR_MODEL_MISSING, which names what is not there.
 */
export function filesOf<K extends string>(folder: ModelFolder, wanted: Readonly<Record<K, string>>): Record<K, string> {
	const entries = Object.entries<string>(wanted);
	const lacking = entries.filter(([, pattern]) => !folder.has(pattern)).map(([, pattern]) => pattern);
	if (lacking.length > 0) throw folder.lacks(lacking);
	return Object.fromEntries(entries.map(([part, pattern]) => [part, folder.find(pattern)])) as Record<K, string>;
}
