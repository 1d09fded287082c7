// Guards against: a page that says "Listening" to a caller whom nobody hears, and a bad connection that is not told, or flickers.
import type { CallStats } from './call-stats';
import { LinkJudge } from './link-judge';
import { SoundWatch } from './sound-watch';

const GOOD: CallStats = { connection: 'connected', path: 'host/host', roundTripMs: 40, packetsReceived: 0, packetsLost: 0, packetsSent: 0, jitterMs: 0, jitterBufferMs: 0, concealed: 0, lossOut: 0, bytesSent: 0, roundTrips: 0, network: '' };

describe('SoundWatch', () => {
	function stage() {
		const told: string[] = [];
		const watch = new SoundWatch({ doubtful: () => told.push('doubtful'), stalled: () => told.push('stalled'), back: () => told.push('back'), received: () => undefined, judged: () => undefined, second: () => undefined });
		let packets = 0;
		const looks = (...arrived: number[]): void => arrived.forEach((count) => watch.look({ ...GOOD, packetsReceived: (packets += count) }));
		return { watch, told, looks };
	}

	it('1.25 s without a packet is a dead path, whatever the connection calls itself, and 0.5 s are doubtful; one packet is a path', () => {
		const { watch, told, looks } = stage();
		looks(25, 25, 0);
		expect(told).toEqual([]);
		looks(0, 0, 0);
		expect(told).toEqual(['doubtful']);
		expect(watch.arrives).toBe(true);
		looks(0);
		expect(watch.arrives).toBe(false);
		looks(0, 0, 0);
		expect(told).toEqual(['doubtful', 'stalled']);
		looks(1);
		expect(watch.arrives).toBe(true);
		expect(told).toEqual(['doubtful', 'stalled', 'back']);
	});

	it('before the first packet there is nothing to miss', () => {
		const { watch, told, looks } = stage();
		looks(0, 0, 0, 0, 0);
		expect(watch.arrives).toBe(true);
		expect(told).toEqual([]);
	});
});

describe('LinkJudge', () => {
	function stage() {
		const judge = new LinkJudge();
		let [received, lost] = [0, 0];
		return (looks: number, share: number, more: Partial<CallStats> = {}, arrives = true): string[] =>
			Array.from({ length: looks }, () => {
				received += 25 * (1 - share);
				lost += 25 * share;
				return judge.take({ ...GOOD, packetsReceived: received, packetsLost: lost, ...more }, arrives);
			});
	}

	it('tells of loss in words that say whose words are missed, when it lasts', () => {
		expect(stage()(20, 0.2).at(-1)).toBe('ours');
		expect(stage()(20, 0, { lossOut: 0.2 }).at(-1)).toBe('theirs');
		expect(stage()(20, 0.2, { lossOut: 0.2 }).at(-1)).toBe('both');
		expect(stage()(20, 0, { roundTripMs: 900 }).at(-1)).toBe('slow');
		expect(new Set(stage()(20, 0.03))).toEqual(new Set(['good']));
	});

	it('a moment of loss is not told, and what was told stays until it has been good for a while', () => {
		const looks = stage();
		looks(20, 0);
		expect(new Set(looks(1, 0.3))).toEqual(new Set(['good']));
		looks(20, 0.2);
		const after = looks(20, 0);
		expect(after[2]).toBe('ours');
		expect(after.at(-1)).toBe('good');
	});

	it('a dead path is told at once, and its end as well', () => {
		const looks = stage();
		looks(20, 0);
		expect(looks(1, 0, {}, false)).toEqual(['dead']);
		expect(looks(1, 0)).toEqual(['good']);
	});
});
