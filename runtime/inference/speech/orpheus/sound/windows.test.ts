// Guards against: a frame decoded never or twice, a window without the neighbours it needs, waiting while the caller hears a gap,
// and windows so small that a slow decoder never catches up (seen on an H200's processor: every frame came 117 ms late).
import fc from 'fast-check';
import { playThrough } from './speech-in-time.fixture';
import { inWindows, leastFrames, LEFT, RIGHT } from './windows';

/** A decoder that is quick enough for any window. */
const frameMs = 1;

const steps = fc.array(fc.record({ written: fc.nat(10), heard: fc.double({ min: 0, max: 12, noNaN: true }), frameMs: fc.integer({ min: 0, max: 200 }) }), { maxLength: 60 });

it('keeps every frame once, in order, with all the neighbours there are', () => {
	fc.assert(
		fc.property(steps, (moments) => {
			let written = 0;
			let kept = 0;
			let heard = 0;
			const take = (ended: boolean, frameMs = 1): boolean => {
				const window = inWindows.next({ written, ended, kept, unheard: Math.max(0, kept - heard), frameMs });
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
				while (take(false, moment.frameMs));
			}
			while (take(true));
			expect(kept).toBe(written);
		}),
	);
});

it('begins with 3 frames, and does not wait for more while little is left to be heard', () => {
	expect(inWindows.next({ written: 2, ended: false, kept: 0, unheard: 0, frameMs })).toBeUndefined();
	expect(inWindows.next({ written: 3, ended: false, kept: 0, unheard: 0, frameMs })).toMatchObject({ from: 0, to: 3, keepTo: 1 });
	expect(inWindows.next({ written: 14, ended: false, kept: 11, unheard: 3, frameMs })).toMatchObject({ keepTo: 12 });
});

it('takes large windows, and waits for them, while there is much to be heard', () => {
	expect(inWindows.next({ written: 40, ended: false, kept: 20, unheard: 10.5, frameMs })).toMatchObject({ from: 17, to: 30, keepTo: 28 });
	expect(inWindows.next({ written: 26, ended: false, kept: 20, unheard: 10.5, frameMs })).toBeUndefined();
});

it('takes no window that costs more than it gives, however late it is', () => {
	fc.assert(
		fc.property(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 1, max: 50 }), fc.nat(12), (ms, kept, more) => {
			const window = inWindows.next({ written: kept + more, ended: false, kept, unheard: 0, frameMs: ms });
			if (window) expect(window.keepTo - kept).toBeGreaterThanOrEqual(leastFrames(ms));
		}),
	);
});

it('takes no longer windows than a decoder needs', () => {
	expect([0, 10, 20, 35, 60, 1000].map(leastFrames)).toEqual([1, 1, 3, 7, 8, 8]);
	expect(playThrough({ way: inWindows, frames: 72, tokensPerSecond: 100, frameMs: 5 }).pieces.slice(0, 3).map(({ keepTo }) => keepTo)).toEqual([1, 2, 3]);
});
