/**
 * How often the same words may follow each other. Small models get caught in a circle and go on until their limit; people,
 * and what they ask for ("ha ha ha", a chorus), repeat less than this.
 */
const TIMES = 3;
/** A longer passage twice is a circle, too: nobody says a whole paragraph again at once. */
const LONG_WORDS = 25;
const LONG_TIMES = 2;
/** Together the repeated words are at least so many: "no no no" and a number's digits are speech. */
const LEAST_WORDS = 12;
/** A circle of more words than this is ended by the limit of the reply. */
const MOST_WORDS = 120;

/** A run of letters and digits; each ideograph by itself, for where they are written no space says where a word ends. */
const WORD = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]|[\p{L}\p{N}\p{M}'’]+/gu;

/** Follows an answer while it is written, and notices when it only repeats itself. */
export class Repetition {
	private readonly words: string[] = [];
	/** The last word, which may go on. */
	private open = '';

	/** The answer goes on with `text`. @returns whether it has got caught in a circle */
	goesOn(text: string): boolean {
		const joined = this.open + text;
		const found = [...joined.matchAll(WORD)];
		const last = found.at(-1);
		const ends = last === undefined || last.index + last[0].length < joined.length;
		this.open = ends ? '' : last[0];
		for (const [word] of ends ? found : found.slice(0, -1)) {
			this.words.push(word.toLowerCase());
			if (this.isCircle()) return true;
		}
		return false;
	}

	private isCircle(): boolean {
		const { words } = this;
		const most = Math.min(MOST_WORDS, Math.floor(words.length / LONG_TIMES));
		for (let length = 1; length <= most; length++) {
			const times = Math.max(length >= LONG_WORDS ? LONG_TIMES : TIMES, Math.ceil(LEAST_WORDS / length));
			if (words.length >= times * length && this.repeats(length, times)) return true;
		}
		return false;
	}

	/** Whether the last `length` words have come `times` times without a break. */
	private repeats(length: number, times: number): boolean {
		const { words } = this;
		for (let at = words.length - 1; at >= words.length - length * (times - 1); at--) {
			if (words[at] !== words[at - length]) return false;
		}
		return true;
	}
}
