/** "()" and what else of brackets holds nothing; one pass over each run, however deep. */
const withoutEmptyBrackets = (run: string): string => {
	const kept: string[] = [];
	for (const sign of run) {
		if (sign === ' ' && (kept.at(-1) === ' ' || kept.at(-1) === '(')) continue;
		if (sign === ')') while (kept.at(-1) === ' ') kept.pop();
		if (sign === ')' && kept.at(-1) === '(') kept.pop();
		else kept.push(sign);
	}
	return kept.join('');
};

/** Space and marks as they stand in a sentence; what was taken out of it leaves no gap and no lonely mark. */
export const tidy = (text: string): string =>
	text
		.replace(/\s+/g, ' ')
		.replace(/[() ]{2,}/g, withoutEmptyBrackets)
		.replace(/ +/g, ' ')
		.replace(/ (?=[,.;:?!](?:[\s,.;:?!)]|$))/g, '')
		.replace(/[,;:] ?(?=[,.;:?!])/g, '')
		.replace(/^(?:[\s,;:.?!\u2026)>#+\u2022\u2013\u2014-](?!\p{N}))+/u, '')
		.trim();
