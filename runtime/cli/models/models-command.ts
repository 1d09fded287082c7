import { Models } from '../../inference/models/models';
import { type Command, UsageError } from '../command';
import { fetchModels } from './fetch';
import { list, which } from './list';
import { offer } from './offer';
import { realTerminal, type Terminal } from './terminal';
import { tryModels } from './try';
import { type ModelsArguments, MODELS_USAGE, readArguments } from './usage';
import { verify } from './verify';

const INTERRUPTED = 130;

/** @returns the exit code */
async function run(argv: string[]): Promise<number> {
	const stop = new AbortController();
	// A second one ends the process at once: what was downloaded is kept either way.
	process.once('SIGINT', () => stop.abort());
	return await runModels(argv, realTerminal(), () => new Models(process.env), stop.signal);
}

/** The command without the process around it. */
export async function runModels(argv: string[], terminal: Terminal, open: () => Models, signal: AbortSignal): Promise<number> {
	try {
		const options = readArguments(argv);
		if (options.help) {
			terminal.out(MODELS_USAGE);
			return 0;
		}
		return await act(options, terminal, open(), signal);
	} catch (error) {
		if (error instanceof UsageError) {
			terminal.note(`voice-loop models: ${error.message}\n\n${MODELS_USAGE}`);
			return 2;
		}
		if (!signal.aborted) throw error;
		terminal.note('\nStopped. What was downloaded is kept: run the same command again to continue.');
		return INTERRUPTED;
	}
}

async function act({ action, names, yes, task }: ModelsArguments, terminal: Terminal, models: Models, signal: AbortSignal): Promise<number> {
	switch (action) {
		case 'list':
			await list(models, terminal);
			return 0;
		case 'fetch':
			return await fetchModels(models, terminal, { names, yes, signal });
		case 'remove':
			for (const id of names) terminal.out((await models.remove(id)) ? `Removed ${id}.` : `${id} is not downloaded.`);
			return 0;
		case 'verify':
			return await verify(models, terminal, names, signal);
		case 'which':
			return await which(models, terminal, names[0] ?? '');
		case 'try':
			return await tryModels(models, terminal, { names, task, signal });
		case 'offer':
			return await offer(models, terminal, yes, signal);
	}
}

export const modelsCommand: Command = { about: 'list, download, remove, verify and measure models', run };
