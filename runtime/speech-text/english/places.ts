import { digitWords, pairWords } from './number-words';

const ROOM =
	/(?<=\b(?:room|suite|apartment|unit|gate|flat|flight|bus|route|highway|interstate|locker|error|boeing|airbus) )(\d{3,4})(?![\p{L}\p{N}]|[.,:/-]\p{N})/giu;

const STREET = String.raw`(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Way|Court|Ct|Place|Pl|Square|Parkway|Pkwy|Highway|Terrace)`;
const HOUSE = new RegExp(
	String.raw`(?<![\p{L}\p{N}.,:/#$\u20ac\u00a3-])(\d{3,5})(?= (?:(?:\p{Lu}\p{L}{0,20}|\d{1,3}(?:st|nd|rd|th))\.? ){1,3}${STREET}(?!\p{L}))`,
	'gu',
);

/** Room 204 -> Room two oh four; 1204 Elm Street -> twelve oh four Elm Street; five digits one by one. */
export const sayPlaces = (text: string): string =>
	text
		.replace(ROOM, (_found, digits: string) => pairWords(digits))
		.replace(HOUSE, (_found, digits: string) => (digits.length > 4 ? digitWords(digits) : pairWords(digits)));
