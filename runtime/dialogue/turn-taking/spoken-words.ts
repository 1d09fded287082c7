/**
 * The words of a transcript, lower case, without punctuation: recognisers differ in both.
 *
 * Hyphens part words, so that "uh-huh" and "uh huh" are one thing; apostrophes stay.
 */
export function spokenWords(text: string): string[] {
	return text
		.toLowerCase()
		.replace(/[\u2018\u2019]/g, "'")
		.match(/[\p{L}\p{M}\p{N}]+(?:['.:][\p{L}\p{M}\p{N}]+)*/gu) ?? [];
}

/** The same but for marks and capitals. */
export function areSameWords(one: string, other: string): boolean {
	return one === other || spokenWords(one).join(' ') === spokenWords(other).join(' ');
}

/** Joins what was said before and after a pause. */
export function joinSpoken(...texts: string[]): string {
	return texts
		.map((text) => text.trim())
		.filter((text) => text !== '')
		.join(' ');
}
