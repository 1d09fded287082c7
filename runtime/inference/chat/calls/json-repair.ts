/* eslint-disable @typescript-eslint/no-require-imports -- It has both kinds of module; its types know the ES one only. */
const library = require('jsonrepair') as { jsonrepair(text: string): string };

/** Broken JSON made whole, by guesses that have to be checked. Throws where it has none. */
export function jsonrepair(text: string): string {
	return library.jsonrepair(text);
}
