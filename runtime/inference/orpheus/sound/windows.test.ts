// Guards against: a frame decoded never or twice, a window without the neighbours it needs, and waiting while the caller hears a gap.
import fc from 'fast-check';
import { LEFT, nextWindow, RIGHT } from './windows';

const steps = fc.array(fc.record({ written: fc.nat(10), heard: fc.double({ min: 0, max: 12, noNaN: true }) }), { maxLength: 60 });

it('keeps every frame once, in order, with all the neighbours there are', () => {
	fc.assert(
		fc.property(steps, (moments) => {
			let written = 0;
			let kept = 0;
			let heard = 0;
			const take = (ended: boolean): boolean => {
				const window = nextWindow({ written, ended, kept, unheard: Math.max(0, kept - heard) });
				if (!window) return false;
				expect(window.keepTo).toBeGreaterThan(kept);
				expect(window.from).toBe(Math.max(0, kept - LEFT));
				expect(window.to).toBe(Math.min(written, window.keepTo + RIGHT));
				if (!ended) expect(window.to - window.keepTo).toBe(RIGHT);
				expect(window.last).toBe(ended && window.keepTo === written);
				kept = window.keepTo;
				return true;
			};
			for (const moment of moments) {
				written += moment.written;
				heard = Math.min(kept, heard + moment.heard);
				while (take(false));
			}
			while (take(true));
			expect(kept).toBe(written);
		}),
	);
});

it('begins with 3 frames, and does not wait for more while little is left to be heard', () => {
	expect(nextWindow({ written: 2, ended: false, kept: 0, unheard: 0 })).toBeUndefined();
	expect(nextWindow({ written: 3, ended: false, kept: 0, unheard: 0 })).toMatchObject({ from: 0, to: 3, keepTo: 1 });
	expect(nextWindow({ written: 14, ended: false, kept: 11, unheard: 3 })).toMatchObject({ keepTo: 12 });
});

it('takes large windows, and waits for them, while there is much to be heard', () => {
	expect(nextWindow({ written: 40, ended: false, kept: 20, unheard: 10.5 })).toMatchObject({ from: 17, to: 30, keepTo: 28 });
	expect(nextWindow({ written: 26, ended: false, kept: 20, unheard: 10.5 })).toBeUndefined();
});
