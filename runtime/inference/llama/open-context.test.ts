// Guards against: a big card that serves no more speeches than a small one, more sequences than memory holds, a model that gets none, and a wrong estimate that ends in no model at all.
import fc from 'fast-check';
import { bytesPerToken, capsOn, parts, sequencesFor, withFewer } from './open-context';

const ORPHEUS = { block_count: 28, embedding_length: 3072, attention: { head_count: 24, head_count_kv: 8 } };
const GIB = 1024 ** 3;
const wish = { contextTokens: 3072, sequences: 32, memory: 8 * GIB, threads: 1 };

it('knows what a token takes: 112 kB in a 3B model, and something sensible where a file does not say', () => {
	expect(bytesPerToken(ORPHEUS)).toBe(112 * 1024);
	expect(bytesPerToken({ ...ORPHEUS, attention: { head_count: 24 } })).toBe(3 * 112 * 1024);
	expect(bytesPerToken(undefined)).toBeGreaterThan(100 * 1024);
	expect(bytesPerToken({ block_count: [1, 2], embedding_length: 'x' })).toBeGreaterThan(100 * 1024);
});

it('takes a quarter of what is free, at least one sequence and never more than asked for', () => {
	const tokenBytes = bytesPerToken(ORPHEUS);
	expect(sequencesFor(tokenBytes, 4 * GIB, wish)).toBe(3);
	expect(sequencesFor(tokenBytes, 70 * GIB, wish)).toBe(24);
	expect(sequencesFor(tokenBytes, 70 * GIB, { ...wish, memory: 16 * GIB })).toBe(32);
	fc.assert(
		fc.property(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.integer({ min: 1, max: 64 }), (free, sequences) => {
			const fitting = sequencesFor(tokenBytes, free, { ...wish, sequences });
			expect(fitting).toBeGreaterThanOrEqual(1);
			expect(fitting).toBeLessThanOrEqual(sequences);
			if (fitting > 1) expect(fitting * tokenBytes * wish.contextTokens).toBeLessThanOrEqual(free / 4);
		}),
	);
});

it.each([
	[8, 3],
	[24, 15],
	[48, 32],
	[80, 55],
	[141, 98],
	[2000, 256],
])('lets the memory of a card decide: with %d GB, of which the 3B model takes 2.4, %d speeches', (gigabytes, speeches) => {
	const onCard = { ...capsOn(true, { sequences: 4, memory: GIB }), contextTokens: 3072, threads: 1 };
	expect(sequencesFor(bytesPerToken(ORPHEUS), (gigabytes - 2.4) * 1e9, onCard)).toBe(speeches);
});

it('caps what a processor does at a time, whatever its memory', () => {
	expect(sequencesFor(bytesPerToken(ORPHEUS), 1000 * GIB, { ...capsOn(false, { sequences: 4, memory: 8 * GIB }), contextTokens: 3072, threads: 1 })).toBe(4);
});

it('opens with fewer where memory was over-estimated, and says why when not even one fits', async () => {
	const tried: number[] = [];
	const opening = (fits: number) => async (sequences: number): Promise<number> => {
		tried.push(sequences);
		if (sequences > fits) throw new Error('out of memory');
		return await Promise.resolve(sequences);
	};
	expect(await withFewer(24, opening(7))).toBe(6);
	expect(tried).toEqual([24, 12, 6]);
	await expect(withFewer(3, opening(0))).rejects.toThrow('out of memory');
});

it('shares sequences out evenly among contexts, without making batches too small', () => {
	expect(parts(32, 4, 4)).toEqual([8, 8, 8, 8]);
	expect(parts(23, 4, 4)).toEqual([5, 6, 6, 6]);
	expect(parts(11, 4, 4)).toEqual([5, 6]);
	expect(parts(3, 4, 4)).toEqual([3]);
	expect(parts(8, 1, 4)).toEqual([8]);
});
