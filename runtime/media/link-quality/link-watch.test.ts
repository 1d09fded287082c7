// Guards against: a caller who is muted, or whose client does not send its silence, taken for one who is cut off; and figures of
// the link that are wrong.
import type { LinkFigures } from '../../contract/link';
import type { LinkReading } from './link-stats';
import { readingOf } from './link-stats';
import { LinkWatch } from './link-watch';

const NOTHING: LinkReading = { packetsReceived: 0, packetsLost: 0, packetsDiscarded: 0, concealedSamples: 0, silentConcealedSamples: 0, concealments: 0, stretchedSamples: 0, samples: 0, soundMs: 0, jitterMs: 0, roundTripMs: null, roundTrips: null, path: '', sentBytes: 0, lostOut: null, allPackets: 0 };

function stage() {
	let now = 0;
	const path = { missing: false, mayBeSilent: false, othersArrive: jest.fn(), sentSparsely: jest.fn() };
	const reports = { nothingComes: jest.fn(), somethingComes: jest.fn() };
	const told: LinkFigures[] = [];
	const watch = new LinkWatch({ now: () => now }, path, reports, (figures) => told.push(figures));
	let reading = NOTHING;
	return {
		path,
		reports,
		told,
		watch,
		/** A second in which so many packets came, were lost, and came besides sound. */
		second: (received: number, lost: number, others = 1): void => {
			now += 1000;
			reading = { ...reading, packetsReceived: reading.packetsReceived + received, packetsLost: reading.packetsLost + lost, allPackets: reading.allPackets + received + others, samples: reading.samples + 48_000, soundMs: reading.soundMs + 1000 };
			watch.read(reading);
		},
		/** So much sound, of which so much was made up, in so many pieces. */
		sound: (ms: number, madeUpMs: number, pieces: number, { lost = 0, discarded = 0, rate = 48_000, received = ms / 20 } = {}): LinkFigures | undefined => {
			now += ms;
			reading = {
				...reading,
				samples: reading.samples + (ms * rate) / 1000,
				soundMs: reading.soundMs + ms,
				concealedSamples: reading.concealedSamples + (madeUpMs * rate) / 1000,
				concealments: reading.concealments + pieces,
				packetsReceived: reading.packetsReceived + received,
				packetsLost: reading.packetsLost + lost,
				packetsDiscarded: reading.packetsDiscarded + discarded,
			};
			watch.glance(reading);
			return told.at(-1);
		},
	};
}

it('tells the shares of each second', () => {
	const { told, second } = stage();
	second(50, 0);
	second(40, 10);
	second(0, 0);
	expect(told.map(({ lostIn, ms }) => [lostIn, ms])).toEqual([[0, 1000], [0.2, 1000], [0, 1000]]);
});

it('other packets without sound: the caller sends none. Packets of before the gap do not count', () => {
	const { path, second } = stage();
	second(50, 0);
	path.missing = true;
	second(30, 0, 5);
	expect(path.othersArrive).not.toHaveBeenCalled();
	second(0, 0, 0);
	expect(path.othersArrive).not.toHaveBeenCalled();
	second(0, 0, 1);
	expect(path.othersArrive).toHaveBeenCalled();
});

it.each([
	['were lost in a cut', 20, 30, 600, false],
	['came late, all at once', 50, 0, 600, false],
	['were never sent', 20, 0, 600, true],
	['are missing for a moment', 42, 0, 160, false],
])('packets that %s', (_what, received, lost, missedMs, sparse) => {
	const { path, watch, second } = stage();
	second(50, 0);
	watch.missed(missedMs);
	second(received, lost);
	expect(path.sentSparsely).toHaveBeenCalledTimes(sparse ? 1 : 0);
});

it('no packet of any kind in a second says something only where no sound is expected', () => {
	const { path, reports, second } = stage();
	second(50, 0);
	second(0, 0, 0);
	expect(reports.nothingComes).not.toHaveBeenCalled();
	path.mayBeSilent = true;
	second(0, 0, 5);
	expect(reports.somethingComes).toHaveBeenCalled();
	expect(reports.nothingComes).not.toHaveBeenCalled();
	second(0, 0, 0);
	expect(reports.nothingComes).toHaveBeenCalledTimes(1);
	path.missing = true;
	second(0, 0, 0);
	expect(reports.nothingComes).toHaveBeenCalledTimes(1);
});

describe('what was made up', () => {
	it.each([
		['of packets that came too late, though none was lost', { discarded: 6 }],
		['of packets that were lost', { lost: 6, received: 44 }],
		['of lost packets that are outnumbered by doubled ones', { lost: -10, received: 60 }],
		['of packets that came late, and in another order', { lost: 0 }],
		['of a caller whose sound has 8 kHz', { rate: 8000 }],
	])('%s', (_what, packets) => {
		const { sound } = stage();
		sound(1000, 0, 0);
		expect(sound(1000, 130, 1, packets)).toMatchObject({ concealed: 0.13, concealedMs: 130 });
		expect(sound(1000, 130, 5, packets)).toMatchObject({ concealed: 0.13, concealedMs: 90 });
		expect(sound(1000, 0, 0)).toMatchObject({ concealed: 0, concealedMs: 0 });
	});

	it('is one piece where it goes on from one reading to the next', () => {
		const { sound } = stage();
		sound(1000, 0, 0);
		sound(500, 80, 1);
		expect(sound(500, 70, 0)).toMatchObject({ concealed: 0.14, concealedMs: 150 });
	});

	it('counts from the first reading on, but for the time before the first packet', () => {
		const { sound, watch, told } = stage();
		watch.read({ ...NOTHING, samples: 48_000, soundMs: 1000, concealedSamples: 12_000, silentConcealedSamples: 6000, concealments: 1, packetsReceived: 40 });
		expect(told).toMatchObject([{ concealed: 0.125, concealedMs: 125 }]);
		expect(sound(0, 0, 0)).toBe(told[0]);
	});

	it('is not what nobody has sent: only packets that are known to be lost count there', () => {
		const { path, sound } = stage();
		sound(1000, 0, 0);
		// What comes before it is noticed was heard.
		path.mayBeSilent = true;
		expect(sound(200, 90, 1)).toMatchObject({ concealedMs: 90 });
		expect(sound(1000, 1000, 0, { received: 0 })).toMatchObject({ concealed: 0, concealedMs: 0 });
		path.mayBeSilent = false;
		// They speak again.
		expect(sound(1000, 600, 1, { received: 20 })).toMatchObject({ concealed: 0, concealedMs: 0 });
		path.mayBeSilent = true;
		sound(1000, 0, 0);
		expect(sound(1000, 600, 2, { received: 15, lost: 5 })).toMatchObject({ concealed: expect.closeTo(0.13, 1) as number });
	});
});

it('reads what wrtc and browsers report, and nothing that they leave out', () => {
	const report = new Map<string, Record<string, unknown>>([
		['a', { type: 'inbound-rtp', kind: 'audio', packetsReceived: 100, packetsLost: 3, packetsDiscarded: 2, jitter: 0.008, concealedSamples: 480, silentConcealedSamples: 48, concealmentEvents: 4, insertedSamplesForDeceleration: 100, removedSamplesForAcceleration: 20, totalSamplesReceived: 48_000, totalSamplesDuration: 1 }],
		['b', { type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.1 }],
		['c', { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.05, packetsReceived: 140, responsesReceived: 9, localCandidateId: 'I1', remoteCandidateId: 'I2' }],
		['e', { type: 'outbound-rtp', kind: 'audio', bytesSent: 4000 }],
		['I2', { type: 'remote-candidate', address: '203.0.113.7', port: 4711 }],
		['d', { type: 'candidate-pair', nominated: false, state: 'succeeded', currentRoundTripTime: 9, packetsReceived: 9 }],
	]);
	expect(readingOf(report)).toEqual({ packetsReceived: 100, packetsLost: 3, packetsDiscarded: 2, concealedSamples: 480, silentConcealedSamples: 48, concealments: 4, stretchedSamples: 120, samples: 48_000, soundMs: 1000, jitterMs: 8, roundTripMs: 50, roundTrips: 9, path: '203.0.113.7', sentBytes: 4000, lostOut: 0.1, allPackets: 149 });
	report.set('f', { type: 'transport', packetsReceived: 200 });
	expect(readingOf(report)).toMatchObject({ path: '203.0.113.7', allPackets: 200 });
	// In a full network ICE goes to and fro between pairs that are all nominated.
	report.set('d', { ...report.get('d'), nominated: true });
	expect(readingOf(new Map([...report, ['t', { type: 'transport', selectedCandidatePairId: 'd' }]])).roundTripMs).toBe(9000);
	expect(readingOf(new Map())).toEqual(NOTHING);
});
