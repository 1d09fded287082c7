import { sayAbbreviations } from './abbreviations';
import { sayAcronyms } from './acronyms';
import { sayAddresses } from './addresses';
import { sayCodes } from './codes';
import { sayDates } from './dates';
import { sayDecades } from './decades';
import { sayFractions } from './fractions';
import { sayListNumber } from './list-numbers';
import { sayLongNumbers } from './account-numbers';
import { sayMoney } from './money';
import { sayNumbers } from './numbers';
import { sayOperators } from './operators';
import { sayPhoneNumbers } from './phone-numbers';
import { sayPlaces } from './places';
import { sayRanges } from './ranges';
import { sayRomanNumerals } from './roman-numerals';
import { saySymbols } from './symbols';
import { sayTimes } from './times';
import { sayUnits } from './units';
import { sayYears } from './years';

export interface EnglishOptions {
	/** 3/4/2026 is in April. */
	readonly dayFirst: boolean;
}

/**
 * One line of English as people say it; no figure is left in it.
 *
 * The order is from the most particular to the most general, as each step takes figures and marks away from
 * those after it: what has dots and dashes of its own (addresses, short words, dates, phone numbers, codes)
 * before ranges; what has a unit before plain years; years, letters and marks before the remaining numbers.
 */
export const sayEnglish = (line: string, { dayFirst }: EnglishOptions): string => {
	const steps: ReadonlyArray<(text: string) => string> = [
		sayListNumber,
		sayAddresses,
		sayAbbreviations,
		sayRomanNumerals,
		sayOperators,
		sayPlaces,
		(text) => sayDates(text, dayFirst),
		sayLongNumbers,
		sayPhoneNumbers,
		sayMoney,
		sayCodes,
		sayRanges,
		sayTimes,
		sayDecades,
		sayFractions,
		sayUnits,
		sayYears,
		sayAcronyms,
		saySymbols,
		sayNumbers,
	];
	return steps.reduce((text, step) => step(text), line);
};
