import { afterBrace, afterBracket, afterFence, bare } from './bare-calls';
import type { WrittenCall } from './call-shapes';
import { afterArrows, afterFlower, afterLess, afterTriangle } from './control-words';
import type { Found, PlaceInText } from './place-in-text';
import { callsIn } from './written-calls';

/** Calls taken from one answer: a model that writes more is beside itself. */
const MOST_CALLS = 32;

/** What is held long is looked at again when it may be over, soon after that, or has grown by this much. */
const MAY_END = /[>\]})`▷✿\n]/;
const LONG = 256;
const SOON = 6;
const GROWTH = 1.25;
const VERY_LONG = 4096;
const SLIGHT_GROWTH = 1.02;

/** The end of a sentence, and what is no sentence but what is left of a call: a model that should have stopped goes on so. */
const SENTENCE_END = /[.!?…]["')]*\s|[。！？]|\n/;
const DEBRIS = /[{}[\]]|<\/?\w|"\s*[,:]/;

/** Where something that is no speech may begin: a mark, or a word. */
const STARTS = /[<[{`◁✿>]|(?<![\p{L}\p{N}_])[A-Za-z_]/gu;

/**
 * Lets through of an answer, while it is written, what is meant to be heard: no tool call, in whichever notation models
 * know, no thoughts, no control words. Only what may still become one of these is held back: of ordinary text a word,
 * until the next sign shows that it is one. No sentence waits for it: `next` tells that it has begun.
 */
export class WordsOnly {
	private held = '';
	private said = '';
	/** The last sign before what is held. */
	private last = '';
	private lineBlank = true;
	private first = true;
	private afterCall = false;
	/** The sentence after a call, until it shows that it is one. */
	private doubtful: string | undefined;
	private lookedAt = 0;
	private sinceEnd = 0;
	private readonly written: WrittenCall[] = [];
	/** A call, or what was to be one, stood in the text. */
	sawCall = false;

	/**
	 * `names`: the tools that were offered. `spoken`: somebody hears the answer. Otherwise it may be data or code that was
	 * asked for, and without marks only a call of an offered tool is one.
	 */
	constructor(
		private readonly names: ReadonlySet<string>,
		private readonly spoken: boolean,
	) {}

	/** What of it may be said now. */
	take(text: string): string {
		this.held += text;
		this.sinceEnd = MAY_END.test(text) ? 0 : this.sinceEnd + 1;
		const growth = this.sinceEnd > SOON ? GROWTH : this.held.length > VERY_LONG ? SLIGHT_GROWTH : 1;
		if (this.held.length > LONG && this.held.length < growth * this.lookedAt) return '';
		this.lookedAt = this.held.length;
		return this.drain(false);
	}

	/** The rest, once the answer is over. */
	end(): string {
		return this.drain(true);
	}

	/** The rest where the answer breaks off and another model goes on: a held word, but no mark. */
	breakOff(): string {
		return /^[A-Za-z_]\w*$/.test(this.held) ? this.end() : '';
	}

	/** The letter that the word begins with which is held; '' where none is. A sentence before it has ended, whatever becomes of the word. */
	get next(): string {
		return /^[A-Za-z_]/.exec(this.held)?.[0] ?? '';
	}

	/** In the text's order. */
	get calls(): readonly WrittenCall[] {
		return this.written.slice(0, MOST_CALLS);
	}

	private drain(over: boolean): string {
		let out = '';
		for (;;) {
			if (this.afterCall && !this.passSeparators(over)) break;
			const next = this.nextStart();
			out += this.unlessDebris(this.consume(next));
			if (this.held === '') break;
			const found = this.look(over);
			if (found === 'wait') break;
			if (found.kind === 'say') {
				out += this.unlessDebris(this.consume(Math.max(1, found.length)));
				continue;
			}
			if (found.what === 'call') out += this.settleDoubt();
			this.leaveOut(found);
		}
		if (over) out += this.settleDoubt();
		// Space before the first word is none that anybody hears.
		const words = this.said === '' ? out.trimStart() : out;
		this.said += words;
		return words;
	}

	private unlessDebris(text: string): string {
		if (this.doubtful === undefined) return text;
		let left: string = this.doubtful + text;
		for (let end = SENTENCE_END.exec(left); end; end = SENTENCE_END.exec(left)) {
			const sentence = left.slice(0, end.index + end[0].length);
			if (sentence.trim() !== '' && !DEBRIS.test(sentence)) {
				this.doubtful = undefined;
				return left;
			}
			left = left.slice(sentence.length);
		}
		this.doubtful = left;
		return '';
	}

	private settleDoubt(): string {
		const text = this.doubtful ?? '';
		this.doubtful = undefined;
		return DEBRIS.test(text) ? '' : text;
	}

	private nextStart(): number {
		STARTS.lastIndex = 0;
		for (const { index } of this.held.matchAll(STARTS)) {
			if (index > 0 || !/[\p{L}\p{N}_]/u.test(this.last) || !/[A-Za-z_]/.test(this.held[0] ?? '')) return index;
		}
		return this.held.length;
	}

	private look(over: boolean): Found {
		const place: PlaceInText = {
			text: this.held,
			at: 0,
			over,
			lineStart: this.lineBlank,
			first: this.first,
			isName: (name) => (this.spoken ? this.names.has(name) || /^[A-Za-z]+(?:_[A-Za-z0-9]+)+$/.test(name) : this.names.has(name)),
			spoken: this.spoken,
		};
		const [sign = ''] = this.held;
		if (sign === '<') return afterLess(place);
		if (sign === '[') return afterBracket(place);
		if (sign === '{') return afterBrace(place);
		if (sign === '`') return afterFence(place);
		if (sign === '>') return afterArrows(place);
		if (sign === '✿') return afterFlower(place);
		if (sign === '◁') return afterTriangle(place);
		return bare(place);
	}

	/** The first `length` letters are said. */
	private consume(length: number): string {
		const text = this.held.slice(0, length);
		this.pass(length);
		return text;
	}

	private leaveOut({ length, what }: Extract<Found, { kind: 'skip' }>): void {
		const region = this.held.slice(0, length);
		if (what === 'call') {
			this.sawCall = true;
			this.afterCall = true;
			this.written.push(...callsIn(region));
		}
		const { lineBlank, last, first } = this;
		this.pass(length);
		this.lineBlank = lineBlank || region.endsWith('\n');
		this.last = /\s/.test(last) || last === '' ? last : ' ';
		// After a thought the answer begins.
		this.first = first;
	}

	private pass(length: number): void {
		const text = this.held.slice(0, length);
		this.held = this.held.slice(length);
		if (text === '') return;
		this.last = text.at(-1) ?? '';
		this.lineBlank = text.includes('\n') ? text.slice(text.lastIndexOf('\n')).trim() === '' : this.lineBlank && text.trim() === '';
		this.first &&= text.trim() === '';
	}

	/** Marks between two calls are no words. false: it does not show yet whether a call follows. */
	private passSeparators(over: boolean): boolean {
		const separators = /^[\s;,]*/.exec(this.held)?.[0].length ?? 0;
		if (separators === this.held.length) {
			if (over) this.held = '';
			return over;
		}
		if ('{[<`✿'.includes(this.held[separators] ?? '')) this.pass(separators);
		this.doubtful ??= '';
		this.afterCall = false;
		return true;
	}
}
