import type { LinkFigures } from '../../contract/link';
import type { SendReading } from '../../lib/send-quality';

/** One reading of getStats: counts since the call began. */
export interface LinkReading extends SendReading {
	readonly packetsReceived: number;
	readonly packetsLost: number;
	readonly concealedSamples: number;
	readonly samples: number;
	readonly jitterMs: number;
	/** Of all kinds, over the path in use. */
	readonly allPackets: number;
}

type Entry = Record<string, unknown>;

function numberOf(entry: Entry | undefined, name: string): number | undefined {
	const value = entry?.[name];
	return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** There may be several that are nominated: in a network that is full, ICE goes to and fro between them. */
function pairInUse(report: ReadonlyMap<string, Entry>): Entry | undefined {
	const all = [...report.values()];
	const selected = all.find(({ type, selectedCandidatePairId: id }) => type === 'transport' && id !== undefined && id !== '');
	return report.get(String(selected?.['selectedCandidatePairId'])) ?? all.find((entry) => entry['type'] === 'candidate-pair' && entry['nominated'] === true && entry['state'] === 'succeeded');
}

/** Without the port: pairs of the same two machines share one network, and its queue. */
function addressOf(candidate: Entry | undefined): string {
	const address = candidate?.['address'] ?? candidate?.['ip'];
	return typeof address === 'string' ? address : '';
}

/** What one end knows of the link. */
export function readingOf(report: ReadonlyMap<string, Entry>): LinkReading {
	const all = [...report.values()];
	const audio = (type: string): Entry[] => all.filter((entry) => entry['type'] === type && entry['kind'] === 'audio');
	// More than one where a caller has changed its source in mid-call.
	const inbound = audio('inbound-rtp');
	const received = (name: string): number => inbound.reduce((sum, entry) => sum + (numberOf(entry, name) ?? 0), 0);
	const [outbound] = audio('outbound-rtp');
	const [remote] = audio('remote-inbound-rtp');
	const pair = pairInUse(report);
	const roundTrip = numberOf(pair, 'currentRoundTripTime') ?? numberOf(remote, 'roundTripTime');
	return {
		packetsReceived: received('packetsReceived'),
		packetsLost: received('packetsLost'),
		concealedSamples: received('concealedSamples'),
		samples: received('totalSamplesReceived'),
		jitterMs: (numberOf(inbound.at(-1), 'jitter') ?? 0) * 1000,
		roundTripMs: roundTrip === undefined ? null : roundTrip * 1000,
		roundTrips: numberOf(pair, 'responsesReceived') ?? null,
		path: addressOf(report.get(String(pair?.['remoteCandidateId']))),
		sentBytes: numberOf(outbound, 'bytesSent') ?? 0,
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
