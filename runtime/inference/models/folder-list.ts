import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';

/** How deep a model may lie in a folder that was named in its place: Hugging Face's cache has it four folders down. */
const MOST_DEEP = 5;
/** Nobody's disk is searched. */
const MOST_FOLDERS = 100;
const MODEL = /\.(?:onnx|ort|gguf)$/i;

export interface Listed {
	/** Names of files, sorted; of the folders `inside` theirs, too. */
	readonly files: readonly string[];
	/** Names of all else, with a word about what it is. */
	readonly others: readonly string[];
}

/** What lies in a folder, but what is hidden: Macs leave files such as `._NAME.onnx`. Rejects as readdir. */
export async function listed(folder: string, inside: readonly string[]): Promise<Listed> {
	const files: string[] = [];
	const others: string[] = [];
	for (const entry of await visible(folder)) {
		const { name } = entry;
		const what = await entryKindOf(folder, entry);
		if (what === 'file') files.push(name);
		else if (what === 'folder' && inside.includes(name)) files.push(...(await filesIn(path.join(folder, name))).map((each) => `${name}/${each}`));
		if (what !== 'file') others.push(what === 'folder' ? `${name}/` : `${name} (${what})`);
	}
	return { files: files.sort(), others };
}

async function filesIn(folder: string): Promise<string[]> {
	const entries = await visible(folder).catch(() => []);
	const kinds = await Promise.all(entries.map(async (entry) => await entryKindOf(folder, entry)));
	return entries.flatMap(({ name }, at) => (kinds[at] === 'file' ? [name] : []));
}

async function visible(folder: string): Promise<Dirent[]> {
	return (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !name.startsWith('.'));
}

async function entryKindOf(folder: string, entry: Dirent): Promise<'file' | 'folder' | 'a link to nothing' | 'not a file'> {
	if (entry.isFile()) return 'file';
	if (entry.isDirectory()) return 'folder';
	if (!entry.isSymbolicLink()) return 'not a file';
	const found = await stat(path.join(folder, entry.name)).catch(() => undefined);
	if (!found) return 'a link to nothing';
	if (found.isDirectory()) return 'folder';
	return found.isFile() ? 'file' : 'not a file';
}

/** The nearest folder in `folder` that holds a model's file; undefined where none does. Follows no links to folders. */
export async function innerModel(folder: string): Promise<string | undefined> {
	let level = [folder];
	let seen = 0;
	for (let deep = 0; deep < MOST_DEEP && level.length > 0; deep++) {
		const below: string[] = [];
		for (const each of level) {
			if (seen++ >= MOST_FOLDERS) return undefined;
			const entries = await visible(each).catch(() => []);
			if (each !== folder && entries.some((entry) => !entry.isDirectory() && MODEL.test(entry.name))) return each;
			below.push(...entries.filter((entry) => entry.isDirectory()).map(({ name }) => path.join(each, name)));
		}
		level = below;
	}
	return undefined;
}
