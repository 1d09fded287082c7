import { stat } from 'node:fs/promises';
import path from 'node:path';
import { VoiceError } from '../../contract/errors';
import type { ModelTask } from './catalogue/schema';
import { packageRoot } from '../../lib/package-root';

/** Names that settings may use in place of a path: the models that ship with the package. */
export const PACK = {
	'pack:answer': path.join('models', 'answer', 'pack', 'answer.gguf'),
	'pack:listen': path.join('models', 'listen'),
} as const;

/** Whether a name says by itself where the model lies. */
export const isOnDisk = (name: string): boolean => isPackName(name) || path.isAbsolute(name);

const isPackName = (name: string): name is keyof typeof PACK => Object.hasOwn(PACK, name);

/** A model on disk. `version` changes when the file does, so that a replaced file is loaded anew. */
export interface ModelFile {
	readonly path: string;
	readonly version: string;
	readonly bytes: number;
}

/** The path that a model's name stands for: a pack name, or an absolute path as it is. */
export function modelPath(name: string): string {
	if (isPackName(name)) return path.join(packageRoot(), PACK[name]);
	if (path.isAbsolute(name)) return path.normalize(name);
	const known = Object.keys(PACK).join(', ');
	throw new VoiceError(
		'VOICE_ERR_MODEL_MISSING',
		`"${name.slice(0, 200)}" is no model: give one of ${known}, or an absolute path on the runtime's machine.`,
	);
}

/** Finds the path behind a model's name (contract/engines). Rejects with VOICE_ERR_MODEL_MISSING. */
export type Locate = (name: string, task: ModelTask) => Promise<string>;

/** Knows what ships with the package and absolute paths, nothing of a catalogue. */
export const locateOnDisk: Locate = async (name) => modelPath(name);

/** Finds a model's file. Rejects with VOICE_ERR_MODEL_MISSING, or MODEL_BROKEN for what is no file. */
export async function modelFile(name: string): Promise<ModelFile> {
	const file = modelPath(name);
	const found = await stat(file).catch((cause: unknown) => {
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', `There is no model file at ${file}.`, { cause });
	});
	if (!found.isFile()) throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file} is not a file.`);
	return { path: file, version: `${found.size}-${found.mtimeMs}`, bytes: found.size };
}
