import { sayAbbreviations } from './abbreviations';
import { sayAcronyms } from './acronyms';
import { sayAddresses, sayPlaces } from './addresses';
import { sayCodes } from './codes';
import { sayDates, sayDecades, sayYears, sayTimes } from './dates';
import { sayFractions, sayListNumber, sayNumbers, sayRanges, sayRomanNumerals } from './numbers';
import { sayLongNumbers } from './account-numbers';
import { sayMoney } from './money';
import { sayOperators, saySymbols } from './symbols';
import { sayPhoneNumbers } from './phone-numbers';
import { sayUnits } from './units';

interface EnglishOptions {
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
export function sayEnglish(line: string, { dayFirst }: EnglishOptions): string {
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
}
