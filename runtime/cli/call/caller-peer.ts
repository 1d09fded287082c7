import type { Clock } from '../../lib/clock';
import { EVENT_CHANNEL, type PageEvent, type PageRequest, pageEvent } from '../../contract/page-events';
import type { IncomingFrame } from '../../media/audio-in/caller-sound';
import { Pacer } from '../../media/audio-out/pacer';
import { readingOf } from '../../media/link-quality/link-stats';
import { gatheredDescription } from '../../media/peer/peer';
import { type AudioSink, type ConnectionState, type DataChannel, type PeerConnection, wrtc } from '../../media/peer/wrtc';
import { parseJson } from '../../lib/json';
import type { CallerEar } from './ear';
import { type Microphone, MICROPHONE_RATE } from './microphone';
import type { CallerNetwork } from './peer-protocol';

export interface CallerPeerListener {
	onEvent(event: PageEvent): void;
	onState(state: ConnectionState): void;
	/** The runtime has closed the channel, so the call is over. */
	onChannelClosed(): void;
}

/** A TURN server is asked four times over, and over TCP and TLS a connection is made first. */
const SERVERS_LIMIT_MS = 5000;

const REPORT_MS = 500;

/** A browser's end of a call, without the browser: offers, sends the microphone in real time, listens. */
export class CallerPeer {
	private readonly pc: PeerConnection;
	private readonly source = new wrtc.nonstandard.RTCAudioSource();
	private readonly track = this.source.createTrack();
	private readonly channel: DataChannel;
	private sink: AudioSink | undefined;
	private leavePacer: () => void = () => undefined;
	private reporting: NodeJS.Timeout | undefined;

	constructor(
		private readonly network: CallerNetwork,
		private readonly clock: Clock,
		private readonly microphone: Microphone,
		private readonly ear: Pick<CallerEar, 'hear'>,
		private readonly listener: CallerPeerListener,
	) {
		const { iceServers, relayOnly } = network;
		this.pc = new wrtc.RTCPeerConnection({ iceServers, iceTransportPolicy: relayOnly ? 'relay' : 'all' });
		this.pc.addTrack(this.track);
		this.channel = this.pc.createDataChannel(EVENT_CHANNEL);
		this.channel.onmessage = ({ data }) => this.receive(data);
		this.channel.onclose = () => this.listener.onChannelClosed();
		this.pc.ontrack = ({ track }) => {
			this.sink ??= new wrtc.nonstandard.RTCAudioSink(track);
			this.sink.ondata = (frame: IncomingFrame) => this.ear.hear(frame, this.clock.now());
		};
		// Within its own event wrtc may still show the state before.
		this.pc.onconnectionstatechange = () => setImmediate(() => this.listener.onState(this.pc.connectionState));
	}

	/** An offer with all candidates. */
	async offer(options: { iceRestart?: boolean } = {}): Promise<string> {
		await this.pc.setLocalDescription(await this.pc.createOffer(options));
		return await gatheredDescription(this.pc, this.network.iceServers.length > 0 ? SERVERS_LIMIT_MS : undefined);
	}

	/** The microphone is open from here on. */
	async accept(answer: string): Promise<void> {
		await this.pc.setRemoteDescription({ type: 'answer', sdp: answer });
		this.reporting ??= setInterval(() => void this.report(), REPORT_MS);
		this.leavePacer();
		this.leavePacer = new Pacer(this.clock).join((at) => {
			this.source.onData({ samples: this.microphone.next(at), sampleRate: MICROPHONE_RATE });
		});
	}

	/** A page request as JSON. Lost while the channel is not open. */
	sendText(json: string): void {
		try {
			if (this.channel.readyState === 'open') this.channel.send(json);
		} catch {
			// It closed between the look and the sending.
		}
	}

	close(): void {
		clearInterval(this.reporting);
		this.leavePacer();
		if (this.sink) this.sink.ondata = null;
		this.sink?.stop();
		this.track.stop();
		this.channel.onclose = null;
		this.channel.close();
		this.pc.onconnectionstatechange = null;
		this.pc.close();
	}

	/** What has arrived here: the runtime takes nothing else for heard. */
	private async report(): Promise<void> {
		const report = await this.pc.getStats().catch(() => undefined);
		if (report) this.sendText(JSON.stringify({ type: 'received', packets: readingOf(report).packetsReceived } satisfies PageRequest));
	}

	private receive(data: unknown): void {
		const event = pageEvent.safeParse(typeof data === 'string' ? parseJson(data) : undefined);
		if (event.success) this.listener.onEvent(event.data);
	}
}
