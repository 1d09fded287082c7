// Guards against: silence that is taken for a dead path, a dead path that is taken for silence, and either told late.
import { SoundPath } from './sound-path';

/** A clock of its own for when sound came in, as wrtc has. */
const OTHER_CLOCK = 86_400_000;

function stage() {
	let now = 1000;
	let newest: number | undefined;
	let held = 0;
	let set = 0;
	const told: Array<[what: string, value?: number]> = [];
	const newestSound = (): number | undefined => {
		now += held;
		if (held > 0) newest = OTHER_CLOCK + now - set;
		held = 0;
		return newest;
	};
	const path = new SoundPath({ now: () => now }, newestSound, {
		missing: (since) => told.push(['missing', since]),
		back: (missedMs) => told.push(['back', missedMs]),
		dead: (heardUntil) => told.push(['dead', heardUntil]),
		alive: () => told.push(['alive']),
	});
	return {
		path,
		told,
		/** The process waits for so long the next time it looks, and packets come meanwhile. */
		holdsUp: (ms: number): void => void (held = ms),
		/** Our clock is set. */
		sets: (ms: number): void => {
			now += ms;
			set += ms;
		},
		/** Packets of 20 ms come; looked at every 50 ms. */
		flows: (ms: number): void => {
			for (const end = now + ms; now < end; ) {
				now += 10;
				newest = OTHER_CLOCK + Math.floor((now - set) / 20) * 20;
				if (now % 50 === 0) path.look();
			}
		},
		nothing: (ms: number): void => {
			for (const end = now + ms; now < end; ) {
				now += 10;
				if (now % 50 === 0) path.look();
			}
		},
	};
}

it('says nothing before the first sound, nor while it flows', () => {
	const { path, told, flows, nothing } = stage();
	nothing(3000);
	flows(3000);
	expect(path.missing).toBe(false);
	expect(told).toEqual([]);
});

it('misses sound within 150 ms, since when it was there last, and knows how much when it is back', () => {
	const { path, told, flows, nothing } = stage();
	flows(2000);
	nothing(150);
	expect(told).toEqual([['missing', 3000]]);
	expect(path.missing).toBe(true);
	nothing(150);
	flows(50);
	expect(told.slice(1)).toEqual([['back', 340]]);
	expect(path.missing).toBe(false);
});

it('a busy machine that keeps us waiting while we look does not make all later sound look old', () => {
	const { told, flows, holdsUp } = stage();
	for (let times = 0; times < 20; times++) {
		flows(400);
		holdsUp(300);
	}
	flows(5000);
	expect(told).toEqual([]);
});

it.each([[3_600_000], [-2000], [500]])('finds its way again where a clock is set by %i ms in mid-call', (ms) => {
	const { path, told, flows, nothing, sets } = stage();
	flows(5000);
	const before = path.missing;
	sets(ms);
	flows(20_000);
	expect([before, path.missing]).toEqual([false, false]);
	told.length = 0;
	nothing(200);
	expect(told).toEqual([['missing', expect.any(Number)]]);
});

it('a jitter of three packets is not missing', () => {
	const { told, flows, nothing } = stage();
	for (let times = 0; times < 20; times++) {
		flows(100);
		nothing(60);
	}
	expect(told).toEqual([]);
});

it('tells once that the path is dead, and what was surely heard before', () => {
	const { told, flows, nothing } = stage();
	flows(2000);
	nothing(5000);
	flows(100);
	expect(told.map(([what]) => what)).toEqual(['missing', 'dead', 'back', 'alive']);
	expect(told[1]).toEqual(['dead', 2850]);
});

it('a caller who sends no sound over a path that is well is not missed, until sound has come again', () => {
	const { path, told, flows, nothing } = stage();
	flows(2000);
	nothing(1000);
	path.othersArrive();
	nothing(60_000);
	expect(told.map(([what]) => what)).toEqual(['missing', 'dead', 'back', 'alive']);
	expect(told[2]).toEqual(['back', 0]);
	flows(1000);
	nothing(500);
	expect(told.at(-2)?.[0]).toBe('missing');
});

it('gaps of a client that does not send its silence say nothing', () => {
	const { path, told, flows, nothing } = stage();
	flows(2000);
	path.sentSparsely();
	nothing(3000);
	path.othersArrive();
	expect(told).toEqual([]);
});
