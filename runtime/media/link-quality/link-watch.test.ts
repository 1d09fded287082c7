// Guards against: a caller who is muted, or whose client does not send its silence, taken for one who is cut off; and figures of
// the link that are wrong.
import type { LinkFigures } from '../../contract/link';
import type { LinkReading } from './link-stats';
import { readingOf } from './link-stats';
import { LinkWatch } from './link-watch';

const NOTHING: LinkReading = { packetsReceived: 0, packetsLost: 0, concealedSamples: 0, samples: 0, jitterMs: 0, roundTripMs: null, roundTrips: null, path: '', sentBytes: 0, lostOut: null, allPackets: 0 };

function stage() {
	let now = 0;
	const path = { missing: false, othersArrive: jest.fn(), sentSparsely: jest.fn() };
	const told: LinkFigures[] = [];
	const watch = new LinkWatch({ now: () => now }, path, (figures) => told.push(figures));
	let reading = NOTHING;
	return {
		path,
		told,
		watch,
		/** A second in which so many packets came, were lost, and came besides sound. */
		second: (received: number, lost: number, others = 1): void => {
			now += 1000;
			reading = { ...reading, packetsReceived: reading.packetsReceived + received, packetsLost: reading.packetsLost + lost, allPackets: reading.allPackets + received + others, samples: reading.samples + 48_000 };
			watch.read(reading);
		},
	};
}

it('tells the shares of each second', () => {
	const { told, second } = stage();
	second(50, 0);
	second(40, 10);
	second(0, 0);
	expect(told.map(({ lostIn }) => lostIn)).toEqual([0.2, 0]);
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

it('reads what wrtc and browsers report, and nothing that they leave out', () => {
	const report = new Map<string, Record<string, unknown>>([
		['a', { type: 'inbound-rtp', kind: 'audio', packetsReceived: 100, packetsLost: 3, jitter: 0.008, concealedSamples: 480, totalSamplesReceived: 48_000 }],
		['b', { type: 'remote-inbound-rtp', kind: 'audio', fractionLost: 0.1 }],
		['c', { type: 'candidate-pair', nominated: true, state: 'succeeded', currentRoundTripTime: 0.05, packetsReceived: 140, responsesReceived: 9, localCandidateId: 'I1', remoteCandidateId: 'I2' }],
		['e', { type: 'outbound-rtp', kind: 'audio', bytesSent: 4000 }],
		['I2', { type: 'remote-candidate', address: '203.0.113.7', port: 4711 }],
		['d', { type: 'candidate-pair', nominated: false, state: 'succeeded', currentRoundTripTime: 9, packetsReceived: 9 }],
	]);
	expect(readingOf(report)).toEqual({ packetsReceived: 100, packetsLost: 3, concealedSamples: 480, samples: 48_000, jitterMs: 8, roundTripMs: 50, roundTrips: 9, path: '203.0.113.7', sentBytes: 4000, lostOut: 0.1, allPackets: 140 });
	// In a full network ICE goes to and fro between pairs that are all nominated.
	report.set('d', { ...report.get('d'), nominated: true });
	expect(readingOf(new Map([...report, ['t', { type: 'transport', selectedCandidatePairId: 'd' }]])).roundTripMs).toBe(9000);
	expect(readingOf(new Map())).toEqual(NOTHING);
});
