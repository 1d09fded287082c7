/** What a debugger asks first about a call; ms and counts since the call began. */
export interface CallStats {
	connection: RTCPeerConnectionState;
	/** Candidate types of the path in use, caller's first: `host/host`, `relay/host`, ... */
	path: string;
	roundTripMs: number | null;
	packetsReceived: number;
	packetsLost: number;
	packetsSent: number;
	jitterMs: number;
	/** Mean time a packet waited in the jitter buffer. */
	jitterBufferMs: number;
	/** Share of the played samples that had to be made up, 0..1. */
	concealed: number;
}

/** lib.dom types `RTCStatsReport` as a map to any: these are the fields we read. */
interface Entry {
	type: string;
	kind?: string;
	nominated?: boolean;
	state?: string;
	localCandidateId?: string;
	remoteCandidateId?: string;
	candidateType?: string;
	currentRoundTripTime?: number;
	packetsReceived?: number;
	packetsLost?: number;
	packetsSent?: number;
	jitter?: number;
	jitterBufferDelay?: number;
	jitterBufferEmittedCount?: number;
	concealedSamples?: number;
	totalSamplesReceived?: number;
}

export async function callStats(pc: RTCPeerConnection): Promise<CallStats> {
	const report = new Map<string, Entry>();
	(await pc.getStats()).forEach((entry: Entry, id: string) => report.set(id, entry));
	const all = [...report.values()];
	const inbound = all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
	const outbound = all.find(({ type, kind }) => type === 'outbound-rtp' && kind === 'audio');
	const pair = all.find(({ type, nominated, state }) => type === 'candidate-pair' && nominated === true && state === 'succeeded');
	const end = (id?: string) => report.get(id ?? '')?.candidateType ?? '?';
	const seconds = pair?.currentRoundTripTime;
	return {
		connection: pc.connectionState,
		path: pair ? `${end(pair.localCandidateId)}/${end(pair.remoteCandidateId)}` : '',
		roundTripMs: seconds === undefined ? null : seconds * 1000,
		packetsReceived: inbound?.packetsReceived ?? 0,
		packetsLost: inbound?.packetsLost ?? 0,
		packetsSent: outbound?.packetsSent ?? 0,
		jitterMs: (inbound?.jitter ?? 0) * 1000,
		jitterBufferMs: ((inbound?.jitterBufferDelay ?? 0) * 1000) / Math.max(1, inbound?.jitterBufferEmittedCount ?? 0),
		concealed: (inbound?.concealedSamples ?? 0) / Math.max(1, inbound?.totalSamplesReceived ?? 0),
	};
}

const CHECK_MS = 500;
/** The server sends sound or silence 50 times a second: 2.5 s without a packet is no jitter. */
const SILENT_CHECKS = 5;

/**
 * Calls `stalled` when packets stop coming, which is seconds before ICE notices a dead server. Quiet again
 * until packets have come back.
 */
export function watchSound(pc: RTCPeerConnection, stalled: () => void): () => void {
	let seen = 0;
	let silent = 0;
	let armed = false;
	const timer = setInterval(async () => {
		const { packetsReceived } = await callStats(pc);
		if (packetsReceived > seen) {
			armed = true;
			silent = 0;
		} else if (armed && ++silent >= SILENT_CHECKS) {
			armed = false;
			stalled();
		}
		seen = packetsReceived;
	}, CHECK_MS);
	return () => clearInterval(timer);
}
