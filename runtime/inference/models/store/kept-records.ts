import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../../lib/json';
import { writingTo } from '../unwritable';

/** Of models that were once used by their paths, the oldest are forgotten. */
const MOST = 200;

/** What is kept of models by their names, in one file beside them. What is not readable there counts as nothing. */
export class KeptRecords<T> {
	private readonly file: string;
	private readonly shape: z.ZodType<Record<string, T>, z.ZodTypeDef, unknown>;
	/** One after the other: each writes the whole file. */
	private writing: Promise<unknown> = Promise.resolve();

	/**
	 * @param models the folder of the models
	 * @param name of the file: no model's id begins with a dot
	 */
	constructor(models: string, name: `.${string}`, each: z.ZodType<T, z.ZodTypeDef, unknown>) {
		this.file = path.join(models, name);
		this.shape = z.record(each);
	}

	async all(): Promise<Record<string, T>> {
		return this.shape.safeParse(parseJson(await readFile(this.file, 'utf8').catch(() => ''))).data ?? {};
	}

	/** The newest counts. Rejects where it cannot be written. */
	async keep(model: string, record: T): Promise<void> {
		await this.change(model, [[model, record]]);
	}

	async forget(model: string): Promise<void> {
		if (Object.hasOwn(await this.all(), model)) await this.change(model, []);
	}

	private async change(model: string, instead: ReadonlyArray<readonly [string, T]>): Promise<void> {
		const folder = path.dirname(this.file);
		const write = async (): Promise<void> => {
			const others = Object.entries(await this.all()).filter(([name]) => name !== model);
			await mkdir(folder, { recursive: true });
			// Another process may read it meanwhile.
			const draft = `${this.file}.${process.pid}`;
			await writeFile(draft, JSON.stringify(Object.fromEntries([...others, ...instead].slice(-MOST)), undefined, '\t'));
			await rename(draft, this.file);
		};
		const written = this.writing.then(async () => await writingTo(folder, 'VOICE_ERR_BAD_REQUEST', write));
		this.writing = written.catch(() => undefined);
		await written;
	}
}
