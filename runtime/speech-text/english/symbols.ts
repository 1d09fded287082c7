
/** "he/she" is a choice, other words with a slash between them are a pair that people read with it. */
const CHOICE = /(?<![\p{L}\p{N}])(he|she|him|her|his|yes|no|true|false|either|man|woman)\/(?=\p{L})/giu;
const PER = /(?<=\b(?:dollars?|euros?|pounds?|cents?|pence|yen|rupees?|percent|thousand|million|billion)) ?\/ ?(?=(?:an? )?(?:hour|hr|h|day|night|week|month|mo|year|yr|person|user|seat|call|minute|min|item|piece|token|kilogram|kg)\b)/giu;

const SHORT_TIMES: Record<string, string> = { hr: 'hour', h: 'hour', mo: 'month', yr: 'year', min: 'minute', kg: 'kilogram' };

const MARKS: ReadonlyArray<readonly [RegExp, string]> = [
	[/\band\/or\b/giu, 'and or'],
	[/\bn\/a\b/giu, 'not applicable'],
	[/\bc\/o\b/giu, 'care of'],
	[/\bam ?(?:\/|or) ?p ?m\b/giu, 'A M or P M'],
	[/ ?<(?:=|-)> ?| ?\u2194 ?/gu, ' to and from '],
	[/ ?(?:-{1,3}>|=>|[\u2192\u21d2\u27a1]\ufe0f?) ?/gu, ' to '],
	[/(?<=\d)x(?![\p{L}\p{N}])/gu, ' times'],
	[/ ?\u00f7 ?/gu, ' divided by '],
	[/\u221e/gu, ' infinity '],
	[/\u03c0/gu, ' pi '],
	[/\u00a7{1,2} ?/gu, ' section '],
	[/\u00b2/gu, ' squared '],
	[/\u00b3/gu, ' cubed '],
	[/(?<=[\p{L}\p{N})]) ?\^ ?(?=[\p{L}\p{N}(])/gu, ' to the power of '],
	[/(?<=\S) - (?=\S)/gu, ', '],
	[/(?<![\p{L}\p{N}])([CF])#(?![\p{L}\p{N}])/gu, '$1 sharp'],
	[/(?<![\p{L}\p{N}])\.NET(?![\p{L}\p{N}])/gu, 'dot net'],
	[/&/gu, ' and '],
	[/@/gu, ' at '],
	[/={1,3}/gu, ' equals '],
	[/\+{2}/gu, ' plus plus '],
	[/\+/gu, ' plus '],
	[/%/gu, ' percent '],
	[/\u20ac/gu, ' euro '],
	[/\u00a3/gu, ' pound '],
	[/\$/gu, ' dollar '],
	[/#(?=\p{L})/gu, ' hashtag '],
	[/(?<=[\p{L}\p{N}]) ?\/ ?(?=[\p{L}\p{N}])/gu, ' slash '],
	[/(?<=\p{Ll})\.(?=\p{Ll})|(?<=\p{L})\.(?=\p{N})|(?<=\p{N})\.(?=\p{Ll})/gu, ' dot '],
	[/(?<=\p{Ll})\.(?=\p{Lu})/gu, '. '],
	[/(?<=\p{L}):(?=\d)/gu, ' '],
	[/-{2,}/gu, ' \u2014 '],
	[/[#^~|<>{}\\/`*_\u2022\u00b7\u00b0]+/gu, ' '],
];

/** Lines of signs are drawings ("====", "++++"): nothing of them is said. */
const DRAWING = /([=+*#@$%&~^_/\\|<>-])\1{3,}/gu;

/** What marks mean between words: & and, @ at, + plus, = equals, / slash; of the others nothing is left. */
export function saySymbols(text: string): string {
	return MARKS.reduce(
		(said, [mark, word]) => said.replace(mark, word),
		text
			.replace(DRAWING, ' ')
			.replace(CHOICE, '$1 or ')
			.replace(PER, ' per ')
			.replace(/(?<= per )(hr|h|mo|yr|min|kg)\b/gu, (short) => SHORT_TIMES[short] ?? short),
	);
}

const FIGURE_NEXT = String.raw`(?= ?[-\u2212]?[$\u20ac\u00a3]?\.?\d)`;

/** A figure, or a letter that stands for one. */
const TERM = String.raw`(?<=(?:\d|(?<!\p{L})\p{L}|[%)]) ?)`;

const COMPARISONS: ReadonlyArray<readonly [RegExp, string]> = [
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
export function sayOperators(text: string): string {
	return COMPARISONS.reduce((said, [mark, words]) => said.replace(mark, words), text);
}
