import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { CatalogueModel, ModelTask } from '../../inference/models/catalogue/schema';
import type { Models } from '../../inference/models/models';
import { size } from '../../inference/models/sizes';
import { parseJson } from '../../lib/json';
import { download } from './fetch';
import { agreed, licencesToAccept } from './licences';
import type { Terminal } from './terminal';

const FETCH = 'npm run models -- fetch auto';
const PURPOSE: Record<ModelTask, string> = {
	chat: 'answers',
	orpheus: 'speaks',
	snac: 'belongs to Orpheus',
	transcribe: 'hears',
	voice: 'speaks',
	'turn-end': 'hears the end of a turn',
};

const declined = z.object({ models: z.array(z.string()) });

/**
 * What `npm start` says about models: offers those that suit the machine and are not here, once. Silent where there are
 * none, or where the network may not be used. Without a terminal, and once declined, one line says how to get them.
 * @returns the exit code: 1 when the person did not agree
 */
export async function offer(models: Models, terminal: Terminal, yes: boolean, signal: AbortSignal): Promise<number> {
	const { absent, bytes } = await models.suited();
	if (absent.length === 0 || models.offline) return 0;
	const ids = absent.map(({ id }) => id);
	if (!yes && (!terminal.interactive || (await isDeclined(models, ids)))) {
		terminal.note(`Better models for this machine can be downloaded (${size(bytes)}): ${FETCH}`);
		return 0;
	}
	await introduce(models, terminal, absent, bytes);
	if (!(await agreed(models, terminal, absent, { yes, signal, question: 'Download them now?' }))) {
		await decline(models, ids);
		terminal.note(`Not downloaded. To do it later: ${FETCH}`);
		return 1;
	}
	await download(models, terminal, absent, signal);
	terminal.note('Downloaded. The next call uses them, nothing has to be restarted. To measure them: npm run models -- try');
	return 0;
}

async function introduce(models: Models, terminal: Terminal, absent: readonly CatalogueModel[], bytes: number): Promise<void> {
	const begun = (await Promise.all(absent.map(async (model) => await models.begun(model)))).reduce((sum, count) => sum + count, 0);
	const purposes = absent.map(({ task, name }) => [`  ${PURPOSE[task]}`, name]);
	const widest = Math.max(...purposes.map(([purpose = '']) => purpose.length));
	const here = await models.here();
	if (here.chat === undefined || here.transcribe === undefined) {
		terminal.note('The agent works with what comes with this package: a demo that understands appointments only.');
	}
	terminal.note(`Models that suit this machine, ${size(bytes)} to download${begun > 0 ? ` (${size(begun)} are here already)` : ''}, into ${models.store.folder}:`);
	for (const [index, model] of absent.entries()) {
		const [purpose = '', name = ''] = purposes[index] ?? [];
		terminal.note(`${purpose.padEnd(widest)}  ${name}, ${size(await models.toFetch(model))}`);
	}
	const toAccept = await licencesToAccept(models, absent);
	for (const { name, url } of toAccept) terminal.note(`  licence to accept: ${name}\n    ${url}`);
	if (!models.catalogue.verified) terminal.note('Their addresses come from published pages; this project has not downloaded them itself.');
}

function place(models: Models): string {
	return path.join(models.store.folder, '.offer-declined.json');
}

/** Whoever said no to these is not asked again; new ones are offered. */
async function isDeclined(models: Models, ids: readonly string[]): Promise<boolean> {
	const text = await readFile(place(models), 'utf8').catch(() => '');
	const known = declined.safeParse(parseJson(text)).data?.models ?? [];
	return ids.every((id) => known.includes(id));
}

async function decline(models: Models, ids: readonly string[]): Promise<void> {
	await mkdir(models.store.folder, { recursive: true });
	await writeFile(place(models), JSON.stringify({ models: ids }, undefined, '\t'));
}
