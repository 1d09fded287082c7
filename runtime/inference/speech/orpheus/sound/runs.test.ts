// Guards against: a frame decoded never or twice, an end that is never given out, and a run that waits while the caller hears a gap.
import fc from 'fast-check';
import { byRuns } from './runs';

const way = byRuns(4757, 3);
const frameMs = 15;

it('decodes every frame once, in order, and ends with one last run', () => {
	const moments = fc.array(fc.record({ written: fc.nat(5), unheard: fc.nat(12) }), { maxLength: 40 });
	fc.assert(
		fc.property(moments, (given) => {
			let written = 0;
			let kept = 0;
			let lasts = 0;
			const take = (ended: boolean, unheard: number): boolean => {
				const run = way.next({ written, ended, kept, unheard, frameMs });
				if (!run) return false;
				expect(run.from).toBe(kept);
				expect(run.to).toBe(run.keepTo);
				if (!run.last && kept === 0) expect(run.to).toBeGreaterThanOrEqual(3);
				if (!run.last) expect(run.to).toBeGreaterThan(run.from);
				expect(run.last).toBe(ended && run.to === written);
				kept = run.keepTo;
				if (run.last) lasts++;
				return !run.last;
			};
			for (const moment of given) {
				written += moment.written;
				while (take(false, moment.unheard));
			}
			while (take(true, 0));
			expect(kept).toBe(written);
			expect(lasts).toBe(written > 0 ? 1 : 0);
		}),
	);
});

it('begins with three frames, with fewer only where there are no more', () => {
	expect(way.next({ written: 2, ended: false, kept: 0, unheard: 0, frameMs })).toBeUndefined();
	expect(way.next({ written: 3, ended: false, kept: 0, unheard: 0, frameMs })).toEqual({ from: 0, to: 3, keepTo: 3, last: false });
	for (const written of [1, 2, 3]) expect(way.next({ written, ended: true, kept: 0, unheard: 0, frameMs })).toEqual({ from: 0, to: written, keepTo: written, last: true });
});

it('takes what has come, and waits for a cheaper run only where there is enough to hear', () => {
	expect(way.next({ written: 8, ended: false, kept: 7, unheard: 1, frameMs })).toMatchObject({ from: 7, to: 8 });
	expect(way.next({ written: 8, ended: false, kept: 7, unheard: 8, frameMs })).toBeUndefined();
	expect(way.next({ written: 8, ended: false, kept: 7, unheard: 8, frameMs: 300 })).toMatchObject({ from: 7, to: 8 });
	expect(way.next({ written: 20, ended: false, kept: 7, unheard: 8, frameMs })).toMatchObject({ from: 7, to: 10 });
});

it('gives what is left when the end comes after the last frame', () => {
	expect(way.next({ written: 8, ended: true, kept: 8, unheard: 3, frameMs })).toEqual({ from: 8, to: 8, keepTo: 8, last: true });
});
