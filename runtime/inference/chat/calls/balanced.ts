const CLOSER: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

/** An apostrophe stands within a word; a quotation mark where a value begins. */
const QUOTE_BEFORE = /[{[(,:=]\s*$/;

export interface Scan {
	/** Where the value is over; undefined: not in this text. */
	readonly end: number | undefined;
	/** The brackets that would close it, where it is not over. */
	readonly missing: string;
	/** Whether the text ends within quotation marks. */
	readonly inText: boolean;
}

/** Where the value that begins with a bracket at `start` ends. Brackets in quotation marks, also single ones, do not count. */
export function scanValue(text: string, start: number): Scan {
	const open: string[] = [];
	const signs = /[{}[\]()"']/g;
	const ends = { '"': /"|\\[^]/g, "'": /'|\\[^]/g };
	signs.lastIndex = start;
	for (let found = signs.exec(text); found; found = signs.exec(text)) {
		const [sign] = found;
		if (sign === '"' || (sign === "'" && QUOTE_BEFORE.test(text.slice(Math.max(0, found.index - 24), found.index)))) {
			const close = ends[sign];
			close.lastIndex = signs.lastIndex;
			let end = close.exec(text);
			while (end && end[0] !== sign) end = close.exec(text);
			if (!end) return { end: undefined, missing: open.toReversed().join(''), inText: true };
			signs.lastIndex = close.lastIndex;
			continue;
		}
		const closer = CLOSER[sign];
		if (closer !== undefined) open.push(closer);
		else if (open.at(-1) === sign) open.pop();
		else if (open.includes(sign)) open.length = open.lastIndexOf(sign);
		if (open.length === 0) return { end: signs.lastIndex, missing: '', inText: false };
	}
	return { end: undefined, missing: open.toReversed().join(''), inText: false };
}
