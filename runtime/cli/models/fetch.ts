import type { CatalogueModel } from '../../inference/models/catalogue/schema';
import { modelTasks } from '../../inference/models/catalogue/schema';
import type { Models } from '../../inference/models/models';
import { size } from '../../inference/models/sizes';
import { agreed } from './licences';
import { ProgressDisplay } from './progress-display';
import type { Terminal } from './terminal';

export interface FetchOptions {
	readonly names: readonly string[];
	/** Accepts the licences without asking. */
	readonly yes: boolean;
	readonly signal: AbortSignal;
}

/** @returns the exit code: 1 when the person did not agree */
export async function fetchModels(models: Models, terminal: Terminal, { names, yes, signal }: FetchOptions): Promise<number> {
	const wanted = await resolve(models, terminal, names);
	const absent: CatalogueModel[] = [];
	for (const model of wanted) {
		const here = await models.store.find(model.id);
		if (here) terminal.out(here.path);
		else absent.push(model);
	}
	if (absent.length === 0) return 0;
	for (const model of absent) await introduce(models, terminal, model);
	if (!(await agreed(models, terminal, absent, { yes, signal }))) {
		terminal.note('Nothing was downloaded.');
		return 1;
	}
	await download(models, terminal, absent, signal);
	terminal.note('The next call uses them. To measure whether they hold real time on this machine: voice-loop models try');
	return 0;
}

/** One after the other, with a progress bar each; prints their paths. Their licences are accepted. */
export async function download(models: Models, terminal: Terminal, absent: readonly CatalogueModel[], signal: AbortSignal): Promise<void> {
	for (const model of absent) {
		const display = new ProgressDisplay(terminal, model.name);
		try {
			const here = await models.ensure(model.id, { onProgress: (progress) => display.show(progress), signal });
			display.end();
			terminal.out(here.path);
		} finally {
			display.end();
		}
	}
}

async function resolve(models: Models, terminal: Terminal, names: readonly string[]): Promise<CatalogueModel[]> {
	const ids = new Set<string>();
	for (const name of names) {
		if (name !== 'auto') {
			ids.add(models.catalogue.model(name).id);
			continue;
		}
		for (const task of modelTasks) {
			const { id, reason } = await models.choose(task);
			terminal.note(`${task}: ${id === undefined ? 'none' : models.nameOf(id)}; ${reason}`);
			if (id !== undefined && models.catalogue.find(id)) ids.add(id);
		}
	}
	return [...ids].map((id) => models.catalogue.model(id));
}

/** What a person must know before the download. */
async function introduce(models: Models, terminal: Terminal, model: CatalogueModel): Promise<void> {
	terminal.note(`\n${model.name}: about ${size(await models.toFetch(model))} to download`);
	for (const licence of models.catalogue.licencesOf(model)) {
		const at = await models.licences.acceptedAt(licence);
		terminal.note(`  licence: ${licence.name}${at === undefined ? '' : ` (accepted on ${at.slice(0, 10)})`}\n           ${licence.url}`);
	}
	const unknown = model.files.filter(({ sha256, md5 }) => sha256 === null && md5 === undefined).length;
	if (unknown > 0) {
		terminal.note(`  no checksum is known for ${unknown} of its ${model.files.length} files, so they cannot be verified`);
	}
	if (!models.catalogue.verified) terminal.note('  its address comes from a published page and has not been tested');
}
