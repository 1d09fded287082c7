// Guards against: more llama threads than free cores, which spin against each other and stop the whole machine.
import { quotaOf, threadsFor } from './threads';

const MB = 1024 * 1024;

describe('threads', () => {
	it.each([
		['150000 100000', 1.5],
		['max 100000', Number.POSITIVE_INFINITY],
		['-1 100000', Number.POSITIVE_INFINITY],
		['', Number.POSITIVE_INFINITY],
	])('reads the quota "%s"', (text, cores) => {
		expect(quotaOf(text)).toBe(cores);
	});

	it('gives tiny models one thread on any machine', () => {
		expect(threadsFor(8 * MB, 64)).toBe(1);
	});

	it.each([
		[1, 1],
		[2, 1],
		[4, 3],
		[64, 16],
	])('leaves a core of %d to media: %d threads', (cores, threads) => {
		expect(threadsFor(800 * MB, cores)).toBe(threads);
	});
});
