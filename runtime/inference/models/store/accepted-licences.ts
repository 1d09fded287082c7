import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { parseJson } from '../../../lib/json';
import type { Licence } from '../catalogue/catalogue';
import { writingTo } from '../unwritable';

const acceptance = z.object({ name: z.string(), url: z.string(), acceptedAt: z.string() });

/**
 * The licences that a person has accepted on this machine, beside the models that they are for. One file each, named
 * after all that was shown: a licence whose name or address changes is asked for anew.
 */
export class AcceptedLicences {
	private readonly folder: string;

	/** @param models the folder of the models */
	constructor(models: string) {
		// No model's id begins with a dot.
		this.folder = path.join(models, '.licences');
	}

	/** When it was accepted; undefined where it was not. */
	async acceptedAt(licence: Licence): Promise<string | undefined> {
		const text = await readFile(this.place(licence), 'utf8').catch(() => '');
		const found = acceptance.safeParse(parseJson(text)).data;
		return found?.name === licence.name && found.url === licence.url ? found.acceptedAt : undefined;
	}

	async accept(licence: Licence): Promise<void> {
		if ((await this.acceptedAt(licence)) !== undefined) return;
		const { name, url } = licence;
		const draft = `${this.place(licence)}.${process.pid}`;
		await writingTo(path.dirname(this.folder), 'VOICE_ERR_BAD_REQUEST', async () => {
			await mkdir(this.folder, { recursive: true });
			await writeFile(draft, JSON.stringify({ name, url, acceptedAt: new Date().toISOString() }, undefined, '\t'));
			await rename(draft, this.place(licence));
		});
	}

	private place({ id, name, url }: Licence): string {
		const sum = createHash('sha256').update(JSON.stringify([id, name, url])).digest('hex');
		return path.join(this.folder, `${sum.slice(0, 32)}.json`);
	}
}
