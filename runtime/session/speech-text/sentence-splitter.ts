import { sentenceEnd } from './sentence-end';

/** A first clause this long may be spoken before its sentence is written: the caller hears it sooner. */
const FIRST_CLAUSE_MIN = 40;

/** No piece gets longer: a voice begins to speak a piece only when it has all of its text. */
const PIECE_MAX = 200;

/** A run of signs without any space is cut by force when it is this much longer. */
const UNBROKEN_MAX = 2 * PIECE_MAX;

const SENTENCE_MARK = /[.?!\u2026\u3002\uff01\uff1f]/;
const CLAUSE_MARK = /[,;:\u2014]/;
const WIDE_CLAUSE_MARK = /[\uff0c\u3001\uff1b]/;

/** Code belongs to no sentence; `speakable` leaves it out as a whole. */
const FENCE = '```';

/**
 * Cuts text that is still being written into pieces for the voice: sentences, lines, and where those are
 * late, clauses. How the text was dealt into `push` calls makes no difference to the pieces.
 */
export class SentenceSplitter {
	private rest = '';
	private first = true;

	/** The pieces that are certain now. */
	push(text: string): string[] {
		this.rest += text;
		return this.take(false);
	}

	/** All that is left, even if no sentence ends there. More may be pushed after it. */
	flush(): string[] {
		return this.take(true);
	}

	private take(done: boolean): string[] {
		const pieces: string[] = [];
		for (;;) {
			this.rest = this.rest.trimStart();
			const end = nextBreak(this.rest, this.first, done);
			if (end === undefined) break;
			const piece = this.rest.slice(0, end).trim();
			this.rest = this.rest.slice(end);
			this.first = false;
			if (piece !== '') pieces.push(piece);
		}
		return pieces;
	}
}

/** Where the first piece of `text` ends; undefined while that is not certain. */
const nextBreak = (text: string, first: boolean, done: boolean): number | undefined => {
	for (let at = 0; at < text.length; at++) {
		const sign = text.charAt(at);
		if (text.startsWith(FENCE, at)) return at > 0 ? at : fenceEnd(text, done);
		if (at >= PIECE_MAX) {
			const cut = hardBreak(text, at);
			if (cut !== undefined) return cut;
		}
		if (sign === '\n') return at;
		if (SENTENCE_MARK.test(sign)) {
			const [kind, end] = sentenceEnd(text, at, done);
			if (kind === 'unknown') return undefined;
			if (kind === 'end') return end;
			at = end - 1;
		} else if (first && at >= FIRST_CLAUSE_MIN && endsClause(text, at)) {
			return at + 1;
		}
	}
	return done && text !== '' ? text.length : undefined;
};

/** Decided one sign later than it is written, when it is known whether a space follows. */
const endsClause = (text: string, at: number): boolean =>
	WIDE_CLAUSE_MARK.test(text.charAt(at)) ||
	(CLAUSE_MARK.test(text.charAt(at)) && /\s/.test(text.charAt(at + 1)));

/** The end of the code that `text` begins with; undefined while it is being written. */
const fenceEnd = (text: string, done: boolean): number | undefined => {
	const closing = text.indexOf(FENCE, FENCE.length);
	if (closing >= 0) return closing + FENCE.length;
	return done ? text.length : undefined;
};

const hardBreak = (text: string, at: number): number | undefined => {
	const space = text.slice(0, PIECE_MAX + 1).search(/\s\S*$/);
	if (space > 0) return space;
	if (/\s/.test(text.charAt(at))) return at;
	if (at < UNBROKEN_MAX) return undefined;
	const tag = text.slice(0, PIECE_MAX).search(/<[a-z]+$/);
	if (tag > 0) return tag;
	const low = text.charCodeAt(PIECE_MAX);
	return low >= 0xdc00 && low <= 0xdfff ? PIECE_MAX - 1 : PIECE_MAX;
};
