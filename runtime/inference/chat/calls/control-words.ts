import { scanValue } from './balanced';
import { escaped, type Found, LONGEST_HEAD, LONGEST_NAME, type PlaceInText, say, skip } from './place-in-text';
import { block, payload } from './silent-block';

/** Names of tags and of control words, without their namespace. */
const CALL_NAME = /^(tools?|tool_?(calls?|use|code|requests?|responses?|results?|outputs?|sep)|functions?|function_?(calls?|results?|responses?)|invoke|calls?|parameters?|arg_(key|value)|plugin|action|python(_start|_tag)?|ipython|code_interpreter|(use|call|run|execute|mcp)_\w+|\w+_(tools?|calls?|functions?))$/;
const MARKED_CALL = /tool|func|call|plugin|python|interpreter|action/;
const THOUGHT_NAME = /^(think|thinking|thoughts?|reason|reasoning|reflection|scratchpad|inner_monologue|analysis)$/;
const MARKED_THOUGHT = /think|thought|reason/;
/** Of these also text that nobody hears has no use. */
const ALWAYS = /^(tool_?calls?|function_?calls?|function|invoke|think|thinking)$/;
const ENDS = /(end|stop|suffix|eom|eot|return|eos)$|^(end|eo[mts]|im_end|return|call)/;

/** `<tool_call>…</tool_call>`, `<function=f>…`, `<think>…`, `<|python_tag|>…`, DeepSeek's and harmony's marks. */
export function afterLess(place: PlaceInText): Found {
	const { over } = place;
	const rest = place.text.slice(place.at);
	const head = /^<(\/?)([|｜]?)(\/?)(?:([A-Za-z][\w-]*):)?([A-Za-z▁][\w▁-]*)?/.exec(rest);
	if (!head || head[0].length > LONGEST_NAME) return say(1);
	const [whole, slash = '', bar = '', innerSlash = '', , written = ''] = head;
	if (whole.length === rest.length && !over) return 'wait';
	const name = written.replaceAll('▁', '_').toLowerCase();
	const next = rest[whole.length];
	if (written === '') return next === undefined && whole.length > 1 ? skip(rest.length, 'mark') : say(whole.length);
	if (next === undefined) return bar !== '' || slash !== '' || isSilent(name, place.spoken) || looksCut(name) ? skip(rest.length, 'mark') : say(rest.length);
	if (bar !== '') return afterMark(place, rest, whole.length, name, written, innerSlash !== '' || slash !== '');
	if (next === '|' || next === '｜') {
		// `<tool_call|>` closes `<|tool_call>`.
		if (rest.length === whole.length + 1) return over ? skip(rest.length, 'mark') : 'wait';
		return rest[whole.length + 1] === '>' ? skip(whole.length + 2, 'mark') : say(whole.length);
	}
	if (!isSilent(name, place.spoken) || !/[\s=>/({[:]/.test(next)) return say(whole.length);
	const headEnd = endOfHead(rest, whole.length);
	if (slash !== '') return headEnd === undefined ? (over ? skip(rest.length, 'mark') : 'wait') : skip(headEnd, 'mark');
	const what = THOUGHT_NAME.test(name) ? 'thought' : 'call';
	if (headEnd === undefined) return over || rest.length > LONGEST_HEAD ? skip(rest.length, what) : 'wait';
	if (rest[headEnd - 2] === '/') return skip(headEnd, what);
	return block(rest, headEnd, new RegExp(`</(?:[\\w-]+:)?${escaped(written)}\\s*>`, 'i'), over, what, new RegExp(`<${escaped(written)}[=\\s>/]`, 'i'));
}

function endOfHead(rest: string, from: number): number | undefined {
	const end = rest.indexOf('>', from);
	return end < 0 ? undefined : end + 1;
}

function isSilent(name: string, spoken: boolean): boolean {
	return spoken ? CALL_NAME.test(name) || THOUGHT_NAME.test(name) : ALWAYS.test(name);
}

/** The answer ends within a name. */
function looksCut(name: string): boolean {
	return name.length > 2 && ['tool_call', 'function', 'think', 'invoke'].some((whole) => whole.startsWith(name));
}

/** `<|name|>` and `<｜name｜>`, also `<|name>`. */
function afterMark(place: PlaceInText, rest: string, nameEnd: number, name: string, written: string, closing: boolean): Found {
	const { over } = place;
	const end = /^[|｜]?>/.exec(rest.slice(nameEnd));
	if (!end) return /^[|｜]?$/.test(rest.slice(nameEnd)) ? (over ? skip(rest.length, 'mark') : 'wait') : say(nameEnd);
	const from = nameEnd + end[0].length;
	if (closing) return skip(from, 'mark');
	if (name === 'channel' || name === 'start' || name === 'start_header_id') return afterChannel(rest, from, name, over);
	const thought = MARKED_THOUGHT.test(name);
	if (ENDS.test(name) || !(thought || MARKED_CALL.test(name))) return skip(from, 'mark');
	const what = thought ? 'thought' : 'call';
	const partner = partnerOf(written);
	if (!end[0].startsWith('|') && !end[0].startsWith('｜')) return block(rest, from, new RegExp(`<${escaped(written)}[|｜]>`), over, what);
	if (partner !== undefined) return block(rest, from, new RegExp(`<[|｜]${escaped(partner)}[|｜]>`), over, what);
	const code = name === 'python_tag' && !/^\s*[{[]/.test(rest.slice(from));
	if (code && /^\s*$/.test(rest.slice(from)) && !over) return 'wait';
	const close = new RegExp(`<[|｜]/${escaped(written)}[|｜]>|<[|｜](?:eom_id|eot_id|end[\\w▁]*|im_end)[|｜]>`);
	if (thought || code) return block(rest, from, close, over, 'thought' === what ? what : 'call');
	return payload(rest, from, close, over);
}

/** What closes a mark that has a beginning and an end. */
function partnerOf(written: string): string | undefined {
	for (const [begin, end] of [['begin', 'end'], ['start', 'end'], ['BEGIN', 'END'], ['START', 'END'], ['prefix', 'suffix']] as const) {
		if (written.includes(begin)) return written.replace(begin, end);
	}
	return undefined;
}

/** Harmony: only the channel `final`, and a preamble that calls nothing, is for the caller. */
function afterChannel(rest: string, from: number, name: string, over: boolean): Found {
	const head = /^([^]*?)<\|(message|end_header_id|channel)\|>/.exec(rest.slice(from, from + LONGEST_HEAD));
	if (!head) {
		if (rest.length < from + LONGEST_HEAD && !over) return 'wait';
		return over ? skip(rest.length, 'call') : skip(from, 'mark');
	}
	const [whole, said = '', last] = head;
	if (last === 'channel' && name === 'start') {
		const further = afterChannel(rest, from + whole.length, /to=/.test(said) ? 'call' : 'channel', over);
		return further;
	}
	const forCaller = name !== 'call' && !/to=/.test(said) && (name !== 'channel' || /^\s*(final|commentary)/.test(said));
	const start = from + whole.length;
	if (forCaller) return skip(start, 'mark');
	const what = /to=/.test(said) || name === 'call' ? 'call' : 'thought';
	return block(rest, start, /<\|(?:end|return|call)\|>|(?=<\|(?:start|channel)\|>)/, over, what);
}

/** `analysisWe need …assistantfinalHello.` */
export function strippedHarmony(rest: string, over: boolean): Found {
	const final = rest.indexOf('assistantfinal');
	if (final < 0 && !over) return 'wait';
	const end = final < 0 ? rest.length : final + 'assistantfinal'.length;
	return skip(end, /commentary to=/.test(rest.slice(0, end)) ? 'call' : 'thought');
}

/** Functionary: `>>>all` before what is said, `>>>f` before a call. */
export function afterArrows(place: PlaceInText): Found {
	const rest = place.text.slice(place.at);
	if (!place.lineStart || !/^>{1,3}/.test(rest)) return say(1);
	if (/^>{1,2}$/.test(rest) || /^>>>\w*$/.test(rest)) return place.over ? say(rest.length) : 'wait';
	const head = /^>>>(\w+)\n/.exec(rest);
	if (!head) return say(/^>+/.exec(rest)?.[0].length ?? 1);
	if (head[1] === 'all') return skip(head[0].length, 'mark');
	const next = rest.indexOf('\n>>>', head[0].length);
	if (next < 0 && !place.over) return 'wait';
	return skip(next < 0 ? rest.length : next + 1, 'call');
}

/** Kimi: `◁think▷…◁/think▷`. */
export function afterTriangle(place: PlaceInText): Found {
	const rest = place.text.slice(place.at);
	if ('◁/think▷'.startsWith(rest) || '◁think▷'.startsWith(rest)) {
		if (rest.endsWith('▷')) return rest.includes('/') ? skip(rest.length, 'mark') : block(rest, rest.length, /◁\/think▷/, place.over, 'thought');
		return place.over ? skip(rest.length, 'mark') : 'wait';
	}
	if (rest.startsWith('◁think▷')) return block(rest, '◁think▷'.length, /◁\/think▷/, place.over, 'thought');
	return rest.startsWith('◁/think▷') ? skip('◁/think▷'.length, 'mark') : say(1);
}

const FLOWERS = ['✿FUNCTION✿', '✿ARGS✿', '✿RESULT✿', '✿RETURN✿'];

/** Qwen-Agent: `✿FUNCTION✿: f`, `✿ARGS✿: {…}`, what the model takes for a result after `✿RESULT✿:`, the answer after `✿RETURN✿:`. */
export function afterFlower(place: PlaceInText): Found {
	const { over } = place;
	const rest = place.text.slice(place.at);
	const mark = FLOWERS.find((flower) => rest.startsWith(flower));
	if (mark === undefined) {
		if (!FLOWERS.some((flower) => flower.startsWith(rest))) return say(1);
		return over ? skip(rest.length, 'mark') : 'wait';
	}
	if (mark === '✿RETURN✿') {
		const head = /^✿RETURN✿:?[ \t]*/.exec(rest)?.[0] ?? mark;
		return head.length === rest.length && !over ? 'wait' : skip(head.length, 'mark');
	}
	if (mark === '✿RESULT✿') return block(rest, mark.length, /(?=✿(?:FUNCTION|RETURN)✿)/, over, 'thought');
	const head = /^✿FUNCTION✿[^{[✿]*✿ARGS✿:?\s*|^✿ARGS✿:?\s*/.exec(rest)?.[0];
	const next = rest.indexOf('✿', mark.length);
	if (head === undefined) {
		const other = next >= 0 && !'✿ARGS✿'.startsWith(rest.slice(next, next + '✿ARGS✿'.length));
		if (other) return skip(next, 'call');
		return over ? skip(rest.length, 'call') : 'wait';
	}
	if (head.length === rest.length) return over ? skip(rest.length, 'call') : 'wait';
	const { end } = /^[{[]/.test(rest.slice(head.length)) ? scanValue(rest, head.length) : { end: rest.indexOf('\n', head.length) + 1 || undefined };
	if (end === undefined) return over ? skip(rest.length, 'call') : 'wait';
	return skip(end, 'call');
}
