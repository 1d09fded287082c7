// Guards against: a first sound that is let go so soon that the next one is late (38 ms by design at 225 tokens/s), and one that is
// held for longer than that takes.
import fc from 'fast-check';
import { byRuns } from './runs';
import { playThrough } from './speech-in-time.fixture';
import { inWindows, leastFrames } from './windows';

const streaming = byRuns(4757, 3);
const FRAMES = 72;
const FRAME_MS = 2048 / 24;

function gapsOf(speech: Omit<Parameters<typeof playThrough>[0], 'frames'>): number {
	return playThrough({ frames: FRAMES, ...speech }).gaps.reduce((sum, { ms }) => sum + ms, 0);
}

it('is never late in runs, however fast tokens are written and frames decoded, as long as both are faster than hearing', () => {
	const speech = fc.record({ tokensPerSecond: fc.integer({ min: 86, max: 2000 }), frameMs: fc.integer({ min: 1, max: 55 }), noiseMs: fc.integer({ min: 0, max: 700 }) });
	fc.assert(
		fc.property(speech, (given) => {
			expect(playThrough({ way: streaming, frames: FRAMES, ...given }).gaps).toEqual([]);
		}),
		{ numRuns: 1000 },
	);
});

it('is never late in windows where they keep up, but for what a hold of 400 ms cannot mend', () => {
	const speech = fc.record({ tokensPerSecond: fc.integer({ min: 150, max: 2000 }), frameMs: fc.integer({ min: 1, max: 31 }) });
	fc.assert(
		fc.property(speech, (given) => {
			expect(gapsOf({ way: inWindows, ...given })).toBeLessThan(1);
		}),
		{ numRuns: 1000 },
	);
});

it('holds nothing that could have been let go', () => {
	const speech = fc.record({ tokensPerSecond: fc.integer({ min: 86, max: 2000 }), frameMs: fc.integer({ min: 1, max: 55 }), windows: fc.boolean() });
	fc.assert(
		fc.property(speech, ({ windows, ...given }) => {
			const way = windows ? inWindows : streaming;
			const held = playThrough({ way, frames: FRAMES, ...given });
			const hasty = playThrough({ way, frames: FRAMES, ...given, hasty: true });
			if (held.firstMs > hasty.firstMs + 1e-6) expect(hasty.gaps).not.toEqual([]);
		}),
	);
});

it('plays all of a speech, whatever its length', () => {
	fc.assert(
		fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 20, max: 2000 }), fc.integer({ min: 1, max: 200 }), fc.boolean(), (frames, tokensPerSecond, frameMs, windows) => {
			const { soundMs, pieces } = playThrough({ way: windows ? inWindows : streaming, frames, tokensPerSecond, frameMs });
			expect(soundMs).toBeCloseTo(frames * FRAME_MS, 3);
			expect(pieces.at(-1)?.last).toBe(true);
		}),
	);
});

it('lets a first run of three frames go at once, and holds the little that noise left of a piece', () => {
	const first = (tokensPerSecond: number, frameMs: number, noiseMs = 0, hasty = false): number => playThrough({ way: streaming, frames: FRAMES, tokensPerSecond, frameMs, noiseMs, hasty }).firstMs;
	expect(first(225, 19)).toBeCloseTo((21 / 225) * 1000 + 3 * 19);
	expect(first(1000, 15)).toBeCloseTo(21 + 3 * 15);
	// 5 ms of it: the next piece comes later than that.
	const noiseMs = 8 * FRAME_MS - 4757 / 24 - 5;
	expect(first(225, 19, noiseMs)).toBeGreaterThan(first(225, 19, noiseMs, true) + 10);
	expect(first(225, 19, noiseMs)).toBeLessThan(first(225, 19, noiseMs, true) + 50);
});

it('holds so many frames of windows as their edges cost', () => {
	const keptAtFirst = (frameMs: number): number => {
		const { firstMs, pieces } = playThrough({ way: inWindows, frames: FRAMES, tokensPerSecond: 225, frameMs });
		let now = 0;
		const ready = pieces.map(({ to, from, keepTo }) => {
			now = Math.max(now, (to * 7000) / 225) + (to - from) * frameMs;
			return { now, keepTo };
		});
		return ready.filter((piece) => piece.now <= firstMs + 1).at(-1)?.keepTo ?? 0;
	};
	expect(keptAtFirst(5)).toBe(1);
	expect(keptAtFirst(19)).toBeGreaterThan(1);
	expect(keptAtFirst(31)).toBeGreaterThanOrEqual(keptAtFirst(19));
	expect(leastFrames(31)).toBeGreaterThan(leastFrames(19));
});

it('goes on, with gaps, where decoding or writing is slower than hearing', () => {
	for (const given of [{ tokensPerSecond: 40, frameMs: 10 }, { tokensPerSecond: 400, frameMs: 120 }]) {
		const { gaps, firstMs, soundMs } = playThrough({ way: streaming, frames: FRAMES, ...given });
		expect(gaps).not.toEqual([]);
		// A first run, the longest hold, and a piece after it.
		expect(firstMs).toBeLessThan(2 * 3 * (7000 / given.tokensPerSecond + given.frameMs) + 400);
		expect(soundMs).toBeCloseTo(FRAMES * FRAME_MS, 3);
	}
});
