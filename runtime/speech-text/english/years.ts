import { yearWords } from './number-words';

const YEAR = String.raw`(1[0-9]\d{2}|20\d{2})`;
const AFTER = String.raw`(?![\p{L}\p{N}%\u00b0]|[.,:/]\p{N}|-\p{N})`;
/** "in 2000 cases", "1900 people": counted, so a number. Not "1999 was". */
const COUNTED = String.raw`(?!\s(?:more |new |other |different |small |large )?(?:people|men|women|children|(?!(?:is|was|has|as|this|its|plus|minus|versus|does|always|perhaps|unless|across|besides)\b)\p{Ll}{2,30}s)\b)`;

const IN_A_YEAR = new RegExp(
	String.raw`(?<=\b(?:in|since|until|till|by|year|years|during|early|late|mid|circa|before|after|from|between|spring|summer|autumn|fall|winter|class of|copyright|(?:from|between) 1\d{3} (?:to|and))[ -])${YEAR}${AFTER}${COUNTED}`,
	'giu',
);
/** By itself only what is recent or near: "1500" is rather a number. */
const ALONE = new RegExp(String.raw`(?<![\p{L}\p{N}.,:/$\u20ac\u00a3#+-])(19\d{2}|20\d{2})${AFTER}${COUNTED}`, 'gu');
/** in 2026 -> in twenty twenty-six; 1999 -> nineteen ninety-nine. After units: 1999 km are no year. */
export const sayYears = (text: string): string =>
	text.replace(IN_A_YEAR, (_found, year: string) => yearWords(year)).replace(ALONE, (_found, year: string) => yearWords(year));
