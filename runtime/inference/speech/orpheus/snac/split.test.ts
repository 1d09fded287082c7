// Guards against: threads that fight for cores, a core that sampling needs being taken, and many speeches decoded by few workers.
import fc from 'fast-check';
import { splitOf, suited } from './split';

it('never has more threads at work than cores, and leaves a quarter of them', () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 128 }), fc.nat(200), (cores, speeches) => {
			const split = splitOf(cores);
			const atWork = suited(split, speeches) === 'wide' ? split.wide.workers * split.wide.threads : split.narrow;
			expect(atWork).toBeGreaterThanOrEqual(1);
			expect(atWork).toBeLessThanOrEqual(Math.max(1, 0.75 * cores));
		}),
	);
});

it('gives few speeches threads and many speeches workers', () => {
	const split = splitOf(16);
	expect(split).toEqual({ wide: { workers: 2, threads: 4 }, narrow: 12 });
	expect([1, 2, 3, 24].map((speeches) => suited(split, speeches))).toEqual(['wide', 'wide', 'narrow', 'narrow']);
});

it.each([
	[1, { wide: { workers: 0, threads: 1 }, narrow: 1 }],
	[2, { wide: { workers: 0, threads: 1 }, narrow: 1 }],
	[4, { wide: { workers: 1, threads: 3 }, narrow: 3 }],
	[64, { wide: { workers: 2, threads: 4 }, narrow: 16 }],
])('suits a machine of %i cores', (cores, split) => {
	expect(splitOf(cores)).toEqual(split);
	expect(suited(split, 1)).toBe(split.wide.workers > 0 ? 'wide' : 'narrow');
});
