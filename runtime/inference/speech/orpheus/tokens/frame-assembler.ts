/**
 * One frame of SNAC codes: 7 of them, in the order in which Orpheus writes them, 2048 samples at 24 kHz.
 * Position 0 is the coarse code, 1 and 4 the middle ones, 2, 3, 5, 6 the fine ones.
 */
export type Frame = readonly [number, number, number, number, number, number, number];

export const CODES_PER_FRAME = 7;
/** Codes a position can have. */
export const CODES = 4096;
/** `<custom_token_10>` is code 0 at position 0. Those before it are marks, which some prompts leave to the model to write. */
const FIRST_AUDIO = 10;

/**
 * Makes frames of audio tokens. The position of a token is part of its number, so a lost or doubled token is
 * noticed: what is left of its frame is dropped, and the next frame begins at the next position 0. Without
 * that every later code would be read at a wrong position, which sounds like noise to the end.
 */
export class FrameAssembler {
	private codes: number[] = [];
	/** Tokens that were left out because they did not fit. */
	dropped = 0;

	/** `number`: the N of `<custom_token_N>`. Returns the frame that it completes. Marks that are no sound are passed over. */
	push(number: number): Frame | undefined {
		const audio = number - FIRST_AUDIO;
		if (number >= 0 && audio < 0) return undefined;
		const position = Math.floor(audio / CODES);
		if (!Number.isInteger(number) || audio < 0 || position >= CODES_PER_FRAME) {
			this.dropped++;
			return undefined;
		}
		if (position !== this.codes.length) {
			this.dropped += this.codes.length;
			this.codes = [];
			if (position !== 0) {
				this.dropped++;
				return undefined;
			}
		}
		this.codes.push(audio % CODES);
		if (this.codes.length < CODES_PER_FRAME) return undefined;
		const frame = this.codes as unknown as Frame;
		this.codes = [];
		return frame;
	}
}

/** The three layers that a SNAC decoder takes: n coarse, 2n middle and 4n fine codes. */
export function layersOf(frames: readonly Frame[]): [number[], number[], number[]] {
	return [
		frames.map(([coarse]) => coarse),
		frames.flatMap(([, a, , , b]) => [a, b]),
		frames.flatMap(([, , a, b, , c, d]) => [a, b, c, d]),
	];
}
