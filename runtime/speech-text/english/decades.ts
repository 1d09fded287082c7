import { cardinal } from './number-words';

const DECADE = /(?<![\p{L}\p{N}.,:/$\u20ac\u00a3#-])(1\d|20)(\d)0['\u2019]?s(?![\p{L}\p{N}])/gu;
const SHORT_DECADE = /(?:(?<=\b(?:the|their|his|her|my|our|your|early|mid|late)[ -])['\u2019]?|['\u2019]|(?<![\p{L}\p{N}.,])(?=[5-9]0s (?:music|fashion|style|hits|movies?|rock|pop|party|night|kids?)(?!\p{L})))([2-9]0)s(?![\p{L}\p{N}])/giu;

const many = (ten: string): string => `${ten.slice(0, -1)}ies`;

/** the 1990s -> the nineteen nineties; their 40s -> their forties. Before units: those are no seconds. */
export const sayDecades = (text: string): string =>
	text
		.replace(DECADE, (_found, century: string, ten: string) => {
			if (ten === '0') return century === '20' ? 'two thousands' : `${cardinal(century)} hundreds`;
			return ten === '1' ? `${cardinal(century)} tens` : `${cardinal(century)} ${many(cardinal(`${ten}0`))}`;
		})
		.replace(SHORT_DECADE, (_found, years: string) => many(cardinal(years)));
