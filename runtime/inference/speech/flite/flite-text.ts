/** flite reads letter after letter of a longer word than any language has. */
const LONGEST_WORD = 40;
/** A piece that is no sentence is spoken in parts: the worker serves others between them. */
const LONGEST_PART = 300;

const PLAIN: ReadonlyArray<readonly [RegExp, string]> = [
	[/[\u2018\u2019\u201b\u2032]/g, "'"],
	[/[\u201c\u201d\u201f\u2033]/g, '"'],
	[/[\u2013\u2014\u2015]/g, ', '],
	[/\u2026/g, '...'],
	[/\u00df/g, 'ss'],
	[/[\u00e6\u00c6]/g, 'ae'],
	[/[\u00f8\u00d8]/g, 'o'],
	[/\u20ac\s?(\d+)/g, '$1 euros'],
	[/\u00a3\s?(\d+)/g, '$1 pounds'],
];

/** Text in the letters that flite knows: it reads English in ASCII and skips or mangles all else. */
function toAscii(text: string): string {
	const plain = PLAIN.reduce((line, [from, to]) => line.replace(from, to), text);
	return plain
		.normalize('NFKD')
		.replace(/\p{M}/gu, '')
		.replace(/[^\x20-\x7e]+/g, ' ')
		.replace(/\s+/g, ' ')
		.trim();
}

/** What flite is asked to say, in parts; none where there is nothing to pronounce. */
export function partsForFlite(text: string): string[] {
	const parts: string[] = [];
	let open = '';
	for (const word of toAscii(text).split(' ').flatMap((long) => long.match(new RegExp(`.{1,${LONGEST_WORD}}`, 'g')) ?? [])) {
		if (open !== '' && open.length + word.length + 1 > LONGEST_PART) {
			parts.push(open);
			open = '';
		}
		open = open === '' ? word : `${open} ${word}`;
	}
	if (open !== '') parts.push(open);
	return parts.filter((part) => /[a-z0-9]/i.test(part));
}
