/**
 * Parts of the patterns of this folder. Every pattern here keeps to two rules, so that no text can make it
 * slow: what repeats is bounded, or cannot begin again inside of itself (a lookbehind forbids it).
 */

/** 5, 1,234,567, 3.14: as many digits as a number that is said as one may have. */
export const AMOUNT = String.raw`(?:\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:\.\d{1,15})?`;

/** No number begins in the middle of another one, or of a word. */
export const NUMBER_START = String.raw`(?<![\p{L}\p{N}_]|\p{N}[.,])`;

/** Nor does it end there. */
export const NUMBER_END = String.raw`(?![\p{N}]|[.,]\p{N})`;

export function pattern(source: string, flags = ''): RegExp {
	return new RegExp(source, `gu${flags}`);
}
