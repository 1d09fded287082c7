import { VoiceError } from '../../contract/errors';
import type { IceCandidate } from '../../contract/signalling';
import { withSendEncoding } from '../../lib/send-encoding';
import type { SendLevel } from '../../lib/send-quality';
import type { IncomingFrame } from '../audio-in/caller-sound';
import type { LinkNetwork } from '../../rpc/media-protocol';
import type { OutgoingFrame } from '../audio-out/playout';
import { callerCandidate } from '../sdp/caller-candidates';
import { publishedAnswer, publishedCandidate } from '../sdp/own-candidates';
import { rebuildOffer } from '../sdp/rebuild-offer';
import { EventChannel } from './event-channel';
import { type AudioSink, type ConnectionState, type LocalCandidate, type MediaTrack, wrtc, type PeerConnection } from './wrtc';

interface PeerListener {
	onFrame(frame: IncomingFrame): void;
	onState(state: ConnectionState): void;
	onChannelOpen(): void;
	onRequest(json: string): void;
	onHangUp(): void;
	/** Found after the answer, which did not wait for it. */
	onCandidate(candidate: IceCandidate): void;
}

const SILENCE_RATE = 48_000;
/** Of the caller, for one offer: a laptop with VPN and both address families has about a dozen. */
const MAX_LATE_CANDIDATES = 32;

/** One caller's peer connection. We answer; the page offers. Callbacks that throw end up in `onFailure`. */
export class Peer {
	private readonly pc: PeerConnection;
	private readonly source = new wrtc.nonstandard.RTCAudioSource();
	private readonly track = this.source.createTrack();
	private readonly channel: EventChannel;
	private sink: AudioSink | undefined;
	private state: ConnectionState = 'new';
	private closed = false;
	/** The caller's newest, as we rebuilt it. */
	private offer: string | undefined;
	/** Answers are made one after the other: two offers at once would mix up the connection's state. */
	private negotiation: Promise<unknown> = Promise.resolve();
	private lateCandidates = 0;
	/** wrtc copies a frame before onData returns, so one silence serves for all. */
	private silence: OutgoingFrame = silenceAt(SILENCE_RATE);
	private readonly look = this.guard(() => this.lookAtState());

	constructor(
		private readonly network: LinkNetwork,
		private readonly listener: PeerListener,
		private readonly onFailure: (error: unknown) => void,
		/** How our sound is packed from the first answer on; undefined: as the caller asks for it. */
		private level?: SendLevel,
	) {
		const { iceServers, ports } = network;
		this.pc = new wrtc.RTCPeerConnection({ iceServers, ...(ports && { portRange: ports }) });
		this.channel = new EventChannel({
			onOpen: this.guard(() => this.listener.onChannelOpen()),
			onRequest: this.guard((json: string) => this.listener.onRequest(json)),
			onClose: this.guard(() => this.listener.onHangUp()),
		});
		this.pc.ontrack = this.guard(({ track }) => this.listenTo(track));
		this.pc.ondatachannel = this.guard(({ channel }) => this.channel.adopt(channel));
		this.pc.onconnectionstatechange = this.guard(() => {
			// Within its own event wrtc may still show the state before; on a busy machine also after it, see stats().
			setImmediate(this.look);
		});
	}

	/**
	 * Answers an offer, the first one or a later one (ICE restart).
	 * @param trickle the answer waits for no candidate: those that come later are told by onCandidate
	 * @returns the answer's SDP with all candidates that this caller may see; with `trickle` with those found so far.
	 * @throws VOICE_ERR_BAD_OFFER, VOICE_ERR_BUSY where no port is left; the connection is then as it was before.
	 */
	async answer(offer: string, trickle = false): Promise<string> {
		const answer = this.negotiation.then(async () => {
			const rebuilt = rebuildOffer(offer);
			const published = await this.negotiate(this.level ? withSendEncoding(rebuilt, this.level) : rebuilt, trickle);
			this.offer = rebuilt;
			return published;
		});
		this.negotiation = answer.catch(() => undefined);
		return await answer;
	}

	/**
	 * Packs our sound so from now on, without the caller's doing: their last offer is answered again, and nobody is told.
	 * Rejects as answer() does; the sound is then packed as before.
	 */
	async pack(level: SendLevel): Promise<void> {
		const packed = this.negotiation.then(async () => {
			if (this.offer === undefined || this.closed) throw new VoiceError('VOICE_ERR_CANCELLED', 'There is no connection.');
			await this.negotiate(withSendEncoding(this.offer, level), true);
			this.level = level;
		});
		this.negotiation = packed.catch(() => undefined);
		await packed;
	}

	/** Candidates for the offer before. Like those in an offer they are rebuilt; what cannot be used is left out. */
	addCandidates(candidates: readonly IceCandidate[]): void {
		this.negotiation = this.negotiation.then(async () => {
			for (const { candidate } of candidates) {
				const rebuilt = callerCandidate(candidate);
				if (rebuilt === undefined || this.closed || this.lateCandidates >= MAX_LATE_CANDIDATES) continue;
				this.lateCandidates++;
				// All sections are one bundle, so the first one's transport is everybody's.
				await this.pc.addIceCandidate({ candidate: rebuilt, sdpMLineIndex: 0 }).catch(() => undefined);
			}
		});
	}

	/** Sends 10 ms of sound now; undefined is silence. */
	send(frame: OutgoingFrame | undefined): void {
		if (this.closed) return;
		// Silence at the rate of the last sound: a change of rate makes the encoder start anew.
		if (frame && frame.sampleRate !== this.silence.sampleRate) this.silence = silenceAt(frame.sampleRate);
		this.source.onData(frame ?? this.silence);
	}

	/** When the caller's sound that the sink gave last had come in, ms of some clock; undefined before the first. */
	newestSound(): number | undefined {
		if (this.closed) return undefined;
		const times = this.pc.getReceivers().flatMap((receiver) => receiver.getSynchronizationSources().map(({ timestamp }) => timestamp));
		return times.length === 0 ? undefined : Math.max(...times);
	}

	/**
	 * Asked for once a second, it also notices a state that came without an event, or late: a call whose connection is back must
	 * not be given up. undefined where there is no connection. One over which nothing comes for a moment is one.
	 */
	async stats(): Promise<ReadonlyMap<string, Record<string, unknown>> | undefined> {
		this.look();
		return this.closed || !['connected', 'disconnected'].includes(this.state) ? undefined : await this.pc.getStats();
	}

	tell(json: string): void {
		if (!this.closed) this.channel.send(json);
	}

	close(): void {
		if (this.closed) return;
		this.closed = true;
		// This order leaves nothing behind; wrtc keeps what still has a listener.
		if (this.sink) this.sink.ondata = null;
		this.sink?.stop();
		this.track.stop();
		this.channel.close();
		this.pc.ontrack = null;
		this.pc.ondatachannel = null;
		this.pc.onicecandidate = null;
		this.pc.onconnectionstatechange = null;
		this.pc.close();
	}

	private async negotiate(offer: string, trickle: boolean): Promise<string> {
		const first = this.pc.localDescription === null;
		try {
			this.pc.onicecandidate = null;
			await this.pc.setRemoteDescription({ type: 'offer', sdp: offer });
			this.lateCandidates = 0;
			if (first) this.pc.addTrack(this.track);
			await this.pc.setLocalDescription(await this.pc.createAnswer());
			const answer = await gatheredDescription(this.pc, trickle ? TRICKLE_LIMIT_MS : GATHERING_LIMIT_MS);
			if (this.network.ports && !hasPort(answer)) throw noPortLeft(this.network.ports);
			if (trickle && this.pc.iceGatheringState !== 'complete') this.pc.onicecandidate = this.guard(({ candidate }) => this.found(candidate));
			return publishedAnswer(answer, this.network);
		} catch (cause) {
			if (cause instanceof VoiceError) throw cause;
			if (this.closed) throw new VoiceError('VOICE_ERR_CANCELLED', 'The call has ended.', { cause });
			const why = cause instanceof Error ? cause.message : String(cause);
			if (this.pc.signalingState === 'have-remote-offer') {
				await this.pc.setRemoteDescription({ type: 'rollback', sdp: '' }).catch(() => undefined);
			}
			throw new VoiceError('VOICE_ERR_BAD_OFFER', `The SDP offer was refused: ${why}`, { cause });
		}
	}

	private found(found: LocalCandidate | null): void {
		const candidate = found ? publishedCandidate(found.candidate, this.network) : '';
		if (candidate !== undefined) this.listener.onCandidate({ candidate, sdpMid: found?.sdpMid, sdpMLineIndex: found?.sdpMLineIndex });
	}

	private listenTo(track: MediaTrack): void {
		if (track.kind !== 'audio' || this.sink || this.closed) return;
		this.sink = new wrtc.nonstandard.RTCAudioSink(track);
		this.sink.ondata = this.guard((frame) => this.listener.onFrame(frame));
	}

	private lookAtState(): void {
		const state = this.pc.connectionState;
		if (state === this.state) return;
		this.state = state;
		this.listener.onState(state);
	}

	/** wrtc calls back from its event loop, where an exception would end the process and every other call in it. */
	private guard<A extends unknown[]>(callback: (...args: A) => void): (...args: A) => void {
		return (...args) => {
			if (this.closed) return;
			try {
				callback(...args);
			} catch (error) {
				this.onFailure(error);
			}
		};
	}
}

/** Without a free port wrtc has nothing left but active TCP candidates (port 9), by which nobody can be called. */
function hasPort(answer: string): boolean {
	return /^a=candidate:(?:\S+ ){5}(?!9 )\d+ typ host/m.test(answer);
}

function noPortLeft({ min, max }: NonNullable<LinkNetwork['ports']>): VoiceError {
	return new VoiceError('VOICE_ERR_BUSY', `All media ports (${min} to ${max}) are in use.`, {
		remedy: 'Try again when another call has ended, or give VOICE_LOOP_MEDIA_PORTS more ports: one for each call, and some to spare.',
	});
}

function silenceAt(sampleRate: number): OutgoingFrame {
	return { samples: new Int16Array(Math.floor(sampleRate / 100)), sampleRate };
}

/** Without STUN gathering takes some 10 ms; the limit is for a machine that has no time. */
const GATHERING_LIMIT_MS = 1500;
/** The addresses of this machine are there by then; what a STUN or TURN server says may follow. */
const TRICKLE_LIMIT_MS = 50;

/** The local description with all candidates, or with those that were found within the limit. */
export async function gatheredDescription(pc: PeerConnection, limitMs = GATHERING_LIMIT_MS): Promise<string> {
	if (pc.iceGatheringState !== 'complete') {
		await new Promise<void>((resolve) => {
			const limit = setTimeout(resolve, limitMs);
			pc.onicegatheringstatechange = () => {
				// The event comes before the property changes at times: look again a tick later.
				setImmediate(() => {
					if (pc.iceGatheringState !== 'complete') return;
					clearTimeout(limit);
					resolve();
				});
			};
		});
		pc.onicegatheringstatechange = null;
	}
	return pc.localDescription?.sdp ?? '';
}
