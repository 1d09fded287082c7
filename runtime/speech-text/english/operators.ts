const FIGURE_NEXT = String.raw`(?= ?[-\u2212]?[$\u20ac\u00a3]?\.?\d)`;

/** A figure, or a letter that stands for one. */
const TERM = String.raw`(?<=(?:\d|(?<!\p{L})\p{L}|[%)]) ?)`;

const SAID: ReadonlyArray<readonly [RegExp, string]> = [
	[/ ?(?:<=(?!>)|\u2264) ?/gu, ' at most '],
	[/ ?(?:>=|\u2265) ?/gu, ' at least '],
	[/ ?(?:!==?|\u2260) ?/gu, ' is not '],
	[/ ?\u2248 ?/gu, ' about '],
	// Not 1920x1080: that is a screen's size (codes.ts).
	[/(?<=\d) ?(?:\u00d7|[x*](?= ?\d))(?!(?<=\d{3} ?[x\u00d7]) ?\d{3}) ?/gu, ' times '],
	[/ ?(?:\+\/-|\u00b1) ?/gu, ' plus or minus '],
	[new RegExp(String.raw`(?<![\p{L}\p{N}])~${FIGURE_NEXT} ?`, 'gu'), 'about '],
	[new RegExp(String.raw`${TERM} ?<(?!-)${FIGURE_NEXT} ?`, 'gu'), ' is less than '],
	[new RegExp(String.raw`${TERM} ?(?<![-=])>${FIGURE_NEXT} ?`, 'gu'), ' is greater than '],
	[new RegExp(String.raw`<(?!-)${FIGURE_NEXT} ?`, 'gu'), 'less than '],
	[new RegExp(String.raw`(?<![-=])>${FIGURE_NEXT} ?`, 'gu'), 'more than '],
];

/** ~5 -> about 5; <$5 -> less than $5; 3 < 4 -> 3 is less than 4; 3x4 -> 3 times 4. The figures stay for others to say. */
export const sayOperators = (text: string): string => SAID.reduce((said, [mark, words]) => said.replace(mark, words), text);
