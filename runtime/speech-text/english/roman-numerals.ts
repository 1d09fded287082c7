import { cardinal, ordinal } from './number-words';

const VALUES: Record<string, number> = { I: 1, V: 5, X: 10, L: 50, C: 100 };
/** Properly written, up to 399; "MIX" and "CIVIL" are words. */
const WELL_FORMED = /^C{0,3}(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})$/;

const RULER = String.raw`(Henry|Charles|Louis|George|Edward|Richard|James|William|Elizabeth|Mary|Catherine|Philip|Ferdinand|Frederick|Friedrich|Wilhelm|Napoleon|Nicholas|Alexander|Peter|Paul|Pius|Benedict|Gregory|Francis|Leo|Clement|Innocent|Urban|Ramesses|Ptolemy|Otto|Harald|Haakon|Carl|Gustav|Christian|Felipe|Alfonso|Juan Carlos|Margrethe|Rama)`;
const TITLED = String.raw`(?:King|Queen|Pope|Emperor|Tsar|Prince) \p{Lu}\p{L}{1,20}`;
const PART = String.raw`(Chapter|Part|Volume|Vol|Book|Act|Scene|Section|Article|Appendix|Title|Phase|Stage|Level|Type|Class|Grade|Unit|War|Bowl|Olympiad|Mark|Step)`;
const NUMERAL = String.raw`([IVXLC]{1,9})`;
/** "Part I like" and "Elizabeth I know" have a pronoun; a single letter before another one is spelled. */
const NO_PRONOUN = String.raw`(?![\p{L}\p{N}_-]|['\u2019](?!s(?!\p{L})))(?!(?<=\b[IVX]) (?!(?:of|and|to|was|is|to|or|in)\b)[\p{Ll}\p{Lu}])`;

const AFTER_RULER = new RegExp(String.raw`(?<![\p{L}\p{N}])((?:${RULER}|${TITLED}) )${NUMERAL}${NO_PRONOUN}`, 'gu');
const AFTER_PART = new RegExp(String.raw`(?<![\p{L}\p{N}])(${PART} )${NUMERAL}${NO_PRONOUN}`, 'gu');

const valueOf = (numeral: string): number =>
	Array.from(numeral).reduce((sum, sign, at) => {
		const value = VALUES[sign] ?? 0;
		return sum + (value < (VALUES[numeral.charAt(at + 1)] ?? 0) ? -value : value);
	}, 0);

/** Henry VIII -> Henry the eighth; Chapter IV -> Chapter four. Nowhere else: "I" and "MIX" are words. */
export const sayRomanNumerals = (text: string): string =>
	text
		.replace(/(?<![\p{L}\p{N}])WW(I{1,2})(?![\p{L}\p{N}])/gu, 'World War $1')
		.replace(AFTER_RULER, (found, name: string, _known: string | undefined, numeral: string) =>
			WELL_FORMED.test(numeral) ? `${name}the ${ordinal(String(valueOf(numeral)))}` : found,
		)
		.replace(AFTER_PART, (found, part: string, _word: string, numeral: string) =>
			WELL_FORMED.test(numeral) ? `${part}${cardinal(String(valueOf(numeral)))}` : found,
		);
