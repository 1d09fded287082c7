/** Lower case, without accents and hyphens: recognisers and models differ in them. */
export function fold(text: string): string {
	return text
		.toLowerCase()
		.replace(/ł/g, 'l')
		.replace(/ß/g, 'ss')
		.replace(/ø/g, 'o')
		.replace(/æ/g, 'ae')
		.normalize('NFD')
		.replace(/\p{M}+/gu, '')
		.replace(/[\u2018\u2019]/g, "'")
		.replace(/[-\u2010-\u2014_]+/g, ' ')
		.replace(/ +/g, ' ')
		.trim();
}

/** Letters and figures only. */
export function compact(text: string): string {
	return fold(text).replace(/[^\p{L}\p{N}]+/gu, '');
}
