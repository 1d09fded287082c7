import { type PageEvent, type PageRequest, EVENT_CHANNEL, pageEvent } from '../../contract/page-events';
import { parseJson } from '../../lib/json';
import { watchSound } from './call-stats';
import { type Fault, CallFault, connectionLost, microphoneUnplugged, serverFault, soundPathBlocked, toFault } from './faults';
import { LinkKeeper } from './link-keeper';
import { openMicrophone } from './microphone';
import type { PageSignalling } from './signalling';

export type CallPhase = 'asking' | 'connecting' | 'live' | 'reconnecting';

export type Ending =
	| { by: 'caller' }
	| { by: 'agent'; reason: string }
	| { by: 'fault'; fault: Fault };

export interface PageCallListener {
	phase(phase: CallPhase): void;
	event(event: PageEvent): void;
	microphone(stream: MediaStream): void;
	voice(stream: MediaStream): void;
	/** Something to tell the caller while the call goes on. */
	warning(fault: Fault): void;
	/** Once, and the last word. */
	ended(ending: Ending): void;
}

/** Candidates of the own machine are there within milliseconds; a slow STUN server must not hold the call. */
const GATHER_LIMIT_MS = 1_000;
const CONNECT_LIMIT_MS = 15_000;
/** session.ended or a lost path usually explains a closed channel a moment later. */
const CHANNEL_CLOSED_MS = 700;

/** One call, from the microphone to the end. */
export class PageCall {
	readonly pc = new RTCPeerConnection();
	private readonly channel = this.pc.createDataChannel(EVENT_CHANNEL);
	private readonly cancelled = new AbortController();
	private readonly cleanups: Array<() => void> = [];
	private readonly keeper: LinkKeeper;
	private session = '';
	private microphone: MediaStream | undefined;
	private muted = false;
	private live = false;
	private over = false;

	constructor(
		private readonly signalling: PageSignalling,
		private readonly listener: PageCallListener,
	) {
		this.keeper = new LinkKeeper({
			restart: async () => await this.restartIce(),
			connected: () => this.pc.connectionState === 'connected',
			lost: () => this.listener.phase('reconnecting'),
			restored: () => this.listener.phase('live'),
			givenUp: (fault) => this.finish({ by: 'fault', fault }),
		});
	}

	async start(deviceId: string): Promise<void> {
		try {
			this.listener.phase('asking');
			// Meanwhile, so that nobody waits for it.
			const servers = this.signalling.iceServers.configuration();
			servers.catch(() => undefined);
			const microphone = await openMicrophone(deviceId);
			// The caller may have given up while the browser was asking.
			if (this.over) return release(microphone);
			this.take(microphone);
			this.listener.phase('connecting');
			this.pc.setConfiguration(await servers);
			await this.connect(microphone);
		} catch (error) {
			this.finish({ by: 'fault', fault: toFault(error) });
		}
	}

	hangUp(): void {
		this.request({ type: 'hangup' });
		this.finish({ by: 'caller' });
	}

	/** Makes the agent stop talking. */
	interrupt(): void {
		this.request({ type: 'interrupt' });
	}

	setMuted(muted: boolean): void {
		this.muted = muted;
		this.microphone?.getAudioTracks().forEach((track) => (track.enabled = !muted));
	}

	/** Changes the microphone without interrupting the call. */
	async useMicrophone(deviceId: string): Promise<void> {
		try {
			const microphone = await openMicrophone(deviceId);
			if (this.over) return release(microphone);
			const [track] = microphone.getAudioTracks();
			await this.pc.getSenders()[0]?.replaceTrack(track ?? null);
			const former = this.microphone;
			this.take(microphone);
			if (former) release(former);
		} catch (error) {
			this.listener.warning(toFault(error));
		}
	}

	private take(microphone: MediaStream): void {
		this.microphone = microphone;
		this.setMuted(this.muted);
		for (const track of microphone.getAudioTracks()) {
			// Fires when the device goes, not when we stop it.
			track.onended = () => this.listener.warning(microphoneUnplugged);
		}
		this.listener.microphone(microphone);
	}

	private async connect(microphone: MediaStream): Promise<void> {
		const { pc } = this;
		this.listen();
		for (const track of microphone.getAudioTracks()) pc.addTrack(track, microphone);
		await pc.setLocalDescription(await pc.createOffer());
		await this.gathered();
		const answer = await this.signalling.open(this.localSdp());
		this.session = answer.sessionId;
		// The answer may come after the caller has hung up; the server has to hear of it all the same.
		if (this.over) return void this.signalling.end(this.session);
		await pc.setRemoteDescription({ type: 'answer', sdp: answer.sdp });
		const limit = setTimeout(() => {
			if (!this.live) this.finish({ by: 'fault', fault: soundPathBlocked });
		}, CONNECT_LIMIT_MS);
		this.cleanups.push(() => clearTimeout(limit));
	}

	private listen(): void {
		const { pc, channel } = this;
		pc.ontrack = ({ track, streams }) => this.listener.voice(streams[0] ?? new MediaStream([track]));
		pc.onconnectionstatechange = () => {
			if (this.over) return;
			if (pc.connectionState === 'connected' && !this.live) this.connected();
			if (this.live) this.keeper.connectionChanged(pc.connectionState);
			else if (pc.connectionState === 'failed') this.finish({ by: 'fault', fault: soundPathBlocked });
		};
		channel.onmessage = ({ data }) => this.receive(data);
		channel.onclose = () => {
			setTimeout(() => this.finish({ by: 'fault', fault: connectionLost }), CHANNEL_CLOSED_MS);
		};
	}

	private connected(): void {
		this.live = true;
		this.listener.phase('live');
		const doubt = () => this.keeper.pathDoubted();
		this.cleanups.push(watchNetwork(doubt), watchSound(this.pc, doubt));
	}

	private receive(data: unknown): void {
		const parsed = pageEvent.safeParse(typeof data === 'string' ? parseJson(data) : undefined);
		if (!parsed.success) {
			console.warn('voice-loop: ignored an event that this page does not know');
			return;
		}
		const event = parsed.data;
		this.listener.event(event);
		if (event.type === 'session.ended') this.finish({ by: 'agent', reason: event.reason });
		if (event.type === 'error' && event.error.code !== 'VOICE_ERR_CANCELLED') {
			this.listener.warning(serverFault(event.error));
		}
	}

	private request(request: PageRequest): void {
		if (this.channel.readyState === 'open') this.channel.send(JSON.stringify(request));
	}

	private async restartIce(): Promise<void> {
		const { pc } = this;
		const servers = await this.signalling.iceServers.renewed();
		if (servers && !this.over) pc.setConfiguration(servers);
		await pc.setLocalDescription(await pc.createOffer({ iceRestart: true }));
		await this.gathered();
		const sdp = await this.signalling.reoffer(this.session, this.localSdp(), this.cancelled.signal);
		if (!this.over) await pc.setRemoteDescription({ type: 'answer', sdp });
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

	private localSdp(): string {
		const sdp = this.pc.localDescription?.sdp;
		if (!sdp) throw new CallFault(connectionLost);
		return sdp;
	}

	private finish(ending: Ending): void {
		if (this.over) return;
		this.over = true;
		this.keeper.stop();
		for (const cleanup of this.cleanups) cleanup();
		if (this.microphone) release(this.microphone);
		this.cancelled.abort();
		if (this.session) void this.signalling.end(this.session);
		// Closing at once would drop a `hangup` still on its way; DELETE tells the server the same over HTTP.
		this.pc.close();
		this.listener.ended(ending);
	}
}

function release(stream: MediaStream): void {
	for (const track of stream.getTracks()) {
		track.onended = null;
		track.stop();
	}
}

/** Chrome on phones says which kind of network carries the page; other browsers do not. */
interface ConnectionInfo extends EventTarget {
	type?: string;
}

/** Calls `changed` when the device comes back online or moves to another kind of network. */
function watchNetwork(changed: () => void): () => void {
	const info = (navigator as { connection?: ConnectionInfo }).connection;
	let type = info?.type;
	// `change` also fires for mere estimates of speed.
	const moved = () => {
		if (info?.type === type) return;
		type = info?.type;
		if (navigator.onLine) changed();
	};
	window.addEventListener('online', changed);
	info?.addEventListener('change', moved);
	return () => {
		window.removeEventListener('online', changed);
		info?.removeEventListener('change', moved);
	};
}
