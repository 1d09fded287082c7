const FENCED_CODE = /```[\s\S]*?(?:```|$)/g;

/** Said in place of code, in the languages that the Orpheus voices speak. */
const CODE_LEFT_OUT: Record<string, string> = {
	en: 'code omitted.',
	de: 'Code ausgelassen.',
	es: 'c\u00f3digo omitido.',
	fr: 'code omis.',
	hi: '\u0915\u094b\u0921 \u091b\u094b\u0921\u093c\u093e \u0917\u092f\u093e\u0964',
	it: 'codice omesso.',
	ko: '\ucf54\ub4dc \uc0dd\ub7b5.',
	zh: '\u4ee3\u7801\u7565\u3002',
};

const TABLE_RULE = /^\|? ?:?-+:? ?(?:\| ?:?-+:? ?)*\|?$/;
const RULE = /^[-*_=+~#] ?(?:[-*_=+~#] ?){2,}$/;
const HEADING = /^#{1,6} (.*)$/;
const QUOTE = /^(?:> ?)+/;
const BULLET = /^(?:[-*+\u2022\u2023\u25e6\u2013\u2014] )+(?:\[[ xX]\] )?/;
const NUMBERED = /^\d{1,2}[.)] \S/;

const ENDED = /[.?!:;,\u2026\u3002\uff01\uff1f\uff0c\u0964\u061f]["'\u201d\u2019)*_~]*$/;

function endedBy(mark: string, line: string): string {
	return line === '' || ENDED.test(line) ? line : `${line}${mark}`;
}

function row(cells: string): string {
	return endedBy(
		'.',
		cells
			.split('|')
			.map((cell) => cell.trim())
			.filter((cell) => cell !== '')
			.join(', '),
	);
}

/** One line, without what makes it a heading, a quotation, a list item or part of a table. */
function plainLine(written: string): string {
	const line = written.replace(/\s+/g, ' ').trim();
	if (RULE.test(line) || (line.includes('-') && TABLE_RULE.test(line))) return '';
	const unquoted = line.replace(QUOTE, '');
	if (unquoted.startsWith('|')) return row(unquoted);
	const heading = HEADING.exec(unquoted)?.[1];
	if (heading !== undefined) return endedBy('.', heading.replace(/[# ]+$/, ''));
	const item = unquoted.replace(BULLET, '');
	return item !== unquoted || NUMBERED.test(unquoted) ? endedBy('.', item) : unquoted;
}

/**
 * Marks may have lost their partner where a sentence was cut out of its paragraph, so all go. A star between
 * figures multiplies, an underline between letters is a space, but not in anna_b@example.com.
 */
function withoutMarks(text: string): string {
	return text
		.replace(/!?\[([^[\]]{1,500})\]\((?:[^()\s]{0,2000})(?: "[^"]{0,200}")?\)/g, '$1')
		.replace(/!\[\]\([^()\s]{0,2000}\)/g, ' ')
		.replace(/\[\^?\d{1,3}\]/g, '')
		.replace(/[[\]`]/g, '')
		.replace(/\\([{}()#+\-.!|>])/g, '$1')
		.replace(/(?<=\d) ?\* ?(?=\d)/g, ' \u00d7 ')
		.replace(/\*/g, '')
		.replace(/~{2,}/g, '')
		.replace(/(?<=[\p{L}\p{N}])_(?=[\p{L}\p{N}])(?![\w.+-]{1,64}@)/gu, ' ')
		.replace(/_(?![\w.+-]{1,64}@)|\\/g, '')
		.replace(/ ?\|[ |]*/g, ', ');
}

/** The words of a Markdown text, or of any piece of one, line by line. */
export function withoutMarkdown(text: string, language = 'en'): string {
	return text
		.replace(FENCED_CODE, `\n${CODE_LEFT_OUT[language] ?? '\u2026'}\n`)
		.split('\n')
		.map((line) => withoutMarks(plainLine(line)))
		.join('\n');
}
