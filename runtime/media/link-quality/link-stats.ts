import type { LinkFigures } from '../../contract/link';
import type { SendReading } from '../../lib/send-quality';

/** One reading of getStats: counts since the call began. */
export interface LinkReading extends SendReading {
	readonly packetsReceived: number;
	readonly packetsLost: number;
	/** Came, and were of no use: too late, or more than could be kept. */
	readonly packetsDiscarded: number;
	readonly concealedSamples: number;
	/** Of them, those in which nothing is to be heard any more, or yet. */
	readonly silentConcealedSamples: number;
	/** How often it began to make up sound. */
	readonly concealments: number;
	/** Left out, or put in between. */
	readonly stretchedSamples: number;
	readonly samples: number;
	readonly soundMs: number;
	readonly jitterMs: number;
	/** Of all kinds, over whatever path. */
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
		packetsDiscarded: received('packetsDiscarded'),
		concealedSamples: received('concealedSamples'),
		silentConcealedSamples: received('silentConcealedSamples'),
		concealments: received('concealmentEvents'),
		stretchedSamples: received('insertedSamplesForDeceleration') + received('removedSamplesForAcceleration'),
		samples: received('totalSamplesReceived'),
		soundMs: received('totalSamplesDuration') * 1000,
		jitterMs: (numberOf(inbound.at(-1), 'jitter') ?? 0) * 1000,
		roundTripMs: roundTrip === undefined ? null : roundTrip * 1000,
		roundTrips: numberOf(pair, 'responsesReceived') ?? null,
		path: addressOf(report.get(String(pair?.['remoteCandidateId']))),
		sentBytes: numberOf(outbound, 'bytesSent') ?? 0,
		lostOut: numberOf(remote, 'fractionLost') ?? null,
		// After an ICE restart the counts of a pair stand still, or begin anew.
		allPackets: numberOf(all.find(({ type }) => type === 'transport'), 'packetsReceived') ?? all.reduce((sum, entry) => sum + (entry['type'] === 'candidate-pair' ? (numberOf(entry, 'packetsReceived') ?? 0) : 0), 0),
	};
}

/** Of Opus, in anything that is used for calls. */
const MOST_PACKET_MS = 60;

function share(part: number, whole: number): number {
	return whole <= 0 ? 0 : Math.min(1, Math.max(0, part / whole));
}

/** Before anything has come: until then sound was made up that nobody was to hear. */
export function beginningOf(reading: LinkReading): LinkReading {
	return { ...reading, packetsReceived: 0, packetsLost: 0, packetsDiscarded: 0, concealedSamples: reading.silentConcealedSamples, concealments: 0, stretchedSamples: 0, samples: 0, soundMs: 0 };
}

/** The least that is made up at a time, ms. */
const PIECE_MS = 10;

/**
 * What was between two readings.
 * @param sendsSilence false: the caller may have sent less than all that is missing, and only packets that are known to be lost say
 * that their words are
 * @param sinceMs so much was made up in one piece at the end of what was before
 */
export function figuresBetween(before: LinkReading, now: LinkReading, sendsSilence = true, sinceMs = 0): LinkFigures {
	const received = now.packetsReceived - before.packetsReceived;
	const lost = now.packetsLost - before.packetsLost;
	const unusable = Math.max(0, lost) + now.packetsDiscarded - before.packetsDiscarded;
	const samples = now.samples - before.samples;
	const ms = Math.max(0, now.soundMs - before.soundMs);
	const madeUpMs = share(now.concealedSamples - before.concealedSamples, samples) * ms;
	const packetMs = received <= 0 ? MOST_PACKET_MS : Math.min(MOST_PACKET_MS, Math.max(PIECE_MS, (ms - madeUpMs) / received));
	const concealedMs = sendsSilence ? madeUpMs : Math.min(madeUpMs, unusable * packetMs);
	const times = now.concealments - before.concealments;
	return {
		ms,
		lostIn: share(lost, lost + received),
		concealed: share(concealedMs, ms),
		concealedMs: Math.round(concealedMs === 0 ? 0 : times <= 0 ? sinceMs + concealedMs : Math.max(PIECE_MS, concealedMs - (times - 1) * PIECE_MS)),
		stretched: share(now.stretchedSamples - before.stretchedSamples, samples),
		jitterMs: Math.round(now.jitterMs),
		roundTripMs: now.roundTripMs === null ? null : Math.round(now.roundTripMs),
		lostOut: now.lostOut,
	};
}
