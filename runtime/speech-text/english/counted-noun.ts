const ARTICLE = /(?:^|[^\p{L}])(?:an?|A|An)\s[-\u2212]?$/u;
const NOUN = /^[ -](?!(?:and|or|to|per|in|for|of|on|at|a|an|the|is|was|as|by|from|with|if|each|every|more|less|off|away|long|tall|wide|deep|high)\b)\p{Ll}/u;

/** "a $5 coupon", "a 10 km run": the unit between article and noun stays in the singular. */
export const adjectival = (text: string, start: number, end: number): boolean =>
	ARTICLE.test(text.slice(Math.max(0, start - 6), start)) && NOUN.test(text.slice(end, end + 12));
