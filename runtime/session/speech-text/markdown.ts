const FENCED_CODE = /```[\s\S]*?(?:```|$)/g;

const TABLE_RULE = /^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$/;
const TABLE_ROW = /^\s*\|(.*?)\|?\s*$/;
const RULE = /^\s*(?:[-*_]\s*){3,}$/;
const HEADING = /^\s{0,3}#{1,6}\s+(.*?)\s*#*\s*$/;
const QUOTE = /^\s*(?:>\s?)+/;
const BULLET = /^\s*[-*+\u2022]\s+(?:\[[ xX]\]\s+)?/;

const endedBy = (mark: string, line: string): string =>
	line === '' || /[.?!:;,\u2026\u3002\uff01\uff1f]["'\u201d)]*$/.test(line) ? line : `${line}${mark}`;

const row = (cells: string): string =>
	endedBy(
		'.',
		cells
			.split('|')
			.map((cell) => cell.trim())
			.filter((cell) => cell !== '')
			.join(', '),
	);

/** One line, without what makes it a heading, a quotation, a list item or part of a table. */
const plainLine = (line: string): string => {
	if (RULE.test(line) || TABLE_RULE.test(line)) return '';
	const cells = TABLE_ROW.exec(line)?.[1];
	if (cells !== undefined) return row(cells);
	const heading = HEADING.exec(line)?.[1];
	if (heading !== undefined) return endedBy('.', heading);
	const unquoted = line.replace(QUOTE, '');
	const item = unquoted.replace(BULLET, '');
	return item === unquoted ? unquoted : endedBy('.', item);
};

/** Marks may have lost their partner where a sentence was cut out of its paragraph. */
const withoutMarks = (text: string): string =>
	text
		.replace(/!\[([^\]]*)\]\([^)]*\)/g, '$1')
		.replace(/\[([^\]]+)\]\([^)\s]*(?:\s+"[^"]*")?\)/g, '$1')
		.replace(/`+([^`]*)`*/g, '$1')
		.replace(/\*+|~~+/g, '')
		.replace(/(?<![\p{L}\p{N}_])_+(?=\S)|(?<=\S)_+(?![\p{L}\p{N}_])|__+/gu, '')
		.replace(/\\([\\`*_{}[\]()#+\-.!|>~])/g, '$1');

/** The words of a Markdown text, or of any piece of one. */
export const withoutMarkdown = (text: string): string =>
	withoutMarks(
		text
			.replace(FENCED_CODE, '\ncode omitted.\n')
			.split('\n')
			.map(plainLine)
			.join('\n'),
	);
