import { VoiceError } from '../../contract/errors';
import type { Licence } from '../../inference/models/catalogue/catalogue';
import type { CatalogueModel } from '../../inference/models/catalogue/schema';
import type { Models } from '../../inference/models/models';
import type { Terminal } from './terminal';

/** Those of the models' licences that nobody has accepted on this machine yet, each once. */
export async function licencesToAccept(models: Models, wanted: readonly CatalogueModel[]): Promise<Licence[]> {
	const pending = (await Promise.all(wanted.map(async (model) => await models.toAccept(model)))).flat();
	return pending.filter(({ id }, index) => pending.findIndex((other) => other.id === id) === index);
}

/**
 * Asks for what nobody has accepted before, and remembers a yes. With a `question` it is asked in any case.
 * Throws VOICE_ERR_LICENCE where nobody can be asked.
 */
export async function agreed(
	models: Models,
	terminal: Terminal,
	wanted: readonly CatalogueModel[],
	{ yes, signal, question }: { readonly yes: boolean; readonly signal: AbortSignal; readonly question?: string },
): Promise<boolean> {
	const pending = await licencesToAccept(models, wanted);
	const asks = pending.length > 0 ? `Do you accept ${pending.length === 1 ? 'this licence' : 'these licences'} and want to download?` : question;
	if (!yes && asks !== undefined) {
		if (!terminal.interactive) {
			throw new VoiceError('VOICE_ERR_LICENCE', 'The licences have to be accepted, and there is no terminal to ask on.', {
				remedy: `Read the licences, then run: voice-loop models fetch ${wanted.map(({ id }) => id).join(' ')} --yes`,
			});
		}
		const answer = await terminal.ask(`\n${asks} [y/N] `, signal);
		if (!/^y(es)?$/i.test(answer.trim())) return false;
	}
	for (const licence of pending) await models.licences.accept(licence);
	return true;
}
