import { rm, stat, readFile, rename, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../../lib/json';
import type { Catalogue } from '../catalogue/catalogue';
import type { CatalogueFile, CatalogueModel } from '../catalogue/schema';
import { fileSum } from './file-sum';

/** A model that is whole on this machine. */
export interface StoredModel {
	readonly id: string;
	/** What an engine opens: a file or a folder, absolute. */
	readonly path: string;
	readonly bytes: number;
}

export type FileVerdict =
	/** Its sum is the publisher's. */
	| 'good'
	/** The publisher's sum is not known to us; it is what was fetched. */
	| 'unchanged'
	/** Neither a publisher's sum nor a receipt: nothing can be said. */
	| 'unknown'
	| 'damaged'
	| 'missing';

export interface VerifiedFile {
	readonly name: string;
	readonly verdict: FileVerdict;
}

/** The folder of fetched models: `<folder>/<id>/<file>`. Reading never touches the network. */
export class ModelStore {
	constructor(
		readonly folder: string,
		private readonly catalogue: Catalogue,
	) {}

	/** The model's own folder. */
	place(model: CatalogueModel): string {
		return path.join(this.folder, model.id);
	}

	filePath(model: CatalogueModel, file: CatalogueFile): string {
		return path.join(this.place(model), ...file.name.split('/'));
	}

	/** What an engine opens, whether it is there or not. */
	openPath(model: CatalogueModel): string {
		const [first] = model.files;
		return model.opens === 'file' && first ? this.filePath(model, first) : this.place(model);
	}

	/** undefined where any of its files is missing or has another size than it should. */
	async find(id: string): Promise<StoredModel | undefined> {
		const model = this.catalogue.find(id);
		if (!model) return undefined;
		let bytes = 0;
		for (const file of model.files) {
			const size = await this.wholeSize(model, file);
			if (size === undefined) return undefined;
			bytes += size;
		}
		return { id, path: this.openPath(model), bytes };
	}

	/** The files that have to be fetched. */
	async missing(model: CatalogueModel): Promise<CatalogueFile[]> {
		const sizes = await Promise.all(model.files.map((file) => this.wholeSize(model, file)));
		return model.files.filter((_, index) => sizes[index] === undefined);
	}

	async list(): Promise<{ readonly model: CatalogueModel; readonly here: StoredModel | undefined }[]> {
		return await Promise.all(this.catalogue.models.map(async (model) => ({ model, here: await this.find(model.id) })));
	}

	/** Also removes what was fetched of it so far. @returns whether there was anything. */
	async remove(id: string): Promise<boolean> {
		const place = this.place(this.catalogue.model(id));
		const was = await stat(place).then(
			() => true,
			() => false,
		);
		await rm(place, { recursive: true, force: true });
		return was;
	}

	/** Reads every byte. @throws VOICE_ERR_MODEL_MISSING for an id that the catalogue does not have. */
	async verify(id: string, options: Parameters<typeof fileSum>[1] = {}): Promise<VerifiedFile[]> {
		const model = this.catalogue.model(id);
		const verdicts: VerifiedFile[] = [];
		for (const file of model.files) verdicts.push({ name: file.name, verdict: await this.verdict(model, file, options) });
		return verdicts;
	}

	private async verdict(model: CatalogueModel, file: CatalogueFile, options: Parameters<typeof fileSum>[1]): Promise<FileVerdict> {
		const place = this.filePath(model, file);
		const size = await sizeOf(place);
		if (size === undefined) return 'missing';
		if (file.bytes !== null && size !== file.bytes) return 'damaged';
		const fetched = await readReceipt(place);
		if (file.sha256 === null && file.md5 !== undefined) return (await fileSum(place, options, 'md5')) === file.md5 ? 'good' : 'damaged';
		const wanted = file.sha256 ?? fetched?.sha256;
		if (wanted === undefined) return 'unknown';
		if ((await fileSum(place, options)) !== wanted) return 'damaged';
		return file.sha256 === null ? 'unchanged' : 'good';
	}

	private async wholeSize(model: CatalogueModel, file: CatalogueFile): Promise<number | undefined> {
		const place = this.filePath(model, file);
		const size = await sizeOf(place);
		if (size === undefined) return undefined;
		const wanted = file.bytes ?? (await readReceipt(place))?.bytes ?? size;
		return size === wanted && size > 0 ? size : undefined;
	}
}

/** undefined for what is not there or is no file. */
export async function sizeOf(file: string): Promise<number | undefined> {
	const found = await stat(file).catch(() => undefined);
	return found?.isFile() ? found.size : undefined;
}

/**
 * Where models lie. Not the state folder: that one may be in memory and is gone after a reboot, while these are
 * gigabytes. The default is shared by all clones and all n8n of one user.
 */
export function modelsFolder(env: NodeJS.ProcessEnv): string {
	if (env.VOICE_LOOP_MODELS) return path.resolve(env.VOICE_LOOP_MODELS);
	const cache = env.VOICE_LOOP_CACHE || path.join(env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'voice-loop');
	return path.resolve(cache, 'models');
}

const receipt = z.object({
	bytes: z.number().int().nonnegative(),
	/** Of what was received, so that damage after the download shows even where the publisher's is not known. */
	sha256: z.string(),
	/** Host it came from. */
	from: z.string(),
	/** Whether a sum was compared with the catalogue's. */
	checked: z.boolean(),
	at: z.string(),
});
export type Receipt = z.infer<typeof receipt>;

function receiptPath(file: string): string {
	return `${file}.receipt.json`;
}

/** Written beside a file that was fetched whole. */
export async function writeReceipt(file: string, value: Receipt): Promise<void> {
	const draft = `${receiptPath(file)}.${process.pid}`;
	await writeFile(draft, JSON.stringify(value, undefined, '\t'));
	await rename(draft, receiptPath(file));
}

/** undefined for a file that somebody else put there. */
export async function readReceipt(file: string): Promise<Receipt | undefined> {
	const text = await readFile(receiptPath(file), 'utf8').catch(() => '');
	return receipt.safeParse(parseJson(text)).data;
}
