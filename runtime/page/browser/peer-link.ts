import { EVENT_CHANNEL } from '../../contract/page-events';
import type { IceCandidate } from '../../contract/signalling';
import { withSendEncoding } from '../../lib/send-encoding';
import type { SendLevel } from '../../lib/send-quality';
import { CallFault, connectionLost } from './faults';
import type { NetworkFrame } from './network-frame';

/** What is found together is sent together. */
const BATCH_MS = 30;

export interface PeerLinkListener {
	state(state: RTCPeerConnectionState): void;
	voice(stream: MediaStream): void;
	message(data: unknown): void;
	channelClosed(): void;
	/** Found for the offer that was answered. */
	found(candidates: IceCandidate[]): void;
}

/** One peer connection to the runtime with its channel for events. A call may need several, one after the other. */
export class PeerLink {
	readonly pc: RTCPeerConnection;
	private readonly channel: RTCDataChannel;
	private closed = false;
	/** Not sent yet: the runtime must know their offer first. */
	private candidates: IceCandidate[] = [];
	private answered = false;
	private batch: ReturnType<typeof setTimeout> | undefined;
	/** The runtime's newest, as it came. */
	private answer = '';
	/** While our sound is packed otherwise no offer is made: the connection takes one after the other. */
	private packing: Promise<unknown> = Promise.resolve();

	/**
	 * The listener hears nothing after close().
	 * @param level how our sound is packed from the first answer on; undefined: as the browser does
	 * @param frame the window to connect from, which is closed with the link; undefined: the page's own
	 */
	constructor(
		private readonly listener: PeerLinkListener,
		private level?: SendLevel,
		private readonly frame?: NetworkFrame,
	) {
		const pc = (this.pc = frame?.connection() ?? new RTCPeerConnection());
		const channel = (this.channel = pc.createDataChannel(EVENT_CHANNEL));
		const unlessClosed = <T extends unknown[]>(act: (...given: T) => void) => (...given: T): void => {
			if (!this.closed) act(...given);
		};
		pc.ontrack = unlessClosed(({ track, streams }: RTCTrackEvent) => listener.voice(streams[0] ?? new MediaStream([track])));
		pc.onconnectionstatechange = unlessClosed(() => listener.state(pc.connectionState));
		pc.onicecandidate = unlessClosed(({ candidate }: RTCPeerConnectionIceEvent) => {
			if (!candidate) return;
			this.candidates.push(candidate.toJSON() as IceCandidate);
			this.sendCandidates();
		});
		channel.onmessage = unlessClosed(({ data }: MessageEvent<unknown>) => listener.message(data));
		channel.onclose = unlessClosed(() => listener.channelClosed());
	}

	get connected(): boolean {
		return !this.closed && this.pc.connectionState === 'connected';
	}

	/** The first offer, with this microphone. */
	async offer(microphone: MediaStream): Promise<string> {
		for (const track of microphone.getAudioTracks()) this.pc.addTrack(track, microphone);
		return await this.offered({});
	}

	/** For the same connection over another path. */
	async restartOffer(): Promise<string> {
		return await this.offered({ iceRestart: true });
	}

	async accept(sdp: string): Promise<void> {
		if (this.closed) return;
		this.answer = sdp;
		await this.pc.setRemoteDescription({ type: 'answer', sdp: this.level ? withSendEncoding(sdp, this.level) : sdp });
		this.answered = true;
		this.sendCandidates();
	}

	/**
	 * Packs our sound so from now on, without the runtime's doing: an offer of the same connection is answered here as the
	 * runtime has answered the last one. Rejects while another offer is under way; the sound is then packed as before.
	 */
	async pack(level: SendLevel): Promise<void> {
		const { pc } = this;
		const packed = this.packing.then(async () => {
			if (this.closed || !this.answered || pc.signalingState !== 'stable') throw new CallFault(connectionLost);
			await pc.setLocalDescription(await pc.createOffer());
			try {
				await pc.setRemoteDescription({ type: 'answer', sdp: withSendEncoding(this.answer, level) });
			} catch (error) {
				await pc.setLocalDescription({ type: 'rollback' });
				throw error;
			}
			this.level = level;
		});
		this.packing = packed.catch(() => undefined);
		await packed;
	}

	async useMicrophone(microphone: MediaStream): Promise<void> {
		const [track] = microphone.getAudioTracks();
		await this.pc.getSenders()[0]?.replaceTrack(track ?? null);
	}

	/** One of the runtime's. What does not fit the connection is of an earlier offer. */
	async add(candidate: IceCandidate): Promise<void> {
		if (!this.closed) await this.pc.addIceCandidate(candidate as RTCIceCandidateInit).catch(() => undefined);
	}

	send(json: string): void {
		if (this.channel.readyState === 'open') this.channel.send(json);
	}

	close(): void {
		this.closed = true;
		clearTimeout(this.batch);
		this.pc.close();
		this.frame?.close();
	}

	private async offered(options: RTCOfferOptions): Promise<string> {
		await this.packing;
		this.answered = false;
		this.candidates = [];
		// Candidates follow: the offer does not wait for them.
		await this.pc.setLocalDescription(await this.pc.createOffer(options));
		const sdp = this.pc.localDescription?.sdp;
		if (!sdp) throw new CallFault(connectionLost);
		return sdp;
	}

	private sendCandidates(): void {
		if (!this.answered) return;
		clearTimeout(this.batch);
		this.batch = setTimeout(() => {
			if (this.candidates.length > 0) this.listener.found(this.candidates.splice(0));
		}, BATCH_MS);
	}
}
