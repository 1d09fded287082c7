/** 1-2-3: no range, but a row. */
const ROW = /(?<![\p{L}\p{N}.,-])\d{1,4}(?:[-\u2013]\d{1,4}){2,12}(?![\p{L}\p{N}-])/gu;
const SUM = /(?<=\d) ?[-\u2013\u2212] ?(?=\d{1,15}(?:\.\d{1,15})? ?=)/gu;
const RANGE = /(?<=\d%?|noon|midnight|\d(?:st|nd|rd|th)|\d\s?[ap]\.?m\.?|[\u20ac\u00a3$\u00b0]|\d\s?[kKmMgG]?[gmBbC])(\s?)[-\u2013\u2014]\1(?=[$\u20ac\u00a3]?\d)/gu;

/**
 * 9-5 -> 9 to 5; 10–12 km -> 10 to 12 km; 5 - 3 = 2 -> 5 minus 3 = 2. The figures stay for others to say.
 * After dates and phone numbers: theirs are no ranges.
 */
export const sayRanges = (text: string): string =>
	text
		.replace(ROW, (row) => row.replace(/[-\u2013]/g, ', '))
		.replace(SUM, ' minus ')
		.replace(RANGE, ' to ');
