import type { LinkFigures } from '../../contract/link';

/** One reading of getStats: counts since the call began. */
export interface LinkReading {
	readonly packetsReceived: number;
	readonly packetsLost: number;
	readonly concealedSamples: number;
	readonly samples: number;
	readonly jitterMs: number;
	readonly roundTripMs: number | null;
	/** As the caller's end reports every few seconds; null before its first report. */
	readonly lostOut: number | null;
	/** Of all kinds, over the path in use. */
	readonly allPackets: number;
}

type Entry = Record<string, unknown>;

function numberOf(entry: Entry | undefined, name: string): number | undefined {
	const value = entry?.[name];
	return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** What one end knows of the link. */
export function readingOf(report: ReadonlyMap<string, Entry>): LinkReading {
	const all = [...report.values()];
	const audio = (type: string): Entry | undefined => all.find((entry) => entry['type'] === type && entry['kind'] === 'audio');
	const inbound = audio('inbound-rtp');
	const remote = audio('remote-inbound-rtp');
	const pair = all.find((entry) => entry['type'] === 'candidate-pair' && entry['nominated'] === true && entry['state'] === 'succeeded');
	const roundTrip = numberOf(pair, 'currentRoundTripTime') ?? numberOf(remote, 'roundTripTime');
	return {
		packetsReceived: numberOf(inbound, 'packetsReceived') ?? 0,
		packetsLost: numberOf(inbound, 'packetsLost') ?? 0,
		concealedSamples: numberOf(inbound, 'concealedSamples') ?? 0,
		samples: numberOf(inbound, 'totalSamplesReceived') ?? 0,
		jitterMs: (numberOf(inbound, 'jitter') ?? 0) * 1000,
		roundTripMs: roundTrip === undefined ? null : roundTrip * 1000,
		lostOut: numberOf(remote, 'fractionLost') ?? null,
		allPackets: numberOf(pair, 'packetsReceived') ?? 0,
	};
}

function share(part: number, whole: number): number {
	return whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
}

/** What was between two readings. */
export function figuresBetween(before: LinkReading, now: LinkReading): LinkFigures {
	const received = now.packetsReceived - before.packetsReceived;
	const lost = now.packetsLost - before.packetsLost;
	return {
		lostIn: share(lost, lost + received),
		concealed: share(now.concealedSamples - before.concealedSamples, now.samples - before.samples),
		jitterMs: Math.round(now.jitterMs),
		roundTripMs: now.roundTripMs === null ? null : Math.round(now.roundTripMs),
		lostOut: now.lostOut,
	};
}
