import type { Models } from '../../inference/models/models';
import type { FileVerdict } from '../../inference/models/store/store';
import type { Terminal } from './terminal';

const WORDS: Record<FileVerdict, string> = {
	good: 'verified with the publisher\'s checksum',
	unchanged: 'unchanged since the download; the publisher\'s checksum is not known',
	unknown: 'cannot be verified: no checksum is known',
	damaged: 'DAMAGED',
	missing: 'MISSING',
};

/** @returns the exit code: 1 when a file is damaged or missing */
export async function verify(models: Models, terminal: Terminal, names: readonly string[], signal: AbortSignal): Promise<number> {
	const present = (await models.store.list()).filter(({ here }) => here).map(({ model }) => model.id);
	const ids = names.length > 0 ? names : present;
	if (ids.length === 0) terminal.out(`There are no models in ${models.store.folder}.`);
	const bad = new Set<string>();
	for (const id of ids) {
		for (const { name, verdict } of await models.store.verify(id, { signal })) {
			if (verdict === 'damaged' || verdict === 'missing') bad.add(id);
			terminal.out(`${id}/${name}: ${WORDS[verdict]}`);
		}
	}
	for (const id of bad) terminal.note(`Download it again: voice-loop models remove ${id} && voice-loop models fetch ${id}`);
	return bad.size > 0 ? 1 : 0;
}
