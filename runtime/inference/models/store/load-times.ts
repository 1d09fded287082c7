import { z } from 'zod';
import { KeptRecords } from './kept-records';

/** How long models took to load the last time on this machine, beside the models: a page can say how far a load is. */
export class LoadTimes {
	private readonly kept: KeptRecords<number>;

	/** @param models the folder of the models */
	constructor(models: string) {
		this.kept = new KeptRecords(models, '.load-times.json', z.number().positive());
	}

	/** ms; undefined where it is not known. */
	async of(model: string): Promise<number | undefined> {
		return (await this.kept.all())[model];
	}

	/** Where it cannot be written down, the next load has no percentage. */
	async keep(model: string, ms: number): Promise<void> {
		await this.kept.keep(model, Math.round(ms)).catch(() => undefined);
	}
}
