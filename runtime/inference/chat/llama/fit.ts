import type { ChatMessage } from '../../../contract/chat';
import { VoiceError } from '../../../contract/errors';
import { SHORTEST, shortened } from '../../../lib/shorten';

/**
 * Turns are dropped this many at a time. Dropping one each turn would change the start of the prompt each
 * turn, and the model would read everything again each time.
 */
const DROP_STEP = 4;
const SHORTENINGS = 24;
/** Letters that results keep before any words go: those of earlier turns, and those of the newest. */
const RESULT_LETTERS = [
	{ earlier: 600, newest: Infinity },
	{ earlier: 120, newest: 1500 },
] as const;

interface Parts {
	/** System messages at the start: always kept. */
	readonly head: readonly ChatMessage[];
	/** A user message with all that follows it up to the next; what stands before the first is a turn too. */
	readonly turns: ReadonlyArray<readonly ChatMessage[]>;
}

export function splitTurns(messages: readonly ChatMessage[]): Parts {
	const firstOther = messages.findIndex((message) => message.role !== 'system');
	const start = firstOther < 0 ? messages.length : firstOther;
	const turns: ChatMessage[][] = [];
	for (const message of messages.slice(start)) {
		if (message.role === 'user' || turns.length === 0) turns.push([]);
		turns[turns.length - 1]?.push(message);
	}
	return { head: messages.slice(0, start), turns };
}

/** A result that was shortened before is text already: writing it as JSON again would make it longer. */
function resultText(result: unknown): string {
	return typeof result === 'string' ? result : JSON.stringify(result ?? '');
}

/** Halves the longest text of a message list, as the last resort against one overlong turn. */
function shorten(messages: readonly ChatMessage[]): ChatMessage[] | undefined {
	const length = (message: ChatMessage): number =>
		message.role === 'assistant'
			? Math.max(message.content.length, ...message.toolCalls.map(({ result }) => resultText(result).length))
			: message.content.length;
	const longest = messages.reduce((leader, message, index) => {
		const best = messages[leader];
		return best && length(message) > length(best) ? index : leader;
	}, 0);
	const chosen = messages[longest];
	if (!chosen || length(chosen) < 16) return undefined;
	const half = Math.floor(length(chosen) / 2);
	const cut = (text: string): string => (text.length > half ? text.slice(0, half) : text);
	const shorter: ChatMessage =
		chosen.role === 'assistant'
			? {
					...chosen,
					content: cut(chosen.content),
					toolCalls: chosen.toolCalls.map((call) => {
						const text = resultText(call.result);
						return text.length > half ? { ...call, result: half < SHORTEST ? cut(text) : shortened(call.result, half) } : call;
					}),
				}
			: { ...chosen, content: cut(chosen.content) };
	return messages.map((message, index) => (index === longest ? shorter : message));
}

/** With shorter results; the same list where none is longer. */
function withShortResults({ head, turns }: Parts, { earlier, newest }: (typeof RESULT_LETTERS)[number]): readonly ChatMessage[] {
	const cut = (message: ChatMessage, letters: number): ChatMessage =>
		message.role === 'assistant' && message.toolCalls.length > 0
			? { ...message, toolCalls: message.toolCalls.map((call) => ({ ...call, result: call.result === undefined || letters === Infinity ? call.result : shortened(call.result, letters) })) }
			: message;
	return [...head, ...turns.flatMap((turn, index) => turn.map((message) => cut(message, index === turns.length - 1 ? newest : earlier)))];
}

/**
 * The messages that fit into `limit` tokens: results of tools are shortened first, then the oldest turns go, whole, and
 * the instructions stay. A last turn that is too long by itself is shortened: a turn never fails for its length. `count` renders
 * and counts. Rejects with VOICE_ERR_BAD_REQUEST where tools alone are too long.
 */
export async function fitMessages(
	messages: readonly ChatMessage[],
	limit: number,
	count: (messages: readonly ChatMessage[]) => number | Promise<number>,
): Promise<readonly ChatMessage[]> {
	if ((await count(messages)) <= limit) return messages;
	let shorter = messages;
	if (messages.some((message) => message.role === 'assistant' && message.toolCalls.length > 0)) {
		for (const letters of RESULT_LETTERS) {
			shorter = withShortResults(splitTurns(shorter), letters);
			if ((await count(shorter)) <= limit) return shorter;
		}
	}
	const { head, turns } = splitTurns(shorter);
	const without = (dropped: number): readonly ChatMessage[] => [...head, ...turns.slice(dropped).flat()];
	const last = Math.max(0, turns.length - 1);
	const drops = (steps: number): number => Math.min(last, steps * DROP_STEP);
	// Counting is the expensive part: halve the search instead of walking it.
	let tooFew = 0;
	let enough = Math.ceil(last / DROP_STEP);
	while (enough - tooFew > 1) {
		const middle = Math.floor((tooFew + enough) / 2);
		if ((await count(without(drops(middle)))) <= limit) enough = middle;
		else tooFew = middle;
	}
	let kept: readonly ChatMessage[] | undefined = without(drops(enough));
	for (let round = 0; kept && round < SHORTENINGS; round++) {
		if ((await count(kept)) <= limit) return kept;
		kept = shorten(kept);
	}
	throw new VoiceError(
		'VOICE_ERR_BAD_REQUEST',
		`The tools' descriptions do not fit into the model's memory of ${limit} tokens: use fewer tools or shorter descriptions.`,
	);
}
