import { digitWords } from './number-words';

/** DE89 3704 0044 0532 0130 00. */
const IBAN = /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?![\p{L}\p{N}])/gu;
/** SW1A 1AA. */
const BRITISH_POSTCODE = /(?<![\p{L}\p{N}])[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}(?![\p{L}\p{N}])/gu;
/** CA 90210, NY 10001-1234. */
const AMERICAN_POSTCODE = /(?<=(?<!\p{L})[A-Z]{2} )\d{5}(?:-\d{4})?(?![\p{L}\p{N}]|[.,:/-]\p{N})/gu;
/** 978-3-16-148410-0, 123-45-6789: books, insurances. */
const HYPHENATED = /(?<![\p{L}\p{N}.,/+-])\d{1,7}(?:-\d{1,7}){2,6}(?![\p{L}\p{N}]|[.,:/-]\p{N})/gu;
/** With fewer digits it is rather a row or a score. */
const FEWEST_DIGITS = 7;

function letterByLetter(group: string): string {
	return Array.from(group, (sign) => (/\d/.test(sign) ? digitWords(sign) : sign)).join(' ');
}

function inGroups(code: string): string {
	return code.split(/[ -]/).map(letterByLetter).join(', ');
}

/** What one notes down sign by sign, with a pause where it is written with a gap. */
export function sayLongNumbers(text: string): string {
	return text
		.replace(IBAN, (iban) => inGroups(iban.replace(/ /g, '').replace(/.{4}(?=.)/g, '$& ')))
		.replace(BRITISH_POSTCODE, inGroups)
		.replace(AMERICAN_POSTCODE, inGroups)
		.replace(HYPHENATED, (found) => (found.replace(/-/g, '').length < FEWEST_DIGITS ? found : inGroups(found)));
}
