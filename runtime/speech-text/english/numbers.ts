import { AMOUNT, END, START, pattern } from './number-patterns';
import { codeDigits } from './codes';
import { amountWords, cardinal, digitWords, groupedDigits, ordinal } from './number-words';

const ORDINAL = pattern(String.raw`${START}(\d{1,3}(?:,\d{3}){1,4}|\d{1,15})(?:st|nd|rd|th)(?![\p{L}\p{N}])`, 'i');
/** "2M views", "1.5B"; but at 221B Baker Street nobody counts. */
const THOUSANDS = pattern(String.raw`${START}(${AMOUNT})(k|bn|[MB](?=\s\p{Ll}{2})|(?<=\.\d{1,15})[MB])(?![\p{L}\p{N}])`);
const THOUSANDS_WORD: Record<string, string> = { k: 'thousand', M: 'million', B: 'billion', bn: 'billion' };
/** 1 000 000 and 1.000.000. */
const SPACED = pattern(String.raw`${START}([1-9]\d{0,2}(?: \d{3}){2,4}|[1-9]\d{0,2}(?:\.\d{3}){2,4})${END}(?! \d)`);
const SIGNED = /(?<![\p{L}\p{N}.,)])([-\u2212+]) ?(?=\.?\d)/gu;
const AMOUNTS = pattern(String.raw`${START}(?:${AMOUNT}|\.\d{1,15})${END}`);
/** A figure that is not one of the above: 1,2,3 or 007 or forty digits, with or without letters beside it. */
const DIGITS = /\d+/g;

const TIGHT_COMMA = /(?<=\d),(?=\d)/g;
const TIGHT_DOT = /(?<=\d)\.(?=\d)/g;

/** A letter beside a digit: 4K, n8n. */
const BESIDE = /(?<=\d)(?=\p{L})|(?<=\p{L})(?=\d)/gu;

/** Whatever figures are left: 1,234,567; 3.14; -5; 22nd; 10k; 007; 4K. Nothing with a digit in it is left after this. */
export const sayNumbers = (text: string): string =>
	text
		.replace(ORDINAL, (_found, digits: string) => ordinal(digits.replace(/,/g, '')))
		.replace(SPACED, (_found, digits: string) => cardinal(digits.replace(/[ .]/g, '')))
		.replace(THOUSANDS, (_found, amount: string, letter: string) => `${amountWords(amount)} ${THOUSANDS_WORD[letter]}`)
		.replace(SIGNED, (_found, sign: string) => (sign === '+' ? 'plus ' : 'minus '))
		.replace(BESIDE, ' ')
		.replace(AMOUNTS, (amount) => (/^0\d/.test(amount) ? withLeadingZero(amount) : amountWords(amount)))
		.replace(TIGHT_COMMA, ', ')
		.replace(TIGHT_DOT, ' point ')
		.replace(DIGITS, (digits) => (digits.length > 3 ? groupedDigits(digits) : codeDigits(digits)));

/** 007, 0132.5. */
const withLeadingZero = (amount: string): string => {
	const [whole = '', decimals] = amount.replace(/,/g, '').split('.');
	return `${groupedDigits(whole)}${decimals === undefined ? '' : ` point ${digitWords(decimals)}`}`;
};
