/** "he/she" is a choice, other words with a slash between them are a pair that people read with it. */
const CHOICE = /(?<![\p{L}\p{N}])(he|she|him|her|his|yes|no|true|false|either|man|woman)\/(?=\p{L})/giu;
const PER = /(?<=\b(?:dollars?|euros?|pounds?|cents?|pence|yen|rupees?|percent|thousand|million|billion)) ?\/ ?(?=(?:an? )?(?:hour|hr|h|day|night|week|month|mo|year|yr|person|user|seat|call|minute|min|item|piece|token|kilogram|kg)\b)/giu;

const SHORT_TIMES: Record<string, string> = { hr: 'hour', h: 'hour', mo: 'month', yr: 'year', min: 'minute', kg: 'kilogram' };

const SAID: ReadonlyArray<readonly [RegExp, string]> = [
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
export const saySymbols = (text: string): string =>
	SAID.reduce(
		(said, [mark, word]) => said.replace(mark, word),
		text
			.replace(DRAWING, ' ')
			.replace(CHOICE, '$1 or ')
			.replace(PER, ' per ')
			.replace(/(?<= per )(hr|h|mo|yr|min|kg)\b/gu, (short) => SHORT_TIMES[short] ?? short),
	);
