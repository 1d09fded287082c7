// Guards against: chunks so long that a cancelled turn keeps the model busy, or so short that reading crawls.
import fc from 'fast-check';
import { ChunkPace } from './prefill';

describe('ChunkPace', () => {
	it('settles at what takes 60 ms, whatever the model', () => {
		fc.assert(
			fc.property(fc.double({ min: 0.12, max: 3.7, noNaN: true }), (msPerToken) => {
				const pace = new ChunkPace();
				for (let chunk = 0; chunk < 20; chunk++) pace.took(pace.size, pace.size * msPerToken);
				expect(pace.size * msPerToken).toBeLessThanOrEqual(60.001);
				expect((pace.size + 1) * msPerToken).toBeGreaterThan(60);
			}),
		);
	});

	it('is not misled by a chunk that had to wait', () => {
		const pace = new ChunkPace();
		for (let chunk = 0; chunk < 10; chunk++) pace.took(pace.size, pace.size * 0.2);
		const settled = pace.size;
		pace.took(pace.size, 5000);
		expect(pace.size).toBe(settled);
	});

	it('never leaves 16 to 512 tokens', () => {
		fc.assert(
			fc.property(fc.array(fc.double({ min: 0, max: 1e6, noNaN: true })), (times) => {
				const pace = new ChunkPace();
				for (const elapsed of times) {
					pace.took(pace.size, elapsed);
					expect(pace.size).toBeGreaterThanOrEqual(16);
					expect(pace.size).toBeLessThanOrEqual(512);
					expect(Number.isInteger(pace.size)).toBe(true);
				}
			}),
		);
	});
});
