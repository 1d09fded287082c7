/** How much of a text is read as JSON. */
export interface JsonTextLimits {
	readonly characters: number;
	/** Lists and objects inside each other. */
	readonly depth: number;
	/** Roughly: of all kinds together. */
	readonly values: number;
}

/** More than any answer, file or message that we know: a server's list of 400 models with all their details is a fifth of it. */
export const JSON_TEXT_LIMITS: JsonTextLimits = { characters: 4 * 1024 * 1024, depth: 64, values: 200_000 };

/**
 * undefined for what is no JSON, or beyond the limits: text from outside is parsed with this and then checked against its
 * shape. A text is measured before it is parsed: what goes on from here may call itself once a level.
 */
export function parseJson(text: string): unknown {
	return parseJsonWithin(text, JSON_TEXT_LIMITS);
}

/** The same with limits of one's own. */
export function parseJsonWithin(text: string, limits: JsonTextLimits): unknown {
	if (text.length > limits.characters || !isWithin(text, limits)) return undefined;
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
/** `[` and `]` with this bit are `{` and `}`. */
const CURLY = 0x20;
const OPEN = 0x7b;
const CLOSE = 0x7d;

function isWithin(text: string, { depth, values }: JsonTextLimits): boolean {
	// Each level and each value takes a character at least.
	if (text.length <= Math.min(depth, values)) return true;
	let level = 0;
	let count = 0;
	let quoted = false;
	for (let at = 0; at < text.length; at++) {
		const code = text.charCodeAt(at);
		if (quoted) {
			if (code === BACKSLASH) at++;
			else if (code === QUOTE) quoted = false;
		} else if (code === QUOTE) quoted = true;
		else if (code === COMMA) {
			if (++count > values) return false;
		} else if ((code | CURLY) === OPEN) {
			if (++level > depth || ++count > values) return false;
		} else if ((code | CURLY) === CLOSE) level--;
	}
	return true;
}

/** A string, which is left alone, or a number. */
const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;

/**
 * As parseJson, but a number that JavaScript would round stays as it is written, as a text: an account number of 20
 * digits is read aloud and handed on digit by digit. (JSON.parse shows what is written only from Node 21 on.)
 */
export function parseJsonKeepingDigits(text: string): unknown {
	const value = parseJson(text);
	if (value === undefined || !/\d{15}|[eE][+-]?\d{2}/.test(text)) return value;
	return parseJson(text.replace(STRING_OR_NUMBER, (part) => (part.startsWith('"') || keepsDigits(part) ? part : `"${part}"`)));
}

/** Whether JavaScript's number is the written one, digit by digit. */
function keepsDigits(written: string): boolean {
	const number = Number(written);
	return Number.isFinite(number) && digitsOf(written) === digitsOf(String(number));
}

/** A number's sign, digits and power of ten, whichever way it is written. */
function digitsOf(written: string): string {
	const [mantissa = '', power = '0'] = written.toLowerCase().split('e');
	const [whole = '', fraction = ''] = mantissa.replace(/^-/, '').split('.');
	const digits = (whole + fraction).replace(/^0+/, '');
	const kept = digits.replace(/0+$/, '');
	if (kept === '') return '0';
	return `${written.startsWith('-') ? '-' : ''}${kept}e${Number(power) - fraction.length + digits.length - kept.length}`;
}
