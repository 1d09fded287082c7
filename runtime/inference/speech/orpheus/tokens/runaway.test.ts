// Guards against: an answer that never ends, and a held sound or a pause being taken for one that does not.
import fc from 'fast-check';
import type { Frame } from './frame-assembler';
import { LoopGuard, tokenLimit } from './runaway';

function frameOf(coarse: number): Frame {
	return [coarse, 1, 2, 3, 4, 5, 6];
}
function loopsAt(coarse: readonly number[]): number {
	const guard = new LoopGuard();
	return coarse.findIndex((code) => guard.push(frameOf(code)));
}

it('notices a pattern of up to a second after some repeats, wherever it begins', () => {
	fc.assert(
		fc.property(fc.uniqueArray(fc.nat(4095), { minLength: 1, maxLength: 12 }), fc.array(fc.nat(4095), { maxLength: 50 }), (pattern, before) => {
			const at = loopsAt([...before, ...Array.from({ length: 60 }, () => pattern).flat()]);
			expect(at).toBeGreaterThanOrEqual(0);
			expect(at).toBeLessThan(before.length + 12 * 5 + 1);
		}),
	);
});

it('lets speech pass that does not repeat itself', () => {
	fc.assert(fc.property(fc.uniqueArray(fc.nat(4095), { maxLength: 300 }), (codes) => expect(loopsAt(codes)).toBe(-1)));
	const pause = Array<number>(20).fill(7);
	expect(loopsAt([1, 2, 3, ...pause, 4, 5, 6, ...pause])).toBe(-1);
});

it('allows twice what a slow reader needs', () => {
	const sentence = 'I have booked your dentist appointment for tomorrow at three p m.';
	const seconds = tokenLimit(sentence) / 82;
	expect(seconds).toBeGreaterThan(10);
	expect(seconds).toBeLessThan(20);
	expect(tokenLimit('Hm.')).toBeGreaterThan(2 * 82);
});
