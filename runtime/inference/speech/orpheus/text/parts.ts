import { type Sign, signsOf, orpheusText } from './orpheus-text';

/**
 * Letters that Orpheus gets at a time: 13 s of speech, or 30 s of a very slow one. Beyond that it loses its
 * thread, and a model's context could end before the sentence does.
 */
export const MOST_LETTERS = 200;

/** What a text is best cut after, best first: a sentence, a clause, a word. */
const ENDS = [/[.?!\u2026]["'”’)\]]*\s$|[\u3002\uff01\uff1f]$/, /[,;:\u2013\u2014]\s$|[\uff0c\u3001\uff1b\uff1a]$/, /\s$/];

/** Text for Orpheus, in parts that it can say in one go. Nothing is left out, no tag is cut; nothing to say is []. */
export function speechParts(text: string): string[] {
	const parts: string[] = [];
	let signs = signsOf(orpheusText(text));
	while (signs.length > 0) {
		const end = endOfPart(signs);
		parts.push(orpheusText(written(signs.slice(0, end))));
		signs = signs.slice(end);
	}
	return parts.filter((part) => part !== '');
}

function written(signs: readonly Sign[]): string {
	return signs.map(({ text }) => text).join('');
}

/** Where to cut: all of it where it is short, else at the best place that leaves parts of about the same length. */
function endOfPart(signs: readonly Sign[]): number {
	const total = signs.reduce((sum, { letters }) => sum + letters, 0);
	if (total <= MOST_LETTERS) return signs.length;
	const wished = total / Math.ceil(total / MOST_LETTERS);
	let best = { end: 1, rank: Infinity, off: Infinity };
	let letters = 0;
	for (let end = 1; end < signs.length; end++) {
		letters += signs[end - 1]?.letters ?? 0;
		if (letters > MOST_LETTERS) break;
		const off = Math.abs(letters - wished);
		// A short part sounds worse than one that ends within a sentence.
		const rank = letters < wished / 2 ? ENDS.length + 1 : rankOf(written(signs.slice(Math.max(0, end - 4), end)));
		if (rank < best.rank || (rank === best.rank && off < best.off)) best = { end, rank, off };
	}
	return best.end;
}

function rankOf(before: string): number {
	const rank = ENDS.findIndex((end) => end.test(before));
	return rank < 0 ? ENDS.length : rank;
}
