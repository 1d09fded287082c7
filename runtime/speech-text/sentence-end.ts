
/**
 * - `end`: a sentence ends after this mark;
 * - `inside`: it does not;
 * - `unknown`: that depends on text which is still to come.
 */
type SentenceEnd = 'end' | 'inside' | 'unknown';

function words(list: string): ReadonlySet<string> {
	return new Set(list.trim().split(/\s+/));
}

/** A name or a number always follows. */
const NEVER_LAST = words('dr mr mrs ms prof vs e.g i.e cf fig approx gen col sgt capt lt rev hon gov mt ft dept est messrs mme mlle');

/** May end a sentence: it does when the next word is one that only begins sentences. */
const SOMETIMES_LAST = words(`
	st sr jr ave blvd rd a.k.a u.s u.k e.u u.n d.c ph.d inc ltd co corp no.s bros
	jan feb mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat sun`);

/** "at 3 p.m. Monday", "at 9 a.m. EST". */
const HALF_OF_DAY = words('a.m p.m');
const AFTER_AN_HOUR = words(`
	monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun january february march april
	june july august september october november december est edt cst cdt mst mdt pst pdt et ct pt gmt utc bst cet cest`);

/** Words that, written large, begin a sentence and hardly ever a name. */
const STARTERS = words(`
	a an the i you he she it we they this that these those there here my your his her its our their what when where who why
	how which if and but or so then now yes no please would could should can will do does did is are was were have has
	had let in on at for to from with after before also just okay ok sure thanks thank maybe perhaps not as because since while`);

/** "No. 5" goes on, "No. That is wrong." does not. */
const NEVER_BEFORE_A_NUMBER = words('no nos p pp vol art sec ch ext fig');

/** No abbreviation is longer. */
const LONGEST_WORD = 20;

function wordBefore(text: string, dot: number): string {
	return /[\p{L}.]*$/u.exec(text.slice(Math.max(0, dot - LONGEST_WORD), dot))?.[0].toLowerCase() ?? '';
}

/** The word that begins at `at`; undefined while more letters may come. */
function wordAt(text: string, at: number, done: boolean): string | undefined {
	const word = /^\p{L}*/u.exec(text.slice(at, at + LONGEST_WORD))?.[0] ?? '';
	return at + word.length === text.length && !done ? undefined : word.toLowerCase();
}

function decide(ends: boolean): SentenceEnd {
	return ends ? 'end' : 'inside';
}

/** `next`: where the next word begins, or the end of the text where none follows. */
function dotEnds(text: string, dot: number, next: number, done: boolean): SentenceEnd {
	const lineStart = text.lastIndexOf('\n', dot) + 1;
	if (dot - lineStart < 8 && /^\s*\d{1,3}$/.test(text.slice(lineStart, dot))) return 'inside';
	const word = wordBefore(text, dot);
	if (NEVER_LAST.has(word)) return 'inside';
	const sign = text.charAt(next);
	if (/\p{Ll}/u.test(sign)) return 'inside';
	const half = HALF_OF_DAY.has(word);
	if (half || SOMETIMES_LAST.has(word) || /^(?:\p{L}\.)+\p{L}$/u.test(word)) {
		if (sign === '') return 'end';
		if (/\d/.test(sign)) return decide(half);
		const following = wordAt(text, next, done);
		if (following === undefined) return 'unknown';
		return decide(half ? !AFTER_AN_HOUR.has(following) : STARTERS.has(following) || !/\p{L}/u.test(sign));
	}
	// An initial ("J. Smith"); "I" is rather the end of "so do I.".
	if (/(?:^|[\s(])\p{Lu}$/u.test(text.slice(Math.max(0, dot - 2), dot)) && word !== 'i') return 'inside';
	return decide(!(/\d/.test(sign) && NEVER_BEFORE_A_NUMBER.has(word)));
}

/** More marks, or more space, than this after a sentence are not waited for. */
const LONGEST_RUN = 80;

/** Where the space after `from` ends. */
function pastSpace(text: string, from: number): number {
	let at = from;
	while (at - from < LONGEST_RUN && /\s/.test(text.charAt(at))) at++;
	return at;
}

/**
 * Does a sentence end with the mark at `at`? `done`: no more text will come. The second figure is where
 * the sentence ends, closing quotes and brackets included.
 */
export function sentenceEnd(text: string, at: number, done: boolean): [SentenceEnd, number] {
	const mark = text.charAt(at);
	let end = at + 1;
	while (end - at < LONGEST_RUN && isSentenceMark(text.charAt(end))) end++;
	const ellipsis = /(?:\.\.|\u2026)$/.test(text.slice(Math.max(at, end - 2), end));
	while (end - at < LONGEST_RUN && isClosing(text.charAt(end))) end++;
	if (end - at === LONGEST_RUN) return ['end', end];

	if (isWideMark(mark)) return [end < text.length || done ? 'end' : 'unknown', end];
	if (end === text.length) return [done ? 'end' : 'unknown', end];
	if (!/\s/.test(text.charAt(end))) return ['inside', end];

	const next = pastSpace(text, end);
	if (next - end === LONGEST_RUN) return ['end', end];
	const lineBreak = text.slice(end, next).includes('\n');
	if (lineBreak) return [mark === '.' ? dotEnds(text, at, text.length, true) : 'end', end];
	if (next === text.length) return [done ? 'end' : 'unknown', end];
	const sign = text.charAt(next);
	if (ellipsis) return [decide(!/\p{Ll}|\d/u.test(sign)), end];
	if (mark === '.') return [dotEnds(text, at, next, done), end];
	return [decide(!/\p{Ll}/u.test(sign)), end];
}

/** Latin and Arabic marks: a sentence ends only if space follows. */
const SPACED_MARK = /[.?!\u2026\u061f\u06d4]/;

/** Chinese and Japanese full stops, the Indian danda: no space needed. */
const WIDE_MARK = /[\u3002\uff01\uff1f\uff61\u0964\u0965\u104b\u17d4]/;

/** Quotes, brackets and Markdown that close after the mark. */
const CLOSING = /["'\u201d\u2019\u00bb\u300d\u300f\u3011\uff09)\]*_]/;

const CLAUSE_MARK = /[,;:\u2014\u060c\u061b]/;
const WIDE_CLAUSE_MARK = /[\uff0c\u3001\uff1b\uff1a]/;

/** Scripts without spaces, in which one sign is about a third of a word's time. */
const WIDE_LETTER = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u;

function isWideMark(sign: string): boolean {
	return WIDE_MARK.test(sign);
}
export function isSentenceMark(sign: string): boolean {
	return SPACED_MARK.test(sign) || WIDE_MARK.test(sign);
}
function isClosing(sign: string): boolean {
	return CLOSING.test(sign);
}
export function isClauseMark(sign: string): boolean {
	return CLAUSE_MARK.test(sign);
}
export function isWideClauseMark(sign: string): boolean {
	return WIDE_CLAUSE_MARK.test(sign);
}
export function isWideLetter(sign: string): boolean {
	return WIDE_LETTER.test(sign);
}
