import { scanValue } from './balanced';
import { beginsLikeCall, callsOfJson, jsonOrMended } from './call-shapes';
import { strippedHarmony } from './control-words';
import { type Found, LONGEST_NAME, type PlaceInText, say, skip } from './place-in-text';
import { block, payload } from './silent-block';

/** `[TOOL_CALLS]…`, `[THINK]…[/THINK]`, `[f(a=1)]`, `[{"name": …}]`. */
export function afterBracket(place: PlaceInText): Found {
	const { over } = place;
	const rest = place.text.slice(place.at);
	if (/^\[\/?[A-Z_]*$/.test(rest) && rest.length < LONGEST_NAME) return over ? say(rest.length) : 'wait';
	const mark = /^\[(\/?)([A-Z][A-Z_]+)\]/.exec(rest);
	if (mark) {
		const [whole, slash, name = ''] = mark;
		if (!/TOOL|FUNC|^THINK$|^ARGS$|^CALL_ID$/.test(name)) return say(whole.length);
		if (slash !== '' || name.startsWith('END_')) return skip(whole.length, 'mark');
		if (name === 'THINK') return block(rest, whole.length, /\[\/THINK\]/, over, 'thought');
		if (/REQUEST/.test(name)) return block(rest, whole.length, /\[(?:END_|\/)TOOL_REQUEST\]/, over, 'call');
		if (/RESULT|AVAILABLE/.test(name)) return block(rest, whole.length, new RegExp(`\\[/${name}\\]`), over, 'thought');
		return payload(rest, whole.length, undefined, over);
	}
	const inner = /^\[\s*/.exec(rest)?.[0].length ?? 1;
	if (inner === rest.length) return over ? say(rest.length) : 'wait';
	if (rest[inner] === '{') return json(place, rest, inner);
	const name = /^[A-Za-z_][\w.]*/.exec(rest.slice(inner))?.[0];
	if (name === undefined) return say(1);
	if (inner + name.length === rest.length) return over ? say(rest.length) : 'wait';
	if (rest[inner + name.length] !== '(') return say(1);
	return pythonic(place, rest, inner + name.length, name, 0);
}

/** `{"name": "f", "arguments": {…}}` and its like. */
export function afterBrace(place: PlaceInText): Found {
	return json(place, place.text.slice(place.at), 0);
}

/** `brace`: where the first `{` stands; in a list it is not the beginning. */
function json(place: PlaceInText, rest: string, brace: number): Found {
	const { over, isName } = place;
	const key = /^\{\s*(["'“]|[A-Za-z_]\w*\s*:|[A-Za-z_]\w*\s*$|$)/.exec(rest.slice(brace));
	if (!key) return say(brace + 1);
	const { end } = scanValue(rest, 0);
	if (end === undefined) {
		if (!over) return 'wait';
		return place.spoken && beginsLikeCall(rest) ? skip(rest.length, 'call') : say(rest.length);
	}
	const calls = callsOfJson(jsonOrMended(rest.slice(0, end)), isName);
	const isCall = calls.length > 0 && (place.spoken || calls.every(({ name }) => isName(name)));
	return isCall ? skip(end, 'call') : say(end);
}

/** A call in brackets or bare, whose arguments begin at `paren`. `start`: where its brackets begin. */
function pythonic(place: PlaceInText, rest: string, paren: number, name: string, start: number): Found {
	const plainName = name.split('.').at(-1) ?? name;
	const verdict = argumentsAt(rest, paren + 1, name.includes('_') || name === 'print' || place.isName(plainName), place.over);
	if (verdict === 'wait') return 'wait';
	if (!verdict || !(place.spoken || place.isName(plainName))) return say(start === paren ? 1 : start + 1);
	const { end } = scanValue(rest, start);
	if (end !== undefined) return skip(end, 'call');
	if (!place.over) return 'wait';
	const paragraph = rest.indexOf('\n\n', paren);
	return skip(paragraph < 0 ? rest.length : paragraph, 'call');
}

/** Whether what stands in the parentheses are arguments. `named`: before them stands what can only be a tool's name. */
function argumentsAt(rest: string, from: number, named: boolean, over: boolean): boolean | 'wait' {
	const text = rest.slice(from).trimStart();
	if (text === '') return over ? named : 'wait';
	if (/^["'{]/.test(text)) return true;
	const word = /^[A-Za-z_][\w.]*\s*/.exec(text)?.[0];
	if (word === undefined) return named;
	const next = text.slice(word.length, word.length + 2);
	if (next === '' || (/^[=:]$/.test(next) && text.length === word.length + 1)) return over ? named : 'wait';
	if (next[0] === '=') return next[1] !== '=';
	if (next[0] === '(') return argumentsAt(text, word.length + 1, word.includes('_') || named, over);
	return named || (next[0] === ':' && /[\s"'\d]/.test(next[1] ?? ''));
}

/** A fence that holds a call. */
export function afterFence(place: PlaceInText): Found {
	const { over } = place;
	const rest = place.text.slice(place.at);
	const ticks = /^`+/.exec(rest)?.[0] ?? '`';
	if (ticks.length < 3) return ticks.length === rest.length && !over ? 'wait' : say(ticks.length);
	const close = rest.indexOf('```', ticks.length);
	if (close < 0 && !over) return 'wait';
	const end = close < 0 ? rest.length : close + 3;
	const [, language = '', body = ''] = /^`+[ \t]*([\w-]*)[ \t]*([^]*?)`*$/.exec(rest.slice(0, end)) ?? [];
	if (/^(tool|function)[_-]?(code|calls?|use|outputs?)?$/i.test(language)) return skip(end, /output/i.test(language) ? 'thought' : 'call');
	return isCallText(place, body.trim() === '' ? language : body.trim(), close < 0) ? skip(end, 'call') : say(end);
}

function isCallText(place: PlaceInText, body: string, cut: boolean): boolean {
	const { isName, spoken } = place;
	if (cut && spoken && /^[[{]\s*$/.test(body)) return true;
	if (/^[[{]\s*["'{]/.test(body)) {
		const calls = callsOfJson(jsonOrMended(body), isName);
		if (calls.length > 0) return spoken || calls.every(({ name }) => isName(name));
		return cut && spoken && beginsLikeCall(body);
	}
	const name = /^\[?\s*([A-Za-z_][\w.]*)\(/.exec(body)?.[1];
	if (name === undefined) return false;
	const found = body.startsWith('[')
		? pythonic(place, body, body.indexOf('('), name, 0)
		: bare({ ...place, text: body, at: 0, over: true, lineStart: true });
	return found !== 'wait' && found.kind === 'skip' && body.slice(found.length).trim() === '';
}

/** A word: `f(a=1)`, `f {"a": 1}`, ReAct's `Action: f`, harmony whose marks a server has left out. */
export function bare(place: PlaceInText): Found {
	const { over, lineStart, first } = place;
	const rest = place.text.slice(place.at);
	const name = /^[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*/.exec(rest)?.[0] ?? '';
	const after = rest.slice(name.length);
	if (after === '') return over ? say(name.length) : 'wait';
	if (first && place.spoken && /^analysis[A-Z]/.test(name)) return strippedHarmony(rest, over);
	const channel = lineStart && CHANNEL.test(name);
	if (place.spoken && (name === 'to' || channel)) {
		const address = channel ? ' to=' : '=';
		if (address.startsWith(after)) return !over ? 'wait' : after === address ? skip(rest.length, 'mark') : say(name.length);
		if (after.startsWith(address)) return addressed(rest, over);
	}
	if (lineStart && place.spoken && name === 'Action' && after.startsWith(':')) return react(place, rest);
	const plainName = name.split('.').at(-1) ?? name;
	const named = name.includes('_') || place.isName(plainName);
	if (after === '.' && named && !over) return 'wait';
	if (after.startsWith('(')) {
		const found = pythonic(place, rest, name.length, name, name.length);
		if (found === 'wait') return 'wait';
		return found.kind === 'skip' ? found : say(name.length);
	}
	if (named && (place.spoken || place.isName(plainName))) {
		const space = /^\s*/.exec(after)?.[0].length ?? 0;
		const open = after.slice(space);
		if (/^\{?\s*$/.test(open) && !over && (open !== '' || space > 0)) return 'wait';
		if (/^\{\s*["'}]/.test(open)) {
			const { end } = scanValue(open, 0);
			if (end === undefined && !over) return 'wait';
			return skip(name.length + space + (end ?? open.length), 'call');
		}
	}
	if (name === 'functools' && after.startsWith('[')) return skip(name.length, 'mark');
	return say(name.length);
}

/** Harmony's words before the tool that a call is for, where a server has left out the marks around them. */
const CHANNEL = /^(?:assistant)?(?:commentary|analysis)$/;
const BETWEEN = String.raw`(?:\s|<\|[a-z]*\|>|json|code)*`;
const ADDRESS = new RegExp(String.raw`^\w* ?to=[\w.-]+${BETWEEN}(?=\{)`);
const OPEN_ADDRESS = new RegExp(String.raw`^\w* ?to=[\w.-]*${BETWEEN}(?:<\|?[a-z]*\|?|[a-z]{0,4})$`);

/** `commentary to=functions.f json{…}`, `to=f {…}`. */
function addressed(rest: string, over: boolean): Found {
	const address = ADDRESS.exec(rest)?.[0];
	if (address === undefined) {
		if (!OPEN_ADDRESS.test(rest)) return say(rest.indexOf('='));
		return over ? skip(rest.length, 'call') : 'wait';
	}
	const { end } = scanValue(rest, address.length);
	if (end === undefined) return over ? skip(rest.length, 'call') : 'wait';
	return skip(end, 'call');
}

/** `Action: f`, in the next line `Action Input: {…}`. */
function react({ over, isName }: PlaceInText, rest: string): Found {
	const whole = /^Action:[ \t]*[\w.-]+[ \t]*\n\s*Action Input:[ \t]*/.exec(rest);
	if (!whole) {
		const [line = '', next] = rest.split(/\n\s*/, 2);
		const open = next === undefined ? /^Action:[ \t]*[\w.-]*[ \t]*$/.test(line) : 'Action Input:'.startsWith(next) && /^Action:[ \t]*[\w.-]+[ \t]*$/.test(line);
		if (open && !over) return 'wait';
		const called = next === undefined ? isName(/[\w.-]+$/.exec(line)?.[0] ?? '') : next !== '';
		return open && called ? skip(rest.length, 'call') : say('Action'.length);
	}
	const from = whole[0].length;
	if (from === rest.length) return over ? skip(from, 'call') : 'wait';
	const end = rest[from] === '{' ? scanValue(rest, from).end : rest.indexOf('\n', from) + 1 || undefined;
	return end === undefined ? (over ? skip(rest.length, 'call') : 'wait') : skip(end, 'call');
}
