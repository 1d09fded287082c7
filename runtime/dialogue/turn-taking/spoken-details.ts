/** English. What of a date, a time or a number somebody has said, in the words of `spokenWords`, joined. */
export type Detail = 'day' | 'time' | 'phone' | 'email' | 'number';

const NUMBER = '(?:\\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty)';
const MONTH = '(?:january|february|march|april|may|june|july|august|september|october|november|december)';
/** Before an hour. Before a number of things, as "about four people", they are none of a time. */
const AT = '(?:at|around|about|by|after|before|from|until|till)';
const ORDINAL = '(?:\\d+(?:st|nd|rd|th)|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|\\p{L}+(?:teenth|tieth|elfth|enth))';

const PATTERNS: Record<Detail, RegExp> = {
	day: new RegExp(
		`\\b(?:today|tonight|tomorrow|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|weekend|${MONTH} (?:the )?(?:${ORDINAL}|${NUMBER})|${ORDINAL} (?:of )?${MONTH}|the ${ORDINAL}$|(?:on|for|until|till|by) the ${ORDINAL}(?! (?:time|one|floor|day|thing)\\b)|\\d{1,2} (?:of )?${MONTH}|\\d{4} \\d\\d \\d\\d|in ${NUMBER} (?:days|weeks))(?=\\s|$)`,
		'u',
	),
	time: new RegExp(
		`\\b(?:${NUMBER}(?: ${NUMBER})? ?(?:[ap] ?m|[ap]\\.m)|${NUMBER} o'clock|noon|midnight|(?:half|quarter) (?:past|to) ${NUMBER}|\\d{1,2}:\\d\\d|${AT} ${NUMBER}(?: ${NUMBER})?(?! (?:(?!this\\b)\\p{L}+s|people|more|of|percent)\\b)|between ${NUMBER} and ${NUMBER})(?=\\s|$)`,
		'u',
	),
	phone: /(?:(?:\b(?:zero|oh|one|two|three|four|five|six|seven|eight|nine|double|\d+)\b ?){7,}|\d{7,})/,
	email: /@|\bat \S+(?: \S+)? dot \p{L}{2,}|\bat \S+\.\p{L}{2,}/u,
	number: new RegExp(`\\b${NUMBER}\\b`, 'u'),
};

export function hasDetail(detail: Detail, said: string): boolean {
	return PATTERNS[detail].test(said);
}
