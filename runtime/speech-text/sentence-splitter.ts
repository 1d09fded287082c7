import { forcedBreak, lateBreak } from './forced-break';
import { sentenceEnd, isClauseMark, isSentenceMark, isWideClauseMark, isWideLetter } from './sentence-end';

/** A first clause this long may be spoken before its sentence is written: the caller hears it sooner. */
const FIRST_CLAUSE_MIN = 40;

/**
 * A piece gets no longer if it has a space to be cut at (and up to twice as long if not): a voice begins to
 * speak a piece only when it has all of its text. Code is one piece, however long, for it is not spoken.
 */
const PIECE_MAX = 200;

/** A sign of Chinese or Japanese takes as long to say as so many letters. */
const WIDE_LENGTH = 3;

/** Marks nothing by itself. */
const PLAIN = /[a-z\d]/i;

/** A tag is not cut, but a "<" that nothing closes does not hold up the rest for longer. */
const TAG_MAX = 80;

/** Code belongs to no sentence; `speakable` leaves it out as a whole. */
const FENCE = '```';

/**
 * Cuts text that is still being written into pieces for the voice: sentences, lines, and where those are
 * late, clauses. How the text was dealt into `push` calls makes no difference to the pieces.
 */
export class SentenceSplitter {
	private rest = '';
	private first = true;

	/** The pieces that are certain now. `next`: the sign after it, where that is known; it is pushed again with what it begins. */
	push(text: string, next = ''): string[] {
		this.rest += text;
		return this.take(false, next);
	}

	/** All that is left, even if no sentence ends there. More may be pushed after it. */
	flush(): string[] {
		return this.take(true);
	}

	private take(done: boolean, next = ''): string[] {
		const pieces: string[] = [];
		for (;;) {
			this.rest = this.rest.trimStart();
			if (this.rest === '') break;
			const end = nextBreak(this.rest + next, this.first, done);
			if (end === undefined || end > this.rest.length) break;
			const piece = this.rest.slice(0, end).trim();
			this.rest = this.rest.slice(end);
			this.first = false;
			if (piece !== '') pieces.push(piece);
		}
		return pieces;
	}
}

/** Where the first piece of `text` ends; undefined while that is not certain. */
function nextBreak(text: string, first: boolean, done: boolean): number | undefined {
	let length = 0;
	let tagEnd = 0;
	let unbroken = false;
	for (let at = 0; at < text.length; at++) {
		const sign = text.charAt(at);
		if (length < PIECE_MAX && PLAIN.test(sign)) {
			length++;
			continue;
		}
		if (sign === '`') {
			if (text.startsWith(FENCE, at)) return at > 0 ? at : fenceEnd(text, done);
			if (!done && FENCE.startsWith(text.slice(at))) return undefined;
		}
		if (length >= PIECE_MAX) {
			const cut = unbroken ? lateBreak(text, at, PIECE_MAX) : forcedBreak(text, at);
			if (cut !== undefined) return cut;
			unbroken = true;
		}
		length += isWideLetter(sign) ? WIDE_LENGTH : 1;
		if (sign === '\n') return at;
		if (sign === '<' && at >= tagEnd) {
			const tag = tagAt(text, at, done);
			if (tag === undefined) return undefined;
			tagEnd = at + tag;
		}
		if (at < tagEnd) continue;
		if (isSentenceMark(sign)) {
			const [kind, end] = sentenceEnd(text, at, done);
			if (kind === 'unknown') return undefined;
			if (kind === 'end') return end;
			length += end - 1 - at;
			at = end - 1;
		} else if (first && length >= FIRST_CLAUSE_MIN) {
			const ends = clauseEnds(text, at, done);
			if (ends === undefined) return undefined;
			if (ends) return at + 1;
		}
	}
	return done && text !== '' ? text.length : undefined;
}

/** The length of the tag that begins at `at`, 0 where none does; undefined while it may still become one. */
function tagAt(text: string, at: number, done: boolean): number | undefined {
	const rest = text.slice(at, at + TAG_MAX);
	const tag = /^<[/!?]?[a-zA-Z][^<>\n]*>/.exec(rest);
	if (tag !== null) return tag[0].length;
	return !done && rest.length < TAG_MAX && /^<(?:[/!?]?(?:[a-zA-Z][^<>\n]*)?)$/.test(rest) ? undefined : 0;
}

/** "on November 22, 2026": no clause ends between figures. undefined while that is not certain. */
function clauseEnds(text: string, at: number, done: boolean): boolean | undefined {
	const mark = text.charAt(at);
	if (isWideClauseMark(mark)) return true;
	if (!isClauseMark(mark)) return false;
	const space = /^\s+/.exec(text.slice(at + 1, at + 1 + TAG_MAX))?.[0].length ?? 0;
	if (space === 0) return at + 1 === text.length && !done ? undefined : false;
	if (!/\d/.test(text.charAt(at - 1))) return true;
	const next = text.charAt(at + 1 + space);
	return next === '' && !done ? undefined : !/\d/.test(next);
}

/** The end of the code that `text` begins with; undefined while it is being written. */
function fenceEnd(text: string, done: boolean): number | undefined {
	const closing = text.indexOf(FENCE, FENCE.length);
	if (closing >= 0) return closing + FENCE.length;
	return done ? text.length : undefined;
}
