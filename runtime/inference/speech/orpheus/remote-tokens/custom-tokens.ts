/** `<custom_token_N>` has at most this many digits in any vocabulary: what is longer is text. */
const MOST_DIGITS = 6;
const TOKEN = new RegExp(`<custom_token_(\\d{1,${MOST_DIGITS}})>|<\\|(?:eot_id|end_of_text)\\|>`, 'g');
/** Any beginning of the above: `<`, `<cust`, `<custom_token_12`, `<|eot`. */
const BEGUN = beginnings(['<custom_token_', '<|eot_id|>', '<|end_of_text|>']);

/** The model's own end: after it comes nothing to hear. */
export const END_TOKEN = 'end';

/** Reads `<custom_token_N>` out of text that comes in pieces cut anywhere, with anything between them. */
export class CustomTokens {
	private rest = '';

	/** The numbers N in the text so far that were not given before; END for the end of the model's turn. */
	push(text: string): Array<number | typeof END_TOKEN> {
		const all = this.rest + text;
		const found: Array<number | typeof END_TOKEN> = [];
		let read = 0;
		for (const match of all.matchAll(TOKEN)) {
			found.push(match[1] === undefined ? END_TOKEN : Number(match[1]));
			read = match.index + match[0].length;
		}
		const last = all.lastIndexOf('<');
		const open = last >= read ? all.slice(last) : '';
		this.rest = BEGUN.test(open) ? open : '';
		return found;
	}
}

function beginnings(words: readonly string[]): RegExp {
	const parts = words.flatMap((word) => Array.from({ length: word.length }, (_, end) => word.slice(0, end + 1)));
	const escaped = parts.map((part) => part.replace(/[|]/g, '\\|'));
	return new RegExp(`^(?:${escaped.join('|')}|<custom_token_\\d{1,${MOST_DIGITS}})$`);
}
