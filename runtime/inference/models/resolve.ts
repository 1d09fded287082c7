import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import { VoiceError } from '../../contract/errors';
import { packageRoot } from '../../lib/package-root';
import type { Catalogue } from './catalogue/catalogue';
import type { ModelTask, CatalogueModel, CatalogueFile } from './catalogue/schema';
import { addressesOf } from './download/addresses';
import { innerModel, listed } from './folder-list';
import { MODEL_KIND } from './names';
import type { ModelStore } from './store/store';
import { lookingAt, noFile, unreadable } from './unreadable';

/** Names that settings may use in place of a path: the models that ship with the package. */
export const PACK = {
	'pack:answer': path.join('models', 'answer', 'pack', 'answer.gguf'),
	'pack:listen': path.join('models', 'listen'),
} as const;

/** Whether a name says by itself where the model lies. */
export function isOnDisk(name: string): boolean {
	return isPackName(name) || path.isAbsolute(name);
}

function isPackName(name: string): name is keyof typeof PACK {
	return Object.hasOwn(PACK, name);
}

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
		`There is no model "${name.slice(0, 200)}". Use ${known}, or an absolute path on the runtime's machine.`,
	);
}

/** Finds the path behind a model's name (contract/engines). Rejects with VOICE_ERR_MODEL_MISSING. */
export type Locate = (name: string, task: ModelTask) => Promise<string>;

/**
 * Finds a model's file, or the only one in a folder. Rejects with VOICE_ERR_MODEL_MISSING where there is none, or several
 * to choose from.
 */
export async function modelFile(name: string, ending: '.gguf' | '.onnx' = '.gguf'): Promise<ModelFile> {
	const place = modelPath(name);
	const found = await statOf(place);
	if (!found.isDirectory()) return { path: place, version: `${found.size}-${found.mtimeMs}`, bytes: found.size };
	const file = path.join(place, await onlyModelIn(place, ending));
	const { size, mtimeMs } = await statOf(file);
	return { path: file, version: `${size}-${mtimeMs}`, bytes: size };
}

async function statOf(file: string): Promise<Stats> {
	const found = await stat(file).catch(async (cause: unknown) => {
		throw await unreadable(file, cause);
	});
	if (!found.isDirectory() && !found.isFile()) throw noFile(file);
	return found;
}

async function onlyModelIn(folder: string, ending: string): Promise<string> {
	const { files, others } = await lookingAt(async () => await listed(folder, []));
	// Later parts of a split model, and what goes with a model for pictures, are none by themselves.
	const isPart = (each: string): boolean => Number(/-(\d+)-of-\d+\.gguf$/i.exec(each)?.[1] ?? 1) > 1;
	const models = files.filter((each) => each.toLowerCase().endsWith(ending) && !/^mmproj/i.test(each) && !isPart(each));
	const [only] = models;
	if (only !== undefined && models.length === 1) return only;
	if (only === undefined) {
		const names = [...files, ...others].sort();
		const shown = names.length === 0 ? 'it is empty' : `it contains ${names.slice(0, 6).join(', ')}${names.length > 6 ? ` and ${names.length - 6} more` : ''}`;
		const inner = await innerModel(folder);
		const inside = inner === undefined ? '' : ` There is a model in a folder inside it: ${inner}.`;
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', `There is no ${ending} file in ${folder}: ${shown}.${inside}`, { remedy: `Choose the ${ending} file of the model.` });
	}
	throw new VoiceError('VOICE_ERR_MODEL_MISSING', `There are several models in ${folder}: ${models.slice(0, 6).join(', ')}.`, {
		remedy: `Choose one of the files, for example ${path.join(folder, only)}.`,
	});
}

/* Why a setting's model cannot be used, and the command that helps. */

export function unknownName(name: string): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_MISSING', `There is no model "${name.slice(0, 200)}".`, {
		remedy: "Use auto, an id that `voice-loop models` lists, or an absolute path on the runtime's machine.",
	});
}

export function otherTask(model: CatalogueModel, task: ModelTask): VoiceError {
	return new VoiceError('VOICE_ERR_BAD_REQUEST', `${model.name} is ${MODEL_KIND[model.task]}, not ${MODEL_KIND[task]}.`, {
		remedy: 'Choose another model: `voice-loop models` lists what each is for.',
	});
}

export function notHere(model: CatalogueModel): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_MISSING', `${model.name} is not on this machine.`, {
		remedy: `Fetch it: voice-loop models fetch ${model.id}`,
	});
}

/** @param id what is worth fetching, if the catalogue has anything */
export function nothingFor(task: ModelTask, why: string, id: string | undefined): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_MISSING', `This machine does not have ${MODEL_KIND[task]}. ${why}`, {
		remedy: id === undefined ? "Use an absolute path on the runtime's machine." : `Fetch one: voice-loop models fetch ${id}`,
	});
}

/** @param hears what people call the recogniser; @param id a language model that is worth fetching, if there is one */
export function nobodyAnswers(hears: string, id: string | undefined): VoiceError {
	const fetch = id === undefined ? '' : `Fetch a language model: voice-loop models fetch ${id}. Or choose`;
	return new VoiceError(
		'VOICE_ERR_MODEL_MISSING',
		`No language model on this machine can answer what ${hears} hears: the offline pack's only understands what the offline pack's recogniser writes.`,
		{ remedy: `${fetch || 'Choose'} another model in Llama Chat, or the offline pack in Transcribe as well.` },
	);
}

/** VOICE_LOOP_OFFLINE: this machine must not be asked to reach the network. */
export function isOffline(env: NodeJS.ProcessEnv): boolean {
	return !['', '0', 'false', 'no'].includes((env.VOICE_LOOP_OFFLINE ?? '').toLowerCase());
}

/** Says which files to bring, and where they belong. */
export function offlineError(catalogue: Catalogue, store: ModelStore, model: CatalogueModel, missing: readonly CatalogueFile[], env: NodeJS.ProcessEnv): VoiceError {
	const lines = missing.map((file) => {
		const address = addressesOf(catalogue, model, file, env).at(0)?.url ?? '';
		return `- ${store.filePath(model, file)}${address === '' ? '' : `  from ${address}`}`;
	});
	return new VoiceError('VOICE_ERR_OFFLINE', `${model.name} is not on this machine, and VOICE_LOOP_OFFLINE forbids downloading it.`, {
		remedy: `Put these files in place:\n${lines.join('\n')}\nOr choose a model by its absolute path, or unset VOICE_LOOP_OFFLINE.`,
	});
}
