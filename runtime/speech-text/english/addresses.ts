const MAIL = /(?<![\w.+-])[\w+-][\w.+-]{0,63}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63}){1,5}/gu;

/** Small letters after the dot: "Yes.No" is rather two sentences without a space. */
const SITE = /(?<![\p{L}\p{N}_.@/-])(?:[\p{L}\p{N}][\p{L}\p{N}-]{0,62}\.){1,5}[a-z]{2,24}(?![\p{L}\p{N}-]|\.[\p{L}\p{N}])(?:\/[\w-]{1,40}){0,4}\/?/gu;

const MARKS: Record<string, string> = { '.': 'dot', '-': 'dash', _: 'underscore', '+': 'plus', '/': 'slash', '@': 'at' };

const marksSaid = (address: string): string =>
	address
		.replace(/\/$/, '')
		.replace(/[.\-_+/@]/g, (mark) => ` ${MARKS[mark]} `)
		.replace(/ {2,}/g, ' ')
		.trim();

/** anna@example.com -> anna at example dot com; example.com/booking -> example dot com slash booking. */
export const sayAddresses = (text: string): string => text.replace(MAIL, marksSaid).replace(SITE, marksSaid);
