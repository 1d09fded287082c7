import * as native from 'wrtc';

/**
 * The part of wrtc that we use. Its own types lean on the browser's (lib dom), which no process of ours has.
 */
interface SessionDescription {
	readonly type: 'offer' | 'answer' | 'rollback';
	readonly sdp: string;
}

export interface MediaTrack {
	readonly kind: string;
	enabled: boolean;
	stop(): void;
}

export interface DataChannel {
	readonly label: string;
	readonly readyState: 'connecting' | 'open' | 'closing' | 'closed';
	readonly bufferedAmount: number;
	onopen: (() => void) | null;
	onclose: (() => void) | null;
	onmessage: ((event: { readonly data: unknown }) => void) | null;
	send(text: string): void;
	close(): void;
}

/** As the browser's RTCIceCandidate. */
export interface LocalCandidate {
	readonly candidate: string;
	readonly sdpMid: string | null;
	readonly sdpMLineIndex: number | null;
}

export type ConnectionState = 'new' | 'connecting' | 'connected' | 'disconnected' | 'failed' | 'closed';

interface Receiver {
	/** Of each source, when the newest sound that the sink was given came in: monotonic, ms. Looks up another thread: some 0.1 ms. */
	getSynchronizationSources(): ReadonlyArray<{ readonly timestamp: number }>;
}

export interface PeerConnection {
	readonly connectionState: ConnectionState;
	readonly iceGatheringState: 'new' | 'gathering' | 'complete';
	readonly signalingState: string;
	readonly localDescription: SessionDescription | null;
	onconnectionstatechange: (() => void) | null;
	onicegatheringstatechange: (() => void) | null;
	/** `candidate` is null after the last one. */
	onicecandidate: ((event: { readonly candidate: LocalCandidate | null }) => void) | null;
	ontrack: ((event: { readonly track: MediaTrack }) => void) | null;
	ondatachannel: ((event: { readonly channel: DataChannel }) => void) | null;
	addTrack(track: MediaTrack): unknown;
	createDataChannel(label: string): DataChannel;
	createOffer(options?: { iceRestart?: boolean }): Promise<SessionDescription>;
	createAnswer(): Promise<SessionDescription>;
	setLocalDescription(description: SessionDescription): Promise<void>;
	addIceCandidate(candidate: { candidate: string; sdpMLineIndex: number }): Promise<void>;
	setRemoteDescription(description: SessionDescription): Promise<void>;
	getReceivers(): readonly Receiver[];
	getStats(): Promise<ReadonlyMap<string, Record<string, unknown>>>;
	close(): void;
}

/** Sends what is pushed at once: 10 ms a call, nothing is queued. */
interface AudioSource {
	createTrack(): MediaTrack;
	/**
	 * `samples` must be an array of its own, of sampleRate / 100 samples: wrtc sends the whole ArrayBuffer
	 * behind it. It is read before the call returns.
	 */
	onData(frame: { samples: Int16Array; sampleRate: number }): void;
}

/** Gives 10 ms a call, 100 a second, also before anything was received. The rate changes in mid-session. */
export interface AudioSink {
	ondata: ((frame: { readonly samples: Int16Array; readonly sampleRate: number; readonly channelCount?: number }) => void) | null;
	stop(): void;
}

interface Configuration {
	readonly iceServers: readonly unknown[];
	readonly iceTransportPolicy?: 'all' | 'relay';
	/** wrtc's own: ports of UDP sockets and of passive TCP ones. */
	readonly portRange?: { readonly min: number; readonly max: number };
}

interface Wrtc {
	readonly RTCPeerConnection: new (configuration: Configuration) => PeerConnection;
	readonly nonstandard: {
		readonly RTCAudioSource: new () => AudioSource;
		readonly RTCAudioSink: new (track: MediaTrack) => AudioSink;
	};
}

/** A process that has made an AudioSource must end by process.exit(): a natural end is a segmentation fault. */
export const wrtc = native as unknown as Wrtc;
