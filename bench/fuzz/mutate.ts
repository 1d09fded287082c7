import type { Random } from './random';

/** Valid inputs, spoilt: what is nearly right gets further than noise. */

const NUMBERS = ['0', '-1', '-0', '1e400', '-1e400', '4294967296', '9007199254740993', '65536', '0.0000001', '1e21', 'NaN', '00', '٣'];

const TEXTS = [
	'', ' ', '\u0000', '\ufeff', '\ud83d', '\u202e', '\r\n', '\n\n', '\\', '"', "'", '{{ $json.a }}', '${a}', '<|eot_id|>', '<custom_token_10>', '</s>', '__proto__',
	'constructor', '../../../etc/passwd', '%s%n', '../', 'http://[::1', '😀'.repeat(50), '<function=look>{}</function>', 'null', 'undefined', '[object Object]',
];

/** Stands for a value so deep that this process could not write it either. */
function nested(depth: number, kind: number): string {
	return `@nested ${depth} ${kind}@`;
}

const NESTS: ReadonlyArray<readonly [string, string]> = [['[', ']'], ['{"a":', '}'], ['{"type":"object","properties":{"a":', '}}']];

/** The number may have been spoilt itself. */
function levelsOf(digits: string): number {
	return Math.min(20_000, Number(digits));
}

/** As JSON.stringify, with nested values of any depth. */
export function toJson(value: unknown): string {
	return (JSON.stringify(value) ?? 'null').replace(/"@nested (\d+) (\d)@"/g, (_, depth: string, kind: string) => {
		const [open, close] = NESTS[Number(kind)] ?? ['[', ']'];
		return `${open.repeat(levelsOf(depth))}1${close.repeat(levelsOf(depth))}`;
	});
}

/** A value that nobody expects. Mostly small: large ones cost time that many small ones can use. */
export function oddValue(random: Random): unknown {
	const kind = random.below(14);
	if (kind === 0) return nested(random.pick([3, 40, 70, 500, 2400, 20_000]), random.below(3));
	if (kind === 1) return 'x'.repeat(random.pick([0, 1, 257, 2001, 20_001, 100_001]));
	if (kind === 2) return Array.from({ length: random.pick([0, 1, 33, 501, 5000]) }, (_, at) => (random.chance(0.5) ? at : {}));
	if (kind === 3) return Object.fromEntries(Array.from({ length: random.pick([1, 40, 3000]) }, (_, at) => [`k${at}`, at]));
	if (kind === 4) return JSON.parse(`{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}`);
	if (kind < 8) return random.pick(TEXTS);
	return random.pick<unknown>([null, true, false, 0, -1, 1.5, 1e308, -1e308, 2 ** 53, [], {}, [null], 'a', [[]]]);
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null;
}

/** One to four places of a JSON value are replaced, left out, doubled or renamed. */
export function oddJson(value: unknown, random: Random): unknown {
	const changed: unknown = structuredClone(value);
	if (random.chance(0.02)) return oddValue(random);
	for (let times = 1 + random.below(4); times > 0; times--) {
		let holder: unknown = changed;
		for (let steps = 0; steps < 12; steps++) {
			if (!isObject(holder)) break;
			const names = Object.keys(holder);
			if (names.length === 0) break;
			const name = random.pick(names);
			const inner = holder[name];
			if (isObject(inner) && random.chance(0.75)) {
				holder = inner;
				continue;
			}
			change(holder, name, random);
			break;
		}
	}
	return changed;
}

function change(holder: Record<string, unknown>, name: string, random: Random): void {
	const how = random.below(10);
	const old = holder[name];
	if (how === 0) delete holder[name];
	else if (how === 1) Object.defineProperty(holder, random.pick(TEXTS) || 'x', { value: old, enumerable: true, configurable: true, writable: true });
	else if (how === 2 && typeof old === 'string') holder[name] = oddText(old, random);
	else if (how === 3) holder[name] = [old, old];
	else holder[name] = oddValue(random);
}

/** Cuts, doubles, replaces and inserts: at lines and words as well as in their middle. */
export function oddText(text: string, random: Random): string {
	let changed = text;
	for (let times = 1 + random.below(5); times > 0; times--) {
		const at = random.below(changed.length + 1);
		const end = Math.min(changed.length, at + random.below(random.chance(0.8) ? 12 : 400));
		const how = random.below(8);
		if (how === 0) changed = changed.slice(0, at) + changed.slice(end);
		else if (how === 1) changed = changed.slice(0, at) + random.pick(TEXTS) + changed.slice(at);
		else if (how === 2) changed = changed.slice(0, end) + changed.slice(at);
		else if (how === 3) changed = changed.slice(0, at) + String.fromCharCode(random.below(random.chance(0.7) ? 128 : 65_536)) + changed.slice(at + 1);
		else if (how === 4) changed = swappedNumber(changed, random);
		else if (how === 5) changed = shuffledLines(changed, random);
		else if (how === 6 && random.chance(0.1)) changed = changed.slice(0, at) + changed.slice(at, end).repeat(1 + random.below(2000)) + changed.slice(end);
		else if (how === 7 && random.chance(0.3)) changed = changed.slice(0, at);
	}
	return changed.slice(0, 1_000_000);
}

function swappedNumber(text: string, random: Random): string {
	const numbers = [...text.matchAll(/\d+/g)];
	if (numbers.length === 0) return text;
	const { index, 0: digits } = random.pick(numbers);
	return text.slice(0, index) + random.pick(NUMBERS) + text.slice(index + digits.length);
}

function shuffledLines(text: string, random: Random): string {
	const lines = text.split(/(?<=\n)/);
	const from = random.below(lines.length);
	const [line = ''] = random.chance(0.5) ? lines.splice(from, 1) : [lines[from]];
	if (random.chance(0.7)) lines.splice(random.below(lines.length + 1), 0, line);
	return lines.join('');
}

/** The same with bytes; `numbers`: places of 32-bit numbers that say how long something is. */
export function oddBytes(bytes: Buffer, random: Random, numbers: readonly number[]): Buffer {
	let changed = Buffer.from(bytes);
	for (let times = 1 + random.below(5); times > 0; times--) {
		const at = random.below(changed.length + 1);
		const how = random.below(6);
		if (how === 0) changed = changed.subarray(0, at);
		else if (how === 1 && changed.length > 0) changed[Math.min(at, changed.length - 1)] = random.below(256);
		else if (how === 2) changed = Buffer.concat([changed.subarray(0, at), changed.subarray(random.below(changed.length + 1))]);
		else if (how === 3) {
			const place = random.pick(numbers);
			if (place + 4 <= changed.length) changed.writeUInt32LE(random.pick([0, 1, 2, 3, 7, 0x7fffffff, 0xffffffff, 0xfffffffe, 65_536, 8000, 1_000_000]), place);
		} else if (how === 4 && changed.length > 2) changed.writeUInt16LE(random.pick([0, 1, 2, 3, 8, 24, 32, 255, 0xfffe, 0xffff]), Math.min(at, changed.length - 2));
		else if (how === 5) changed = Buffer.concat([changed, Buffer.alloc(random.below(5000), random.below(256))]);
	}
	return changed;
}
