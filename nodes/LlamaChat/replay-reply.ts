import type { CallerTurn } from '../shared/caller-turn';
import type { ItemWork, OutputJson } from '../shared/each-item';
import { replayedOutput } from '../shared/replay';
import { chatAlone } from './chat-alone';
import type { ChatTask } from './chat-task';

const NO_HISTORY = 'The conversation before this turn is not known.';

/** The reply to a turn whose call is over, from the prompt alone. */
export async function replayReply(item: ItemWork, turn: CallerTurn, task: ChatTask): Promise<OutputJson> {
	const output = { ...replayedOutput(turn, NO_HISTORY), interrupted: false };
	const { sayWhenUnclear } = task.options;
	// As in a call: said without asking the model.
	if (!task.understood && sayWhenUnclear !== '') {
		const usage = { promptTokens: 0, reusedTokens: 0, completionTokens: 0 };
		return { ...output, text: sayWhenUnclear, tools: [], usage, timings: {}, engine: '', replaced: [] };
	}
	const { text, tools, usage, timings, engine, replaced } = await chatAlone(item, task);
	return { ...output, text, tools, usage, timings, engine, replaced };
}
