import { lettersOf } from '../text/orpheus-text';
import { CODES_PER_FRAME, type Frame } from './frame-assembler';

/** 24,000 / 2048. */
const FRAMES_PER_SECOND = 11.72;
/** English is spoken at 12 to 18 letters a second; half of that is very slow. */
const SLOWEST_LETTERS = 7;
/** Room for a breath and a pause, however short the text. */
const SPARE_SECONDS = 3;

/** No pause within a sentence is that long: a model that goes on so has lost its thread. */
export const LONGEST_SILENCE_MS = 3000;

/** A pattern of up to this many frames (1 s) that comes again and again is a loop. */
const LONGEST_PATTERN = 12;
/** So often and so long: a held vowel or a pause repeats itself for less than that. */
const REPEATS = 4;
const SHORTEST_LOOP = 24;

/** The most tokens that this text can need: beyond that the model has run away. */
export function tokenLimit(text: string): number {
	const seconds = SPARE_SECONDS + lettersOf(text) / SLOWEST_LETTERS;
	return Math.ceil(seconds * FRAMES_PER_SECOND) * CODES_PER_FRAME;
}

/** Notices a model that says the same over and over. */
export class LoopGuard {
	private readonly coarse: number[] = [];

	/** Is the speech in a loop with this frame? */
	push(frame: Frame): boolean {
		this.coarse.push(frame[0]);
		for (let period = 1; period <= LONGEST_PATTERN; period++) {
			const length = Math.max(SHORTEST_LOOP, period * REPEATS);
			if (this.coarse.length > length && this.repeats(period, length)) return true;
		}
		return false;
	}

	/** Are the last `length` frames a pattern of `period`? The coarse codes carry the sound; the fine ones are noise. */
	private repeats(period: number, length: number): boolean {
		const { coarse } = this;
		for (let back = 1; back <= length - period; back++) {
			if (coarse[coarse.length - back] !== coarse[coarse.length - back - period]) return false;
		}
		return true;
	}
}
