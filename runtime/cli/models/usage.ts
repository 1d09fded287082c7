import { parseArgs } from 'node:util';
import { isTriedTask, type TriedTask, triedTasks } from '../../rpc/inference-protocol';
import { UsageError } from '../command';

export const MODELS_USAGE = `voice-loop models [list]
voice-loop models fetch <id|auto>... [--yes]
voice-loop models remove <id>...
voice-loop models verify [id]...
voice-loop models which <task>
voice-loop models try [id|path]... [--task <task>]
voice-loop models offer [--yes]

Lists, downloads, verifies and measures the models that this machine can use.

  list            shows all models, which are installed, and which "auto" uses on this machine and why
  fetch           downloads models; "auto" means all that suit this machine. Asks for each licence once and
                  remembers that you accepted it. Resumes an interrupted download. A running voice runtime
                  uses what was downloaded from the next call on
  remove          deletes models
  verify          checks downloaded models against their checksums
  which           prints the model that "auto" uses now for a task (chat, orpheus, snac, transcribe, voice)
  try             measures models on this machine and says whether they hold real time: those named, or those that
                  "auto" uses now. "auto" goes by what was measured. Measure while nothing else goes on
  offer           what \`npm start\` asks: offers what suits this machine and is not installed, once

  --yes           accept the licences without asking (required where there is no terminal to ask on)
  --task          what the model at a path is for (chat, orpheus, transcribe, voice, turn-end), where it does not say so
                  itself; a .gguf is taken for chat

Environment variables:
  VOICE_LOOP_MODELS            folder of the models (default: models in VOICE_LOOP_CACHE, else in ~/.cache/voice-loop)
  VOICE_LOOP_MODEL_MIRRORS     servers to try first, with the same paths as https://huggingface.co
  VOICE_LOOP_MODEL_TOKEN       access token for those servers
  HF_TOKEN                     access token for Hugging Face, for models that require an account
  VOICE_LOOP_OFFLINE=1         never use the network
  VOICE_LOOP_ACCEPT_LICENCES   licences you accept, for unattended machines (llama3.2, ...)
  VOICE_LOOP_MODEL_CATALOGUE   path of your own catalogue
  HTTPS_PROXY, HTTP_PROXY, NO_PROXY

Exit code: 0 for success, 1 for failure, 2 for wrong options, 130 if interrupted.`;

export const actions = ['list', 'fetch', 'remove', 'verify', 'which', 'try', 'offer'] as const;
export type Action = (typeof actions)[number];

export interface ModelsArguments {
	readonly help: boolean;
	readonly yes: boolean;
	readonly action: Action;
	readonly names: readonly string[];
	/** What models at paths are for. */
	readonly task: TriedTask | undefined;
}

function isAction(name: string): name is Action {
	return (actions as readonly string[]).includes(name);
}

/** Throws UsageError. */
export function readArguments(argv: string[]): ModelsArguments {
	const { values, positionals } = parse(argv);
	const [action = 'list', ...names] = positionals;
	const help = values.help ?? false;
	if (!isAction(action)) throw new UsageError(`There is no action "${action}". The actions are: ${actions.join(', ')}.`);
	if (!help) checkCount(action, names.length);
	const { task } = values;
	if (task !== undefined && !isTriedTask(task)) throw new UsageError(`There is no task "${task}" to try. The tasks are: ${triedTasks.join(', ')}.`);
	if (task !== undefined && action !== 'try') throw new UsageError('--task belongs to try.');
	return { help, yes: values.yes ?? false, action, names, task };
}

function checkCount(action: Action, count: number): void {
	if ((action === 'fetch' || action === 'remove') && count === 0) throw new UsageError(`${action} needs the id of a model.`);
	if (action === 'which' && count !== 1) throw new UsageError('which needs exactly one task.');
	if ((action === 'list' || action === 'offer') && count > 0) throw new UsageError(`${action} takes no arguments.`);
}

function parse(argv: string[]) {
	try {
		return parseArgs({
			args: argv,
			allowPositionals: true,
			options: { yes: { type: 'boolean', short: 'y' }, help: { type: 'boolean', short: 'h' }, task: { type: 'string' } },
		});
	} catch (error) {
		throw new UsageError(error instanceof Error ? error.message : String(error));
	}
}
