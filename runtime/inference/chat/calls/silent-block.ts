import { scanValue } from './balanced';
import { type Found, LONGEST_HEAD, skip } from './place-in-text';

/**
 * From `from` to what closes it. JSON is not searched for it. Without a close the part ends after its JSON; if it has
 * none, it goes on to the end.
 */
export function block(rest: string, from: number, close: RegExp, over: boolean, what: 'call' | 'thought', again?: RegExp): Found {
	let at = from;
	const start = what === 'call' ? /^\s*[[{]/.exec(rest.slice(from)) : null;
	if (start) {
		const { end } = scanValue(rest, from + start[0].length - 1);
		if (end === undefined) return over ? skip(closeIn(rest, from, close) ?? rest.length, what) : 'wait';
		at = end;
		const reopened = again?.exec(rest.slice(at));
		const closed = close.exec(rest.slice(at));
		if (reopened && reopened.index < (closed?.index ?? Infinity) && rest.slice(at, at + reopened.index).trim() === '') return skip(at, what);
	}
	const end = closeIn(rest, at, close);
	if (end !== undefined) return skip(end, what);
	if (!over) return 'wait';
	return skip(start ? at : rest.length, what);
}

function closeIn(rest: string, from: number, close: RegExp): number | undefined {
	const closed = close.exec(rest.slice(from));
	return closed ? from + closed.index + closed[0].length : undefined;
}

/** Names and JSON after a mark that nothing closes: over with the JSON, unless more of it follows. */
export function payload(rest: string, from: number, close: RegExp | undefined, over: boolean): Found {
	let at = from;
	for (let values = 0; ; ) {
		const gap = /^(?:[\s,;]|\[\/?[A-Z_]+\]|<[|｜]tool[\w▁]{0,40}[|｜]>|[\w.:-])*?(?=[{[(])(?!\[\/?[A-Z_]+\])/.exec(rest.slice(at, at + LONGEST_HEAD));
		const closed = close?.exec(rest.slice(at));
		if (closed && rest.slice(at, at + closed.index).trim() === '') return skip(at + closed.index + closed[0].length, 'call');
		const joined = values === 0 || (gap !== null && /^(?:[\s,;]*(?:[\w.:-]+(?:\[\/?[A-Z_]+\])*)?)$/.test(gap[0]));
		if (gap && joined && !(values > 0 && /\s$/.test(gap[0]) && /\w/.test(gap[0]))) {
			const { end } = scanValue(rest, at + gap[0].length);
			if (end === undefined) return over ? skip(rest.length, 'call') : 'wait';
			at = end;
			values++;
			continue;
		}
		if (over) return skip(values > 0 ? at : rest.length, 'call');
		// What comes may still belong to it.
		if (values === 0 || /^[\s,;]*[\w.:-]*(?:\[[\w/]*)?$|^\s*<[|｜]?[\w/▁]*[|｜]?$/.test(rest.slice(at))) return 'wait';
		return skip(at, 'call');
	}
}
