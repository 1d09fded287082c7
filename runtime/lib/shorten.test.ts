// Guards against: a large tool result that overfills the model, is cut in the middle of a row, or hides that it was cut.
import fc from 'fast-check';
import { lettersForModel, SHORTEST, shortened } from './shorten';

function rows(count: number) {
	return Array.from({ length: count }, (_, index) => ({ id: index, name: `Customer ${index}`, city: 'Paris' }));
}
function missing(text: unknown): number {
	return Number(/and ([\d,]+) more/.exec(String(text))?.[1]?.replaceAll(',', '') ?? 0);
}

it('leaves alone what fits', () => {
	const value = rows(3);
	expect(shortened(value, 1000)).toBe(value);
	expect(shortened('short', 60)).toBe('short');
	expect(shortened(null, 60)).toBeNull();
});

it.each([200, 1000, 8000])('keeps whole rows of a list in %d letters, and says how many are missing', (room) => {
	const list = rows(1000);
	const short = shortened(list, room) as unknown[];
	const kept = short.slice(0, -1);
	expect(kept.length).toBeGreaterThan(1);
	expect(kept).toEqual(list.slice(0, kept.length));
	expect(missing(short.at(-1))).toBe(1000 - kept.length);
	expect(lettersForModel(short)).toBeLessThanOrEqual(room);
	expect(lettersForModel(short)).toBeGreaterThan(room - 100);
});

it('keeps the short fields of an object beside its long list', () => {
	const value = { status: 'ok', total: 1000, rows: rows(1000), next: 'page 2', note: 'x '.repeat(3000) };
	const short = shortened(value, 2000) as Record<string, unknown> & { rows: unknown[]; note: string };
	expect(short).toMatchObject({ status: 'ok', total: 1000, next: 'page 2' });
	expect(short.rows.slice(0, 5)).toEqual(value.rows.slice(0, 5));
	expect(missing(short.rows.at(-1))).toBe(1000 - short.rows.length + 1);
	expect(short.note).toMatch(/^x x .*… and [\d,]+ more letters$/);
	expect(lettersForModel(short)).toBeLessThanOrEqual(2000);
});

it('keeps whole lines of a table in text, with its head', () => {
	const lines = ['id,name', ...rows(500).map(({ id, name }) => `${id},${name}`)];
	const short = (shortened(lines.join('\n'), 500) as string).split('\n');
	expect(short.slice(0, -1)).toEqual(lines.slice(0, short.length - 1));
	expect(short.at(-1)).toBe(`and ${501 - short.length + 1} more lines`);
});

it('cuts one long text at a word', () => {
	const short = shortened('word '.repeat(10_000), 300) as string;
	expect(short).toMatch(/^(word )+word… and 49,\d\d\d more letters$/);
});

it('keeps of one row that is too long what it can, in however many layers', () => {
	const nested = { data: { items: [{ id: 7, body: { text: 'y '.repeat(50_000) } }, { id: 8, body: {} }] } };
	const short = shortened(nested, 400) as typeof nested;
	expect(short.data.items[0]).toMatchObject({ id: 7 });
	expect(JSON.stringify(short)).toMatch(/more letters/);
	expect(lettersForModel(short)).toBeLessThanOrEqual(400);
});

it('says how many fields of a wide object are missing', () => {
	const wide = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`field${index}`, index]));
	const short = shortened(wide, 500) as Record<string, unknown>;
	expect(short.field0).toBe(0);
	expect(missing(short['…'])).toBe(5000 - Object.keys(short).length + 1);
	expect(lettersForModel(short)).toBeLessThanOrEqual(500);
});

it('is quick with megabytes, and not stopped by depth', () => {
	const since = performance.now();
	expect(lettersForModel(shortened({ rows: rows(50_000) }, 8000))).toBeLessThanOrEqual(8000);
	expect(lettersForModel(shortened('z'.repeat(2_500_000), 8000))).toBeLessThanOrEqual(8000);
	expect(lettersForModel(shortened('"\n'.repeat(1_250_000), 8000))).toBeLessThanOrEqual(8000);
	let deep: unknown = 'x'.repeat(500);
	for (let depth = 0; depth < 1000; depth++) deep = [deep];
	expect(lettersForModel(shortened(deep, 300))).toBeLessThanOrEqual(300);
	expect(performance.now() - since).toBeLessThan(3000);
});

it('fits whatever there is, and never cuts what fits', () => {
	fc.assert(
		fc.property(fc.jsonValue({ maxDepth: 5, stringUnit: 'grapheme' }), fc.integer({ min: 200, max: 3000 }), (value, room) => {
			const short = shortened(value, room);
			if (lettersForModel(value) <= room) expect(short).toBe(value);
			else expect(lettersForModel(short)).toBeLessThanOrEqual(room);
			expect(shortened(short, room)).toEqual(short);
		}),
		{ numRuns: 300 },
	);
	fc.assert(
		fc.property(fc.array(fc.record({ a: fc.string(), b: fc.integer() }), { minLength: 5, maxLength: 200 }), fc.integer({ min: SHORTEST, max: 2000 }), (list, room) => {
			expect(lettersForModel(shortened({ list }, room))).toBeLessThanOrEqual(Math.max(room, lettersForModel({ list: ['', ''] }) + SHORTEST));
		}),
	);
});
