import { cardinal } from './number-words';

/** "1. Book it" -> "one: Book it": the number with a short pause, not as a sentence of its own. */
export const sayListNumber = (line: string): string =>
	line.replace(/^(\s?)(\d{1,2})[.)] (?=\S)/, (_found, space: string, digits: string) => `${space}${cardinal(digits)}: `);
