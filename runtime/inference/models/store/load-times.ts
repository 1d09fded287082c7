import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../../lib/json';

/** Of models that were once tried by their paths, the oldest are forgotten. */
const MOST = 200;

const kept = z.record(z.number().positive());

/** How long models took to load the last time on this machine, beside the models: a page can say how far a load is. */
export class LoadTimes {
	private readonly file: string;
	/** One after the other: each writes the whole file. */
	private writing: Promise<void> = Promise.resolve();

	/** @param models the folder of the models */
	constructor(models: string) {
		// No model's id begins with a dot.
		this.file = path.join(models, '.load-times.json');
	}

	/** ms; undefined where it is not known. */
	async of(model: string): Promise<number | undefined> {
		return (await this.read())[model];
	}

	/** Where it cannot be written down, the next load has no percentage. */
	async keep(model: string, ms: number): Promise<void> {
		this.writing = this.writing.then(async () => await this.write(model, ms)).catch(() => undefined);
		await this.writing;
	}

	private async write(model: string, ms: number): Promise<void> {
		const others = Object.entries(await this.read()).filter(([name]) => name !== model);
		const times = Object.fromEntries([...others, [model, Math.round(ms)] as const].slice(-MOST));
		await mkdir(path.dirname(this.file), { recursive: true });
		// Another process may read it meanwhile.
		const draft = `${this.file}.${process.pid}`;
		await writeFile(draft, JSON.stringify(times, undefined, '\t'));
		await rename(draft, this.file);
	}

	private async read(): Promise<Record<string, number>> {
		return kept.safeParse(parseJson(await readFile(this.file, 'utf8').catch(() => ''))).data ?? {};
	}
}
