import { cardinal, groupedDigits, pairWords } from './number-words';

const WORD_START = String.raw`(?<![\p{L}\p{N}_]|\p{N}[.,])`;
const VERSION_WORD = String.raw`(?<=\b(?:version|release|node|python|java|php|ios|android|n8n|windows|ubuntu) )`;

const SHORT_VERSION = new RegExp(String.raw`${WORD_START}[vV]\.? ?(\d{1,6}(?:\.\d{1,6}){0,5})(?![\p{L}\p{N}])`, 'gu');
const NAMED_VERSION = new RegExp(String.raw`${VERSION_WORD}(\d{1,6}(?:\.\d{1,6}){1,5})(?![\p{L}\p{N}]|\.\p{N})`, 'giu');
const BARE_VERSION = new RegExp(String.raw`${WORD_START}(\d{1,6}(?:\.\d{1,6}){2,5})(?![\p{L}\p{N}]|[.,]\p{N})`, 'gu');
const MILLIONS = /^\d{1,3}(?:\.\d{3}){2,}$/;

/** After these, a long number is read digit by digit. */
const ANNOUNCED = /(?<=\b(?:code|pin|id|passcode|password|zip|postcode|reference|ref|confirmation|extension|area code|end(?:s|ing) (?:in|with)|last (?:four|4)(?: digits)?|ticket|invoice|account|tracking|(?:order|booking|customer|member|flight|serial|card) number)(?: (?:number|code|no\.?|id))?(?: is)?:? )#?(\d{3,40})(?![\p{L}\p{N}]|[.,:/-]\p{N})/giu;
const FLIGHT = /(?<=\b[Ff]light [A-Z\d]{2} )\d{2,4}(?![\p{L}\p{N}]|[.,:]\p{N})/gu;
const HASH = /(?<![\p{L}\p{N}_])(?:(?<=\b(number|no|nr) ))?#\s?(\d{1,40})(?![\p{L}\p{N}]|[.,]\p{N})/giu;

/** AB-1234, A4, COVID-19, BA 123 only as BA123: capital letters, then digits, then anything of both. */
const MIXED = /(?<![\p{L}\p{N}_]|\p{N}[.,])([A-Z]{1,12})-?(\d{1,20})((?:-?[A-Z0-9]{1,12}){0,4})(?![\p{L}\p{N}_]|[.,:]\p{N})/gu;

/** 1080p, 1920x1080, 401(k), mp3. */
const LINES = /(?<![\p{L}\p{N}.,])(\d{3,4})([pi])(?![\p{L}\p{N}])/gu;
const SCREEN = /(?<![\p{L}\p{N}.,])(\d{3,4})\s?[x\u00d7]\s?(\d{3,4})(?![\p{L}\p{N}])/gu;
const PENSION = /(?<![\p{L}\p{N}])401\(?k\)?(?![\p{L}\p{N}])/giu;
const SMALL_LETTERS = /(?<![\p{L}\p{N}.])mp([34])(?![\p{L}\p{N}])/gu;

const LETTERS_OR_DIGITS = /[A-Z]+|\d+/g;

/** A word rather than letters: it has vowels and length. */
function isWord(letters: string): boolean {
	return letters.length >= 4 && /[AEIOUY]/.test(letters);
}

/** One or two digits are a number (A4, B12, COVID-19), more are read one by one. */
export function codeDigits(digits: string): string {
	return digits.length <= 2 && !/^0\d/.test(digits) ? cardinal(digits) : groupedDigits(digits);
}

function versionSaid(version: string): string {
	return /^(?:\d{1,3}\.){3}\d{1,3}$/.test(version)
		? version.split('.').map(codeDigits).join(' dot ')
		: version.split('.').map(cardinal).join(' point ');
}

function mixedSaid(code: string): string {
	return (code.match(LETTERS_OR_DIGITS) ?? [])
		.map((part) => (/\d/.test(part) ? codeDigits(part) : isWord(part) ? part : part.split('').join(' ')))
		.join(' ');
}

/** v2.41 -> version two point forty-one; order #10432 -> order number one zero four three two; AB-1234 -> A B one two three four. */
export function sayCodes(text: string): string {
	return text
		.replace(NAMED_VERSION, (_found, version: string) => versionSaid(version))
		.replace(SHORT_VERSION, (_found, version: string) => `version ${versionSaid(version)}`)
		.replace(BARE_VERSION, (found, version: string) => (MILLIONS.test(version) ? found : versionSaid(version)))
		.replace(ANNOUNCED, (_found, digits: string) => groupedDigits(digits))
		.replace(FLIGHT, groupedDigits)
		.replace(HASH, (_found, number: string | undefined, digits: string) =>
			`${number === undefined ? 'number ' : ''}${digits.length <= 3 ? cardinal(digits) : groupedDigits(digits)}`,
		)
		.replace(/#(?=[A-Z]{1,6}-?\d)/gu, 'number ')
		.replace(PENSION, 'four oh one K')
		.replace(LINES, (_found, lines: string, kind: string) => `${pairWords(lines)} ${kind.toUpperCase()}`)
		.replace(SCREEN, (_found, width: string, height: string) => `${pairWords(width)} by ${pairWords(height)}`)
		.replace(SMALL_LETTERS, (_found, digit: string) => `M P ${cardinal(digit)}`)
		.replace(MIXED, mixedSaid);
}
