/** Word substitutions, insertions and deletions between two texts. */
export function wordErrors(said: string, heard: string): number {
	return errorsByWord(wordsOf(said), wordsOf(heard)).reduce((sum, errors) => sum + errors, 0);
}

export function wordsOf(text: string): string[] {
	return text.split(' ').filter((word) => word !== '');
}

/**
 * Of the fewest errors that make `heard` of `said`, those at each word that was said. The last entry: what was heard before the
 * first. What was heard too much counts at the word before it.
 */
export function errorsByWord(said: readonly string[], heard: readonly string[]): number[] {
	// How many errors lie between so many words of each.
	const rows = [heard.reduce<number[]>((row) => [...row, row.length], [0])];
	for (const [at, word] of said.entries()) {
		const above = rows[at] ?? [];
		const row = [at + 1];
		for (const [index, other] of heard.entries()) {
			row.push(Math.min((row[index] ?? 0) + 1, (above[index + 1] ?? 0) + 1, (above[index] ?? 0) + (word === other ? 0 : 1)));
		}
		rows.push(row);
	}
	const errors = Array.from({ length: said.length + 1 }, () => 0);
	const add = (at: number): void => void (errors[at < 0 ? said.length : at] = (errors[at < 0 ? said.length : at] ?? 0) + 1);
	let [at, index] = [said.length, heard.length];
	while (at > 0 || index > 0) {
		const here = rows[at]?.[index];
		const same = at > 0 && index > 0 && said[at - 1] === heard[index - 1];
		if (at > 0 && index > 0 && here === (rows[at - 1]?.[index - 1] ?? 0) + (same ? 0 : 1)) {
			if (!same) add(at - 1);
			[at, index] = [at - 1, index - 1];
		} else if (at > 0 && here === (rows[at - 1]?.[index] ?? 0) + 1) {
			add(at - 1);
			at--;
		} else {
			add(at - 1);
			index--;
		}
	}
	return errors;
}
