import { amountWords, cardinal, ordinal } from './number-words';

/** Of these people say parts; 7/10 is rather seven out of ten, 11/22 is nothing that a rule could know. */
const PARTS: Record<string, readonly [string, string]> = { 2: ['half', 'halves'], 4: ['quarter', 'quarters'] };
const FRACTION_OF = new Set(['2', '3', '4', '5', '6', '8', '16', '32']);
const SCORE_OF = new Set(['10', '100']);

const SIGNS: Record<string, string> = {
	'\u00bd': '1/2',
	'\u2153': '1/3',
	'\u2154': '2/3',
	'\u00bc': '1/4',
	'\u00be': '3/4',
	'\u2155': '1/5',
	'\u2156': '2/5',
	'\u2157': '3/5',
	'\u2158': '4/5',
	'\u2159': '1/6',
	'\u215b': '1/8',
	'\u215c': '3/8',
	'\u215d': '5/8',
	'\u215e': '7/8',
};
const SIGN = new RegExp(`(?<=(\\d)?)[${Object.keys(SIGNS).join('')}]`, 'gu');

const FRACTION = /(?<![\p{L}\p{N}.,/$\u20ac\u00a3-])(?:(\d{1,4}) )?(\d{1,3})\s?[/\u2044]\s?(\d{1,3})(?![\p{L}\p{N}/]|[.,]\d)/gu;

/** "3.5/5", "rated 4/5", "4/5 stars". */
const RATING =
	/(?<![\p{L}\p{N}.,/$\u20ac\u00a3-])(?:(\d{1,3}\.\d{1,2})|(?<=\b(?:rated|rating|scored?|score of|rating of) )(\d{1,3})|(\d{1,3})(?=\/\d{1,3} (?:stars?|points?)(?!\p{L})))\/(\d{1,3})(?![\p{L}\p{N}/]|[.,]\d)/gu;

const partsOf = (count: string, of: string): string | undefined => {
	if (!FRACTION_OF.has(of) || Number(count) >= Number(of) || Number(count) === 0) return undefined;
	const [one, many] = PARTS[of] ?? [ordinal(of), `${ordinal(of)}s`];
	return Number(count) === 1 ? `one ${one}` : `${cardinal(count)} ${many}`;
};

const withArticle = (part: string): string => (part === 'one half' ? 'a half' : part === 'one quarter' ? 'a quarter' : part);

/** 1/2 -> one half; 2 3/4 -> two and three quarters; 7/10 -> seven out of ten; 24/7 -> twenty-four seven. */
export const sayFractions = (text: string): string =>
	text
		.replace(SIGN, (sign, figure: string | undefined) => `${figure === undefined ? '' : ' '}${SIGNS[sign]}`)
		.replace(/(?<![\p{L}\p{N}.,/])24[/x]7(?![\p{L}\p{N}/])/gu, 'twenty-four seven')
		.replace(/(?<![\p{L}\p{N}.,/])50\/50(?![\p{L}\p{N}/])/gu, 'fifty-fifty')
		.replace(RATING, (_found, exact: string | undefined, rated: string | undefined, points: string | undefined, of: string) =>
			`${amountWords(exact ?? rated ?? points ?? '')} out of ${cardinal(of)}`,
		)
		.replace(FRACTION, (found, whole: string | undefined, above: string, below: string) => {
			const parts = partsOf(above, below);
			if (parts !== undefined) return whole === undefined ? parts : `${cardinal(whole)} and ${withArticle(parts)}`;
			const first = whole === undefined ? '' : `${whole} `;
			return SCORE_OF.has(below) ? `${first}${cardinal(above)} out of ${cardinal(below)}` : found;
		});
