import { digitWords, pairWords } from './number-words';

const MAIL = /(?<![\w.+-])[\w+-][\w.+-]{0,63}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/gu;

/** Small letters after the dot: "Yes.No" is rather two sentences without a space. */
const SITE = /(?<![\p{L}\p{N}_.@/-])(?:[\p{L}\p{N}][\p{L}\p{N}-]{0,62}\.){1,5}[a-z]{2,24}(?![\p{L}\p{N}-]|\.[\p{L}\p{N}])(?:\/[\w-]{1,40}){0,4}\/?/gu;

const MARKS: Record<string, string> = { '.': 'dot', '-': 'dash', _: 'underscore', '+': 'plus', '/': 'slash', '@': 'at' };

function marksSaid(address: string): string {
	return address
		.replace(/\/$/, '')
		.replace(/[.\-_+/@]/g, (mark) => ` ${MARKS[mark]} `)
		.replace(/ {2,}/g, ' ')
		.trim();
}

/** anna@example.com -> anna at example dot com; example.com/booking -> example dot com slash booking. */
export function sayAddresses(text: string): string {
	return text.replace(MAIL, marksSaid).replace(SITE, marksSaid);
}

const ROOM =
	/(?<=\b(?:room|suite|apartment|unit|gate|flat|flight|bus|route|highway|interstate|locker|error|boeing|airbus) )(\d{3,4})(?![\p{L}\p{N}]|[.,:/-]\p{N})/giu;

const STREET = String.raw`(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Way|Court|Ct|Place|Pl|Square|Parkway|Pkwy|Highway|Terrace)`;
const HOUSE = new RegExp(
	String.raw`(?<![\p{L}\p{N}.,:/#$\u20ac\u00a3-])(\d{3,5})(?= (?:(?:\p{Lu}\p{L}{0,20}|\d{1,3}(?:st|nd|rd|th))\.? ){1,3}${STREET}(?!\p{L}))`,
	'gu',
);

/** Room 204 -> Room two oh four; 1204 Elm Street -> twelve oh four Elm Street; five digits one by one. */
export function sayPlaces(text: string): string {
	return text
		.replace(ROOM, (_found, digits: string) => pairWords(digits))
		.replace(HOUSE, (_found, digits: string) => (digits.length > 4 ? digitWords(digits) : pairWords(digits)));
}
