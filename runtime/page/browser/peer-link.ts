import { EVENT_CHANNEL } from '../../contract/page-events';
import { CallFault, connectionLost } from './faults';

/** Candidates of the own machine are there within milliseconds; a slow STUN server must not hold the call. */
const GATHER_LIMIT_MS = 1_000;

export interface PeerLinkListener {
	state(state: RTCPeerConnectionState): void;
	voice(stream: MediaStream): void;
	message(data: unknown): void;
	channelClosed(): void;
}

/** One peer connection to the runtime with its channel for events. A call may need several, one after the other. */
export class PeerLink {
	readonly pc = new RTCPeerConnection();
	private readonly channel = this.pc.createDataChannel(EVENT_CHANNEL);
	private closed = false;

	/** The listener hears nothing after close(). */
	constructor(listener: PeerLinkListener) {
		const { pc, channel } = this;
		const unlessClosed = <T extends unknown[]>(act: (...given: T) => void) => (...given: T): void => {
			if (!this.closed) act(...given);
		};
		pc.ontrack = unlessClosed(({ track, streams }: RTCTrackEvent) => listener.voice(streams[0] ?? new MediaStream([track])));
		pc.onconnectionstatechange = unlessClosed(() => listener.state(pc.connectionState));
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
		if (!this.closed) await this.pc.setRemoteDescription({ type: 'answer', sdp });
	}

	async useMicrophone(microphone: MediaStream): Promise<void> {
		const [track] = microphone.getAudioTracks();
		await this.pc.getSenders()[0]?.replaceTrack(track ?? null);
	}

	send(json: string): void {
		if (this.channel.readyState === 'open') this.channel.send(json);
	}

	close(): void {
		this.closed = true;
		this.pc.close();
	}

	private async offered(options: RTCOfferOptions): Promise<string> {
		await this.pc.setLocalDescription(await this.pc.createOffer(options));
		await this.gathered();
		const sdp = this.pc.localDescription?.sdp;
		if (!sdp) throw new CallFault(connectionLost);
		return sdp;
	}

	private async gathered(): Promise<void> {
		const { pc } = this;
		if (pc.iceGatheringState === 'complete') return;
		await new Promise<void>((resolve) => {
			const limit = setTimeout(resolve, GATHER_LIMIT_MS);
			pc.onicegatheringstatechange = () => {
				if (pc.iceGatheringState !== 'complete') return;
				clearTimeout(limit);
				resolve();
			};
		});
	}
}
