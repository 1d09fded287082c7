// Guards against the recogniser getting sound out of order, twice, or from the wrong end of the ring.
import fc from 'fast-check';
import { SoundMemory } from './sound-memory';

it('reads back exactly what was written, as far as it remembers', () => {
	fc.assert(
		fc.property(
			fc.integer({ min: 1, max: 50 }),
			fc.array(fc.integer({ min: 0, max: 80 }), { maxLength: 20 }),
			fc.nat(400),
			fc.nat(400),
			(capacity, lengths, from, to) => {
				const memory = new SoundMemory(capacity);
				let written = 0;
				for (const length of lengths) {
					memory.push(Int16Array.from({ length }, (_, i) => written + i));
					written += length;
				}
				expect(memory.end).toBe(written);
				const expected = [];
				for (let i = Math.max(from, written - capacity); i < Math.min(to, written); i++) expected.push(i);
				expect([...memory.read(from, to)]).toEqual(expected);
			},
		),
	);
});
