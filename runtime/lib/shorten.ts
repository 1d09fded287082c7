/**
 * Shortens what a tool gave, so that a model can still read it: whole rows from its beginning, then how many more
 * there are. `room`: letters that the value may have as JSON, from SHORTEST on.
 */

/** Below this not even the remark about what is missing has room. */
export const SHORTEST = 60;
/** Deeper lists and objects are cut as texts: nobody reads them aloud. */
const DEEPEST = 24;

/** Letters of a value as a model reads it: a text as it is, all else as JSON. */
export function lettersForModel(value: unknown): number {
	return typeof value === 'string' ? value.length : jsonOf(value).length;
}

/** The value itself where it fits. */
export function shortened(value: unknown, room: number): unknown {
	const limit = Math.max(SHORTEST, Math.floor(room));
	if (lettersForModel(value) <= limit) return value;
	return typeof value === 'string' ? shorterText(value, limit, false) : shorter(value, limit, 0);
}

/** `room` holds the value's JSON. The result fits if anything can. */
function shorter(value: unknown, room: number, depth: number): unknown {
	if (jsonOf(value).length <= room) return value;
	if (typeof value === 'string') return shorterText(value, room, true);
	if (depth < DEEPEST && Array.isArray(value)) return shorterList(value, room, depth);
	if (depth < DEEPEST && typeof value === 'object' && value !== null) return shorterObject(value as Record<string, unknown>, room, depth);
	return shorterText(jsonOf(value), room, true);
}

function shorterList(list: readonly unknown[], room: number, depth: number): unknown[] {
	const inside = room - 2 - jsonOf(more(list.length)).length;
	const kept: unknown[] = [];
	let used = 0;
	for (const row of list) {
		const length = jsonOf(row).length + 1;
		if (used + length > inside) break;
		used += length;
		kept.push(row);
	}
	// One row that is too long by itself is still worth its beginning.
	if (kept.length === 0 && inside > SHORTEST) kept.push(shorter(list[0], inside - 1, depth + 1));
	return kept.length === list.length ? kept : [...kept, more(list.length - kept.length)];
}

/** The short fields stay; the long ones share what they leave. */
function shorterObject(object: Readonly<Record<string, unknown>>, room: number, depth: number): Record<string, unknown> {
	const fields = Object.entries(object).map(([name, value]) => ({ name, value, frame: jsonOf(name).length + 2, length: jsonOf(value).length }));
	const least = (field: (typeof fields)[number]): number => field.frame + Math.min(field.length, SHORTEST);
	const remark = REST.length + 5 + jsonOf(more(fields.length)).length;
	let left = room - 2 - (fields.reduce((sum, field) => sum + least(field), 0) > room - 2 ? remark : 0);
	const kept: typeof fields = [];
	for (const field of fields) {
		if (least(field) > left) break;
		left -= least(field);
		kept.push(field);
	}
	const rooms = new Map<string, number>();
	let sharers = kept.length;
	for (const { name, length } of kept.toSorted((one, two) => one.length - two.length)) {
		const first = Math.min(length, SHORTEST);
		const extra = Math.min(length - first, Math.floor(left / sharers--));
		left -= extra;
		rooms.set(name, first + extra);
	}
	const entries = kept.map(({ name, value }) => [name, shorter(value, rooms.get(name) ?? SHORTEST, depth + 1)] as const);
	const missing = fields.length - kept.length;
	return Object.fromEntries(missing > 0 ? [...entries, [REST, more(missing)] as const] : entries);
}

/** Whole lines from the beginning; of a single long line its beginning. `asJson`: `room` counts quotes and escapes. */
function shorterText(text: string, room: number, asJson: boolean): string {
	const size = (part: string): number => (asJson ? jsonOf(part).length : part.length);
	const lines = text.split('\n');
	let kept = '';
	let count = 0;
	for (const line of lines) {
		const next = count === 0 ? line : `${kept}\n${line}`;
		if (size(`${next}\n${more(lines.length, 'lines')}`) > room) break;
		kept = next;
		count++;
	}
	// Where lines are rows, whole ones are worth more than letters. A paragraph or two is cut at a word.
	if (count > 0 && (count > 1 || kept.length > room / 2)) return `${kept}\n${more(lines.length - count, 'lines')}`;
	let length = Math.min(text.length, room);
	const cut = (): string => `${atWord(text.slice(0, length))}… ${more(text.length - length, 'letters')}`;
	while (length > 0 && size(cut()) > room) length -= Math.max(1, Math.ceil((size(cut()) - room) / 6));
	return cut();
}

const REST = '…';

function more(count: number, what = ''): string {
	return `and ${count.toLocaleString('en')} more${what === '' ? '' : ` ${what}`}`;
}

/** Without a half word, or half of a character, at its end. */
function atWord(text: string): string {
	const whole = /[\uD800-\uDBFF]$/.test(text) ? text.slice(0, -1) : text;
	const space = whole.search(/\s\S{0,30}$/);
	return space > 0 ? whole.slice(0, space) : whole;
}

function jsonOf(value: unknown): string {
	return JSON.stringify(value) ?? 'null';
}
