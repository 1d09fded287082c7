import { z } from 'zod';
import { modelTrial, type ModelTrial } from '../../../rpc/inference-protocol';
import { KeptRecords } from './kept-records';

const tried = modelTrial.extend({
	/** In words: on another one, in another container, it says nothing. */
	machine: z.string(),
	/** ISO 8601. */
	at: z.string(),
});

/** What `voice-loop models try` has measured, beside the models: `auto` uses it. */
export class TriedModels {
	private readonly kept: KeptRecords<z.infer<typeof tried>>;

	/** @param models the folder of the models */
	constructor(models: string) {
		this.kept = new KeptRecords(models, '.tried.json', tried);
	}

	/** By the names of models, what was measured on this machine. */
	async on(machine: string): Promise<ReadonlyMap<string, ModelTrial>> {
		return new Map(Object.entries(await this.kept.all()).filter(([, trial]) => trial.machine === machine));
	}

	/** The newest counts. Rejects where it cannot be written. */
	async keep(model: string, machine: string, trial: ModelTrial): Promise<void> {
		await this.kept.keep(model, { ...trial, machine, at: new Date().toISOString() });
	}

	async forget(model: string): Promise<void> {
		await this.kept.forget(model);
	}
}
