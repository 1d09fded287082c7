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
	/** Of our packets, the share that the server has not received, as it says every few seconds; null before that. */
	lossOut: number | null;
	/** Of our sound, without headers. */
	bytesSent: number;
	/** How often the round trip was measured; null where the browser does not say. */
	roundTrips: number | null;
	/** Our end's address in the network in use; '' where it is hidden. */
	network: string;
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
	address?: string | null;
	selectedCandidatePairId?: string;
	bytesSent?: number;
	responsesReceived?: number;
	currentRoundTripTime?: number;
	packetsReceived?: number;
	packetsLost?: number;
	packetsSent?: number;
	jitter?: number;
	jitterBufferDelay?: number;
	jitterBufferEmittedCount?: number;
	concealedSamples?: number;
	totalSamplesReceived?: number;
	fractionLost?: number;
}

export async function callStats(pc: RTCPeerConnection): Promise<CallStats> {
	const report = new Map<string, Entry>();
	(await pc.getStats()).forEach((entry: Entry, id: string) => report.set(id, entry));
	const all = [...report.values()];
	const inbound = all.find(({ type, kind }) => type === 'inbound-rtp' && kind === 'audio');
	const outbound = all.find(({ type, kind }) => type === 'outbound-rtp' && kind === 'audio');
	const remote = all.find(({ type, kind }) => type === 'remote-inbound-rtp' && kind === 'audio');
	const selected = all.find(({ type, selectedCandidatePairId: id }) => type === 'transport' && id)?.selectedCandidatePairId;
	// There may be several that are nominated: in a network that is full, ICE goes to and fro between them.
	const pair = report.get(selected ?? '') ?? all.find(({ type, nominated, state }) => type === 'candidate-pair' && nominated === true && state === 'succeeded');
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
		lossOut: remote?.fractionLost ?? null,
		bytesSent: outbound?.bytesSent ?? 0,
		roundTrips: pair?.responsesReceived ?? null,
		network: report.get(pair?.localCandidateId ?? '')?.address ?? '',
	};
}
