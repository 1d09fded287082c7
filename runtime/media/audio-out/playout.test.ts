// Guards against lost, doubled or clicking sound when the agent is paused, resumed, flushed or starved.
import fc from 'fast-check';
import { fadeIn, fadeOut, type OutgoingFrame, Playout, type PlayoutEvent } from './playout';

const RATE = 16_000;
const FRAME = 160;
/** Every sample tells its place; loud enough that a fade's rounding does not hide it. */
function sound(from: number, length: number): Int16Array {
	return Int16Array.from({ length }, (_, i) => 10_000 + from + i);
}

function stage() {
	const events: PlayoutEvent[] = [];
	const playout = new Playout((event) => events.push(event));
	let at = 0;
	const frames: Array<OutgoingFrame | undefined> = [];
	const run = (count: number): void => {
		for (let i = 0; i < count; i++) {
			frames.push(playout.next(at));
			at += 10;
		}
	};
	return { events, playout, frames, run, now: () => at };
}

function played(events: PlayoutEvent[]): PlayoutEvent[] {
	return events.filter((event) => event.type === 'played');
}
function types(events: PlayoutEvent[]): string[] {
	return events.map((event) => event.type);
}

it('plays utterances in order, the last frame filled up with silence', () => {
	const { playout, run, events, frames } = stage();
	playout.announce('a', RATE, true);
	playout.write('a', sound(0, 200));
	playout.end('a');
	playout.announce('b', 24_000, true);
	playout.write('b', sound(0, 240));
	playout.end('b');
	run(4);
	expect(frames.map((frame) => frame?.samples.length)).toEqual([160, 160, 240, undefined]);
	expect([...(frames[1] as OutgoingFrame).samples.subarray(38, 42)]).toEqual([10_198, 10_199, 0, 0]);
	expect(types(events)).toEqual(['playing', 'audible', 'played', 'playing', 'audible', 'played']);
	expect(played(events)).toEqual([
		{ type: 'played', utteranceId: 'a', playedSamples: 200, complete: true, at: 10 },
		{ type: 'played', utteranceId: 'b', playedSamples: 240, complete: true, at: 20 },
	]);
});

it('says when sound gets audible, not when silence is sent', () => {
	const { playout, run, events } = stage();
	playout.announce('a', RATE, true);
	playout.write('a', new Int16Array(200).fill(50));
	playout.write('a', new Int16Array(200).fill(-3000));
	run(2);
	expect(events).toEqual([
		{ type: 'playing', utteranceId: 'a', at: 0 },
		{ type: 'audible', utteranceId: 'a', at: 12.5 },
	]);
});

it('reports progress every 100 ms', () => {
	const { playout, run, events } = stage();
	playout.announce('a', RATE, true);
	playout.write('a', sound(0, RATE));
	run(25);
	expect(events.filter((event) => event.type === 'progress')).toEqual([
		{ type: 'progress', utteranceId: 'a', playedSamples: 1600 },
		{ type: 'progress', utteranceId: 'a', playedSamples: 3200 },
	]);
});

it('an utterance without sound is over at once', () => {
	const { playout, run, events } = stage();
	playout.announce('a', RATE, true);
	playout.end('a');
	run(1);
	expect(events).toEqual([{ type: 'played', utteranceId: 'a', playedSamples: 0, complete: true, at: 0 }]);
});

it('falls silent when the caller speaks, within one faded frame', () => {
	const { playout, run, events, frames } = stage();
	playout.announce('a', RATE, true);
	playout.write('a', sound(0, 1600));
	run(2);
	playout.callerSpeaks();
	run(2);
	const fade = (frames[2] as OutgoingFrame).samples;
	expect(fade[0]).toBeGreaterThan(9000);
	expect(fade[FRAME - 1]).toBeLessThan(10);
	expect(frames[3]).toBeUndefined();
	expect(events.at(-1)).toEqual({ type: 'paused', utteranceId: 'a', playedSamples: 480, at: 20 });
});

it('talks on when it may not be interrupted', () => {
	const { playout, run, events, frames } = stage();
	playout.announce('a', RATE, false);
	playout.write('a', sound(0, 1600));
	run(1);
	playout.callerSpeaks();
	run(2);
	expect(frames[2]).toBeDefined();
	expect(types(events)).toEqual(['playing', 'audible']);
});

it('a flush ends every utterance, with what was really sent', () => {
	const { playout, run, events, frames, now } = stage();
	playout.announce('a', RATE, true);
	playout.announce('b', RATE, true);
	playout.write('a', sound(0, 1600));
	playout.write('b', sound(0, 1600));
	run(3);
	playout.flush(now());
	playout.announce('c', RATE, true);
	playout.write('c', sound(0, 160));
	playout.write('a', sound(0, 1600));
	playout.end('c');
	run(3);
	expect(played(events)).toEqual([
		{ type: 'played', utteranceId: 'a', playedSamples: 640, complete: false, at: 30 },
		{ type: 'played', utteranceId: 'b', playedSamples: 0, complete: false, at: 30 },
		{ type: 'played', utteranceId: 'c', playedSamples: 160, complete: true, at: 40 },
	]);
	expect((frames[3] as OutgoingFrame).samples[FRAME - 1]).toBeLessThan(10);
	expect(frames[5]).toBeUndefined();
});

it('flushes a paused utterance without another sound, and the next one plays', () => {
	const { playout, run, events, frames, now } = stage();
	playout.announce('a', RATE, true);
	playout.write('a', sound(0, 1600));
	run(1);
	playout.callerSpeaks();
	run(1);
	playout.flush(now());
	expect(events.at(-1)).toMatchObject({ type: 'played', playedSamples: 320, complete: false });
	playout.announce('b', RATE, true);
	playout.write('b', sound(0, 320));
	run(1);
	expect(frames[2]?.samples[80]).toBe(10_080);
});

/** What a random life of one utterance does to it. */
const deed = fc.oneof(
	{ weight: 4, arbitrary: fc.integer({ min: 1, max: 700 }).map((length) => ({ do: 'write' as const, length })) },
	{ weight: 6, arbitrary: fc.constant({ do: 'frame' as const }) },
	{ weight: 2, arbitrary: fc.constant({ do: 'speech' as const }) },
	{ weight: 2, arbitrary: fc.constant({ do: 'resume' as const }) },
);

/** What a frame with these samples of the utterance may sound like: whole, or faded at either side. */
function shapesOf(own: Int16Array): number[][] {
	const shaped = (...fades: Array<(frame: Int16Array, length: number) => void>): number[] => {
		const frame = new Int16Array(FRAME);
		frame.set(own);
		for (const fade of fades) fade(frame, own.length);
		return [...frame];
	};
	return [shaped(), shaped(fadeIn), shaped(fadeOut), shaped(fadeIn, fadeOut)];
}

it('sends every sample exactly once and in order, however it is paused, resumed and starved', () => {
	fc.assert(
		fc.property(fc.array(deed, { maxLength: 120 }), (deeds) => {
			const { playout, events, frames, run } = stage();
			playout.announce('a', RATE, true);
			let written = 0;
			let next = 0;
			const frame = (): void => {
				run(1);
				const sent = frames.at(-1);
				if (!sent) return;
				const own = Math.min(written - next, FRAME);
				expect(shapesOf(sound(next, own))).toContainEqual([...sent.samples]);
				next += own;
			};
			for (const step of deeds) {
				if (step.do === 'write') {
					playout.write('a', sound(written, step.length));
					written += step.length;
				} else if (step.do === 'frame') frame();
				else if (step.do === 'speech') playout.callerSpeaks();
				else playout.resume();
			}
			playout.end('a');
			playout.resume();
			for (let left = written - next; left > -3 * FRAME; left -= FRAME) frame();
			expect(next).toBe(written);
			expect(events.at(-1)).toMatchObject({ type: 'played', playedSamples: written, complete: true });
			expect(played(events)).toHaveLength(1);
		}),
		{ numRuns: 300 },
	);
});

it('jumps by no more than a fade allows, at every frame where it may be paused and resumed', () => {
	for (let pauseAfter = 1; pauseAfter < 10; pauseAfter++) {
		const { playout, frames, run } = stage();
		playout.announce('a', RATE, true);
		playout.write('a', new Int16Array(1600).fill(20_000));
		playout.end('a');
		run(pauseAfter);
		playout.callerSpeaks();
		run(3);
		playout.resume();
		run(12);
		const heard = frames.flatMap((frame) => [...(frame?.samples ?? new Int16Array(FRAME))]);
		const end = heard.findLastIndex((sample) => sample > 19_000);
		for (let i = 1; i < end; i++) {
			expect(Math.abs((heard[i] as number) - (heard[i - 1] as number))).toBeLessThan(400);
		}
	}
});

describe('silence in the middle', () => {
	const gaps = (events: PlayoutEvent[]): PlayoutEvent[] => events.filter(({ type }) => type === 'gap');

	it('is told when it is over, with its length: sound that came late', () => {
		const { playout, run, events } = stage();
		playout.announce('a', RATE, true);
		playout.write('a', sound(0, FRAME));
		run(5);
		playout.write('a', sound(FRAME, 3 * FRAME));
		playout.end('a');
		run(5);
		expect(gaps(events)).toEqual([{ type: 'gap', utteranceId: 'a', at: 10, ms: 40, why: 'late' }]);
	});

	it('before the first sound, after the last, between two utterances and while the caller speaks is none', () => {
		const { playout, run, events } = stage();
		playout.announce('a', RATE, true);
		run(10);
		playout.write('a', sound(0, 10 * FRAME));
		run(3);
		playout.callerSpeaks();
		run(20);
		playout.resume();
		run(10);
		playout.end('a');
		run(10);
		playout.announce('b', RATE, true);
		run(10);
		playout.write('b', sound(0, FRAME));
		playout.end('b');
		run(10);
		expect(played(events)).toHaveLength(2);
		expect(gaps(events)).toEqual([]);
	});

	it('that the caller breaks off counts until then', () => {
		const { playout, run, events, now } = stage();
		playout.announce('a', RATE, true);
		playout.write('a', sound(0, FRAME));
		run(31);
		playout.flush(now());
		run(5);
		playout.announce('b', RATE, true);
		playout.write('b', sound(0, FRAME));
		run(31);
		playout.callerSpeaks();
		run(20);
		playout.write('b', sound(0, FRAME));
		playout.resume();
		run(5);
		expect(gaps(events)).toEqual([
			{ type: 'gap', utteranceId: 'a', at: 10, ms: 300, why: 'late' },
			{ type: 'gap', utteranceId: 'b', at: 370, ms: 300, why: 'late' },
		]);
	});

	it('because this process had no time is told as such, a late timer is not', () => {
		const events: PlayoutEvent[] = [];
		const playout = new Playout((event) => events.push(event));
		playout.announce('a', RATE, true);
		playout.write('a', sound(0, 20 * FRAME));
		for (const at of [0, 10, 20, 100, 110, 500, 510]) playout.next(at);
		expect(gaps(events)).toEqual([{ type: 'gap', utteranceId: 'a', at: 110, ms: 380, why: 'stalled' }]);
	});
});

describe('a dead path', () => {
	const values = (frames: Array<OutgoingFrame | undefined>): number[] => frames.flatMap((frame) => (frame ? [...frame.samples] : []));

	it('holds at the sample that was surely heard, counts no more than that, and goes on there', () => {
		const { playout, run, events, frames, now } = stage();
		playout.announce('a', RATE, true);
		playout.write('a', sound(0, 100 * FRAME));
		playout.end('a');
		run(50);
		playout.hold(now() - 300);
		run(200);
		expect(frames.slice(50)).toEqual(Array(200).fill(undefined));
		expect(events.at(-1)).toEqual({ type: 'progress', utteranceId: 'a', playedSamples: 21 * FRAME });
		playout.release();
		run(80);
		const again = values(frames.slice(250));
		// The first frame is faded in.
		expect(again.slice(FRAME, 79 * FRAME)).toEqual([...sound(22 * FRAME, 78 * FRAME)]);
		expect(played(events)).toEqual([{ type: 'played', utteranceId: 'a', playedSamples: 100 * FRAME, complete: true, at: now() - 20 }]);
		expect(types(events).filter((type) => ['playing', 'audible', 'gap'].includes(type))).toEqual(['playing', 'audible']);
	});

	it('what is flushed while it is held was heard until then', () => {
		const { playout, run, events, now } = stage();
		playout.announce('a', RATE, true);
		playout.write('a', sound(0, 100 * FRAME));
		run(50);
		playout.hold(now() - 300);
		run(10);
		playout.flush(now());
		run(1);
		expect(played(events)).toMatchObject([{ playedSamples: 21 * FRAME, complete: false }]);
	});

	it('an utterance is not over before sound comes in again, so its end is said again', () => {
		let arrives = true;
		const events: PlayoutEvent[] = [];
		const playout = new Playout((event) => events.push(event), () => arrives);
		playout.announce('a', RATE, true);
		playout.write('a', sound(0, 20 * FRAME));
		playout.end('a');
		let at = 0;
		for (; at < 150; at += 10) playout.next(at);
		arrives = false;
		for (; at < 400; at += 10) playout.next(at);
		expect(played(events)).toEqual([]);
		playout.hold(100);
		for (; at < 1000; at += 10) playout.next(at);
		expect(events.at(-1)).toMatchObject({ type: 'progress', playedSamples: 11 * FRAME });
		arrives = true;
		playout.release();
		for (; at < 1200; at += 10) playout.next(at);
		expect(played(events)).toMatchObject([{ playedSamples: 20 * FRAME, complete: true }]);
	});

	it('a caller who speaks as soon as it is back has paused the agent', () => {
		const { playout, run, events, now } = stage();
		playout.announce('a', RATE, true);
		playout.write('a', sound(0, 100 * FRAME));
		run(50);
		playout.hold(now() - 100);
		playout.callerSpeaks();
		run(2);
		playout.release();
		run(20);
		expect(events.filter(({ type }) => type === 'paused')).toMatchObject([{ playedSamples: 41 * FRAME }]);
	});
});
