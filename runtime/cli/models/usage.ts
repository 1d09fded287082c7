import { parseArgs } from 'node:util';
import { UsageError } from '../command';

export const MODELS_USAGE = `voice-loop models [list]
voice-loop models fetch <id|auto>... [--yes]
voice-loop models remove <id>...
voice-loop models verify [id]...
voice-loop models which <task>

Shows, fetches and checks the models that this machine can use.

  list            what there is, what is here, and what auto takes on this machine and why
  fetch           downloads models; auto is all that suits this machine. Shows the licences and asks;
                  goes on where an earlier download stopped
  remove          deletes models
  verify          reads models that are here and compares their checksums
  which           prints the model that auto uses now for a task (chat, orpheus, snac, transcribe, voice)

  --yes           accept the licences, ask nothing (needed where nobody can be asked)

Settings by environment:
  VOICE_LOOP_MODELS            the folder of models (default: models in VOICE_LOOP_CACHE, else ~/.cache/voice-loop)
  VOICE_LOOP_MODEL_MIRRORS     servers to try first, laid out as https://huggingface.co is
  VOICE_LOOP_MODEL_TOKEN       what to show to those servers
  HF_TOKEN                     what to show to Hugging Face, for models that want an account
  VOICE_LOOP_OFFLINE=1         never reach the network
  VOICE_LOOP_ACCEPT_LICENCES   licences that are accepted, for machines without a person (llama3.2, ...)
  VOICE_LOOP_MODEL_CATALOGUE   a catalogue of your own
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY

Exit code: 0 if all went well, 1 if not, 2 if the options are wrong, 130 if it was interrupted.`;

export const actions = ['list', 'fetch', 'remove', 'verify', 'which'] as const;
export type Action = (typeof actions)[number];

export interface ModelsArguments {
	readonly help: boolean;
	readonly yes: boolean;
	readonly action: Action;
	readonly names: readonly string[];
}

function isAction(name: string): name is Action {
	return (actions as readonly string[]).includes(name);
}

/** Throws UsageError. */
export function readArguments(argv: string[]): ModelsArguments {
	const { values, positionals } = parse(argv);
	const [action = 'list', ...names] = positionals;
	const help = values.help ?? false;
	if (!isAction(action)) throw new UsageError(`There is no "${action}". There is: ${actions.join(', ')}.`);
	if (!help) checkCount(action, names.length);
	return { help, yes: values.yes ?? false, action, names };
}

function checkCount(action: Action, count: number): void {
	if ((action === 'fetch' || action === 'remove') && count === 0) throw new UsageError(`${action} wants the id of a model.`);
	if (action === 'which' && count !== 1) throw new UsageError('which wants one task.');
	if (action === 'list' && count > 0) throw new UsageError('list wants nothing more.');
}

function parse(argv: string[]) {
	try {
		return parseArgs({
			args: argv,
			allowPositionals: true,
			options: { yes: { type: 'boolean', short: 'y' }, help: { type: 'boolean', short: 'h' } },
		});
	} catch (error) {
		throw new UsageError(error instanceof Error ? error.message : String(error));
	}
}
