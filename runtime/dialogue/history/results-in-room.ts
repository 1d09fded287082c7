import { lettersForModel, shortened } from '../../lib/shorten';
import type { AssistantEntry, TurnEntry } from './transcript-entry';

/** Letters that a result of an earlier turn keeps: its first rows, for "and the second one?". Then what hardly counts. */
const OLD_RESULT_LETTERS = [600, 120] as const;
/** All results of the turn that goes on keep this share of the window, however much has been said before. */
const NEWEST_SHARE = 0.25;

type Call = AssistantEntry['calls'][number];

/**
 * Makes room in a conversation before any of its words go: results and arguments of earlier turns are shortened, then the
 * newest results. Each step only as far as `excess()`, letters above the limit, asks for. What was shortened stays so: the
 * beginning of the conversation, which the model has in memory, changes as seldom as can be.
 */
export function shortenResults(entries: readonly TurnEntry[], maxCharacters: number, excess: () => number): void {
	const newest = entries.at(-1);
	const earlier = callsOf(entries.filter((entry) => entry !== newest));
	for (const letters of OLD_RESULT_LETTERS) {
		if (excess() <= 0) return;
		for (const call of earlier) cut(call, letters);
	}
	// Quotation marks and line breaks of a text are longer in the conversation than in its own letters.
	for (let round = 0; newest && round < 3 && excess() > 0; round++) shareOut(callsOf([newest]), maxCharacters * NEWEST_SHARE, excess());
}

/** The longest give up what is too much; the short ones stay whole. */
function shareOut(calls: readonly Call[], least: number, excess: number): void {
	const sizes = calls.map((call) => lettersForModel(call.result?.value ?? null));
	let room = Math.max(least, sizes.reduce((sum, size) => sum + size, 0) - excess);
	const byLength = calls.map((call, index) => ({ call, size: sizes[index] ?? 0 })).toSorted((one, two) => one.size - two.size);
	for (const [index, { call, size }] of byLength.entries()) {
		const share = Math.floor(room / (byLength.length - index));
		if (size > share) cutResult(call, share);
		room -= Math.min(size, share);
	}
}

function cut(call: Call, letters: number): void {
	cutResult(call, letters);
	call.arguments = shortened(call.arguments, letters) as Call['arguments'];
}

function cutResult(call: Call, letters: number): void {
	if (call.result) call.result = { value: shortened(call.result.value, letters) };
}

function callsOf(entries: readonly TurnEntry[]): Call[] {
	return entries.flatMap(({ assistant }) => assistant.flatMap(({ calls }) => calls));
}
