import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { VoiceError } from '../../../contract/errors';
import { unwritable } from '../../models/unwritable';

/** A file in each folder that names the model it was made of. */
const MADE_OF = '.made-of';
/** Nothing takes so long to make. */
const LEFT_AFTER_MS = 3_600_000;

/**
 * What an engine needs and a model does not bring, made once for each state of its files. `store` is a folder of ours:
 * nothing is written beside the user's files.
 * @param files what it is made of, the model first: anew when one of them changes, and then the older one goes
 * @param recipe changes when `make` makes something else
 * @returns the folder that `make` filled
 * Rejects as `make`, with VOICE_ERR_DISK_FULL, and with VOICE_ERR_MODEL_FAILED where `store` cannot be written.
 */
export async function prepareOnce(store: string, files: readonly [string, ...string[]], recipe: string, make: (folder: string) => Promise<void>): Promise<string> {
	const states = await Promise.all(files.map(async (file) => `${file} ${await stateOf(file)}`));
	const name = nameFor(files[0]);
	const target = path.join(store, `${name}-${hash(recipe, ...states)}`);
	try {
		if (!(await exists(target))) await fill(target, files[0], make);
		await forgetDeleted(store);
		const others = (await readdir(store)).map((each) => path.join(store, each)).filter((each) => each.startsWith(`${path.join(store, name)}-`) && each !== target);
		for (const other of others) if (!other.endsWith('.part') || (await isLeft(other))) await rm(other, { recursive: true, force: true });
	} catch (thrown) {
		throw unmade(thrown, store);
	}
	return target;
}

async function fill(target: string, model: string, make: (folder: string) => Promise<void>): Promise<void> {
	// Two callers may want it at once.
	const folder = `${target}.${randomUUID()}.part`;
	await mkdir(folder, { recursive: true });
	try {
		await make(folder);
		await writeFile(path.join(folder, MADE_OF), model);
		await rename(folder, target);
	} catch (error) {
		// Another process may have been quicker.
		if (!(await exists(target))) throw error;
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

function unmade(thrown: unknown, store: string): unknown {
	if (thrown instanceof VoiceError) return thrown;
	const code = (thrown as NodeJS.ErrnoException).code ?? '';
	if (code === 'ENOSPC' || code === 'EDQUOT') {
		return new VoiceError('VOICE_ERR_DISK_FULL', `There is no space in ${store} for what sherpa-onnx needs of this model: a copy of its files.`, { cause: thrown });
	}
	return unwritable(store, 'VOICE_ERR_MODEL_FAILED', thrown) ?? thrown;
}

/** What was made of a model that is gone is as large as the model was. */
async function forgetDeleted(store: string): Promise<void> {
	for (const each of await readdir(store)) {
		const model = await readFile(path.join(store, each, MADE_OF), 'utf8').catch(() => undefined);
		if (model !== undefined && !(await exists(model))) await rm(path.join(store, each), { recursive: true, force: true });
	}
}

/** Half-made, by a process that was ended in the middle. */
async function isLeft(part: string): Promise<boolean> {
	const changed = await stat(part).catch(() => undefined);
	return changed !== undefined && Date.now() - changed.mtimeMs > LEFT_AFTER_MS;
}

/** Two models of one name, in different folders, are two. */
function nameFor(model: string): string {
	return `${path.basename(model, path.extname(model)).slice(0, 40)}-${hash(model)}`;
}

async function stateOf(file: string): Promise<string> {
	const { size, mtimeMs } = await stat(file);
	return `${size}-${mtimeMs}`;
}

function hash(...texts: readonly string[]): string {
	return createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 12);
}

async function exists(file: string): Promise<boolean> {
	return await stat(file).then(() => true, () => false);
}
