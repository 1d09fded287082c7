import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../../lib/json';
import { modelTrial, type ModelTrial } from '../../../rpc/inference-protocol';

/** Of files that were once tried by their paths, the oldest are forgotten. */
const MOST = 200;

const kept = z.record(modelTrial.extend({
	/** In words: on another one, in another container, it says nothing. */
	machine: z.string(),
	/** ISO 8601. */
	at: z.string(),
}));

/** What `voice-loop models try` has measured, beside the models: `auto` uses it. */
export class TriedModels {
	private readonly file: string;

	/** @param models the folder of the models */
	constructor(models: string) {
		// No model's id begins with a dot.
		this.file = path.join(models, '.tried.json');
	}

	/** By the names of models, what was measured on this machine. */
	async on(machine: string): Promise<ReadonlyMap<string, ModelTrial>> {
		return new Map(Object.entries(await this.read()).filter(([, trial]) => trial.machine === machine));
	}

	/** The newest counts. Rejects where it cannot be written. */
	async keep(model: string, machine: string, trial: ModelTrial): Promise<void> {
		const others = Object.entries(await this.read()).filter(([name]) => name !== model);
		const tried = Object.fromEntries([...others, [model, { ...trial, machine, at: new Date().toISOString() }] as const].slice(-MOST));
		await mkdir(path.dirname(this.file), { recursive: true });
		// The runtime may read it meanwhile.
		const draft = `${this.file}.${process.pid}`;
		await writeFile(draft, JSON.stringify(tried, undefined, '\t'));
		await rename(draft, this.file);
	}

	async forget(model: string): Promise<void> {
		const all = await this.read();
		if (!Object.hasOwn(all, model)) return;
		const others = Object.fromEntries(Object.entries(all).filter(([name]) => name !== model));
		await writeFile(this.file, JSON.stringify(others, undefined, '\t'));
	}

	private async read(): Promise<z.infer<typeof kept>> {
		return kept.safeParse(parseJson(await readFile(this.file, 'utf8').catch(() => ''))).data ?? {};
	}
}
