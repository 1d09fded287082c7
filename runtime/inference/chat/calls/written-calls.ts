import { scanValue } from './balanced';
import { callsOfJson, jsonOrMended, type WrittenCall } from './call-shapes';

/** What stands between a call's marks and is no name. */
const NO_NAMES = new Set(['function', 'functions', 'json', 'call', 'code', 'python', 'print', 'assistant', 'commentary', 'analysis', 'name', 'type', 'FUNCTION', 'ARGS', 'to', 'tool_code', 'tool_call', 'parameters', 'arguments']);

/** Brackets that are looked into: a text of nothing but brackets is no call. */
const MOST_TRIES = 24;

/** Calls in what no caller is to hear, whichever of the many notations it is. A call that cannot be read is one without arguments. */
export function callsIn(region: string): WrittenCall[] {
	const calls = [...fromXml(region)];
	if (calls.length > 0) return calls;
	const text = region.replace(/<[|｜]?"[|｜]?>/g, '"');
	let from = 0;
	let tries = 0;
	for (const start of starts(text)) {
		if (start < from) continue;
		if (++tries > MOST_TRIES) break;
		const { end } = scanValue(text, start);
		if (end === undefined) break;
		const value = text.slice(start, end);
		const found = callAt(text.slice(from, start), value);
		if (found.length === 0) continue;
		calls.push(...found);
		from = end;
	}
	if (calls.length > 0) return calls;
	// It ends in the middle.
	const name = /["'](?:name|tool|tool_name|function|function_name|action)["']\s*:\s*["']([\w.:-]+)["']/.exec(text)?.[1] ?? nameIn(text.split(/[{[(]/, 1)[0] ?? '') ?? nameIn(/^[^{]*/.exec(text)?.[0] ?? '');
	return name === undefined ? [] : [{ name, json: undefined }];
}

function* starts(text: string): Generator<number> {
	for (const { index } of text.matchAll(/[{[(]/g)) yield index;
}

function callAt(before: string, value: string): WrittenCall[] {
	if (value.startsWith('(')) {
		const name = /([A-Za-z_][\w.-]*)$/.exec(before)?.[1];
		return name === undefined || NO_NAMES.has(name) ? [] : [{ name, json: fromPython(value.slice(1, -1)) }];
	}
	const json = jsonOrMended(value);
	const complete = callsOfJson(json, () => false);
	if (complete.length > 0) return complete;
	const name = nameIn(before);
	return name !== undefined && value.startsWith('{') ? [{ name, json: value }] : callsOfJson(json, () => true);
}

/** The last word before the arguments that may be a tool's name. */
function nameIn(before: string): string | undefined {
	const to = /(?:to=|^Action:\s*|✿FUNCTION✿:?\s*)([\w.-]+)/.exec(before)?.[1] ?? /<function=([^>\s]+)/.exec(before)?.[1] ?? /name="([^"]+)"/.exec(before)?.[1];
	if (to !== undefined) return to;
	const words = before.replace(/\[CALL_ID\]\w*|<[|｜][^<>]*[|｜]>|<\/?[\w:-]+>?|\[\/?[A-Z_]+\]/g, ' ').match(/[A-Za-z_][\w.-]*/g) ?? [];
	return words.findLast((word) => !NO_NAMES.has(word));
}

/** `<invoke name="f"><parameter name="a">1</parameter>`, `<function=f><parameter=a>1</parameter>`, `f<arg_key>a</arg_key><arg_value>1</arg_value>`. */
function fromXml(region: string): WrittenCall[] {
	const heads = [...region.matchAll(/<(?:[\w-]{1,20}:)?(?:invoke|function)[\s=]{1,4}(?:name=)?"?([\w.-]{1,80})"?[^>]{0,200}>|<tool_call>\s{0,8}([\w.-]{1,80})\s{0,8}(?=<arg_key>)/g)];
	return heads.flatMap((head, index): WrittenCall[] => {
		const body = region.slice(head.index + head[0].length, heads[index + 1]?.index);
		const fields = [
			...body.matchAll(/<(?:[\w-]{1,20}:)?parameter[\s=]{1,4}(?:name=)?"?([\w.-]{1,80})"?[^>]{0,200}>([\s\S]{0,8000}?)<\/(?:[\w-]{1,20}:)?parameter>/g),
			...body.matchAll(/<arg_key>\s{0,8}([^<]{1,80}?)\s{0,8}<\/arg_key>\s{0,8}<arg_value>([\s\S]{0,8000}?)<\/arg_value>/g),
		];
		const name = head[1] ?? head[2] ?? '';
		if (fields.length === 0) return /[{[]/.test(body) ? [] : [{ name, json: /<(?:[\w-]{1,20}:)?parameter|<arg_/.test(body) ? undefined : '{}' }];
		return [{ name, json: JSON.stringify(Object.fromEntries(fields.map(([, key, value]) => [key ?? '', (value ?? '').trim()]))) }];
	});
}

/** `a="x", b=2` as the text of a JSON object; undefined where an argument has no name. */
function fromPython(inside: string): string | undefined {
	const text = inside.trim();
	if (text === '') return '{}';
	if (text.startsWith('{') && scanValue(text, 0).end === text.length) return text;
	const fields: string[] = [];
	for (let at = 0; at < text.length;) {
		const key = /^[\s,]*([A-Za-z_]\w*)\s*[=:]\s*/.exec(text.slice(at));
		if (!key) return undefined;
		at += key[0].length;
		// The value, in brackets of our own, ends where its argument ends.
		const rest = text.slice(at);
		const end = endOfArgument(rest);
		fields.push(`"${key[1]}": ${rest.slice(0, end)}`);
		at += end + 1;
	}
	return `{${fields.join(', ')}}`;
}

function endOfArgument(text: string): number {
	let at = 0;
	let quote = '';
	while (at < text.length) {
		const sign = text[at] ?? '';
		if (quote !== '') {
			if (sign === '\\') at++;
			else if (sign === quote) quote = '';
		} else if (sign === '"' || sign === "'") quote = sign;
		else if (sign === ',') return at;
		else if ('{[('.includes(sign)) at = (scanValue(text, at).end ?? text.length) - 1;
		at++;
	}
	return at;
}
