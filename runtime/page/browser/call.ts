import type { PageEvent, PageRequest } from '../../contract/page-events';
import { type CallerAnswer, type NumberedMessage, numberedCandidate, numberedPageEvent } from '../../contract/signalling';
import { parseJson } from '../../lib/json';
import { type Fault, CallFault, connectionLost, microphoneUnplugged, serverFault, soundPathBlocked, toFault } from './faults';
import type { LinkVerdict } from './link-judge';
import { LinkKeeper } from './link-keeper';
import { type KeptCall, forgetCall, keepCall } from './kept-call';
import { type LeftCall, forgetLeft } from './left-call';
import { MessageOrder } from './message-order';
import { openMicrophone } from './microphone';
import { NetworkFrame, NetworkMoves } from './network-frame';
import { watchNetwork } from './network-watch';
import { PeerLink } from './peer-link';
import { SecondWay } from './second-way';
import type { PageSignalling } from './signalling';
import { SoundWatch } from './sound-watch';
import { Uplink } from './uplink';

export type CallPhase = 'asking' | 'connecting' | 'live' | 'reconnecting';

/** `gone`: the call that the page wanted to go on with has ended meanwhile. */
export type Ending =
	| { by: 'caller' }
	| { by: 'agent'; reason: string }
	| { by: 'gone' }
	| { by: 'fault'; fault: Fault };

export interface PageCallListener {
	phase(phase: CallPhase): void;
	event(event: PageEvent): void;
	microphone(stream: MediaStream): void;
	voice(stream: MediaStream): void;
	/** Something to tell the caller while the call goes on. */
	warning(fault: Fault): void;
	/** Why there is no connection yet, or why it is not back. */
	waiting(fault: Fault): void;
	/** How good the connection is, twice a second. */
	link(verdict: LinkVerdict): void;
	/** Once, and the last word. */
	ended(ending: Ending): void;
}

const CONNECT_LIMIT_MS = 15_000;
/** session.ended or a lost path usually explains a closed channel a moment later. */
const CHANNEL_CLOSED_MS = 700;
/** Events come in bursts. */
const ACK_MS = 150;

/** One call, from the microphone to the end; its connections come and go. */
export class PageCall {
	private readonly uplink = new Uplink();
	private link = this.newLink();
	private readonly network = new NetworkMoves();
	private readonly cancelled = new AbortController();
	private readonly cleanups: Array<() => void> = [];
	private readonly keeper: LinkKeeper;
	private readonly sound: SoundWatch;
	private session = '';
	private readonly order = new MessageOrder((message) => this.show(message));
	/** Beside the data channel. */
	private second: SecondWay | undefined;
	private ack: ReturnType<typeof setTimeout> | undefined;
	private microphone: MediaStream | undefined;
	private muted = false;
	private live = false;
	private over = false;
	private readonly resuming: boolean;

	constructor(
		private readonly signalling: PageSignalling,
		private readonly listener: PageCallListener,
		private readonly left: LeftCall,
		/** Of an earlier page, to be gone on with. */
		private kept?: KeptCall,
	) {
		this.resuming = kept !== undefined;
		this.sound = new SoundWatch({
			doubtful: () => {
				void this.second?.checkSocket();
				void this.leaveAddress();
			},
			stalled: () => this.keeper.pathDoubted(),
			back: () => {
				this.second?.pathBack();
				void this.network.settled();
				this.keeper.connectionChanged(this.pc.connectionState);
			},
			received: (packets) => this.request({ type: 'received', packets }),
			judged: (verdict) => this.listener.link(verdict),
			second: (stats) => void this.uplink.second(stats, this.link),
		});
		this.keeper = new LinkKeeper({
			restart: async () => await this.restartIce(),
			rejoin: async (moved) => await this.rejoin(moved),
			moved: async () => await this.network.moved(),
			// Only sound that arrives is a connection.
			connected: () => this.link.connected && this.sound.arrives,
			lost: () => this.listener.phase('reconnecting'),
			trying: (fault) => this.listener.waiting(fault),
			restored: () => this.listener.phase('live'),
			givenUp: (fault) => this.finish(fault.code === 'VOICE_ERR_CALL_UNKNOWN' ? { by: 'gone' } : { by: 'fault', fault }),
		});
	}

	get pc(): RTCPeerConnection {
		return this.link.pc;
	}

	/** By which way events come beside the data channel; undefined before the first answer. */
	get way(): SecondWay['way'] | undefined {
		return this.second?.way;
	}

	/** When it began, ms since 1970; undefined before it is live. */
	get since(): number | undefined {
		return this.kept?.since;
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
			if (!this.resuming) this.listener.phase('connecting');
			this.pc.setConfiguration(await servers);
			if (this.resuming) return this.keeper.linkGone();
			await this.connect(microphone);
		} catch (error) {
			this.finish({ by: 'fault', fault: toFault(error) });
		}
	}

	hangUp(): void {
		this.request({ type: 'hangup' });
		this.finish({ by: 'caller' });
	}

	/** The page goes, the call waits: it is gone on with by the next page of this tab, or for a while of another. */
	leave(): void {
		if (this.over) return;
		this.over = true;
		this.left.leave();
		this.release();
	}

	/** Makes the agent stop talking. */
	interrupt(): void {
		const request = { type: 'interrupt', id: `${Date.now()}-${Math.random()}`.slice(0, 40) } as const;
		this.request(request);
		this.second?.ask(request);
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
			await this.link.useMicrophone(microphone);
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
		const offer = async (again: boolean): Promise<string> => (again ? await this.offerAgain(await this.signalling.iceServers.missing()) : await this.link.offer(microphone));
		const answer = await this.signalling.open(offer, this.cancelled.signal, (fault) => this.listener.waiting(fault));
		this.session = answer.sessionId;
		// The answer may come after the caller has hung up; the server has to hear of it all the same.
		if (this.over) return void this.signalling.end(this.session);
		this.keep(answer.resumeToken);
		this.join(answer);
		await this.link.accept(answer.sdp);
		const limit = setTimeout(() => {
			if (!this.live) this.finish({ by: 'fault', fault: soundPathBlocked });
		}, CONNECT_LIMIT_MS);
		this.cleanups.push(() => clearTimeout(limit));
	}

	/** Into the same call over a connection of its own: the server closes what is left of the last one. */
	private async rejoin(moved: boolean): Promise<void> {
		const { kept, microphone } = this;
		if (!kept || !microphone) throw new CallFault(connectionLost);
		const servers = (await this.signalling.iceServers.renewed()) ?? this.pc.getConfiguration();
		const frame = moved ? await NetworkFrame.open().catch(() => undefined) : undefined;
		this.link.close();
		const link = (this.link = this.newLink(frame));
		// The call may have ended meanwhile.
		if (this.over) return link.close();
		link.pc.setConfiguration(servers);
		const answer = await this.signalling.resume(await link.offer(microphone), kept.resumeToken, this.cancelled.signal);
		this.session = answer.sessionId;
		if (this.over) return;
		this.keep(answer.resumeToken);
		this.join(answer);
		await link.accept(answer.sdp);
	}

	private join({ sessionId, token, socket, after = 0 }: CallerAnswer): void {
		this.order.startAfter(after);
		if (token === undefined) return;
		this.second?.stop();
		this.second = new SecondWay({ sessionId, token, socket }, this.signalling.inCall(sessionId, token), {
			message: (message) => this.order.take(message),
			last: () => this.order.last,
			over: () => {
				if (!this.over) this.keeper.linkGone();
			},
		});
	}

	private keep(resumeToken: string | undefined): void {
		if (resumeToken === undefined) return;
		this.kept = { resumeToken, since: this.kept?.since ?? Date.now() };
		keepCall(this.kept);
		this.signalling.goesOn(resumeToken);
		void this.left.prepare(this.kept);
	}

	private newLink(frame?: NetworkFrame): PeerLink {
		return new PeerLink({
			state: (state) => this.connectionChanged(state),
			voice: (stream) => this.listener.voice(stream),
			message: (data) => this.receive(data),
			found: (candidates) => this.second?.found(candidates),
			channelClosed: () => {
				const { link } = this;
				setTimeout(() => {
					if (link === this.link && this.live) this.keeper.linkGone();
				}, CHANNEL_CLOSED_MS);
			},
		}, this.uplink.level, frame);
	}

	private connectionChanged(state: RTCPeerConnectionState): void {
		if (this.over) return;
		if (state === 'connected') this.connected();
		// Until sound arrives over it, a new path is none: it may be the old one that does not know yet.
		if (this.live && (state !== 'connected' || this.sound.arrives)) this.keeper.connectionChanged(state);
		if (!this.live && state === 'failed' && !this.resuming) this.finish({ by: 'fault', fault: soundPathBlocked });
	}

	private connected(): void {
		const doubt = () => this.keeper.pathDoubted();
		this.sound.start(this.pc);
		void this.network.settled();
		if (this.live) return;
		this.live = true;
		this.cleanups.push(watchNetwork(doubt));
		this.listener.phase('live');
	}

	private receive(data: unknown): void {
		const json = typeof data === 'string' ? parseJson(data) : undefined;
		const candidate = numberedCandidate.safeParse(json);
		const parsed = numberedPageEvent.safeParse(json);
		if (candidate.success) this.order.take(candidate.data);
		else if (parsed.success) {
			const { seq, ...event } = parsed.data;
			if (seq === undefined) this.order.takeUnnumbered(event);
			else this.order.take({ type: 'event', seq, event });
		} else console.warn('voice-loop: ignored an event that this page does not know');
		// So that the other way need not tell it as well.
		this.ack ??= setTimeout(() => {
			this.ack = undefined;
			if (this.order.last > 0) this.request({ type: 'ack', seq: this.order.last });
		}, ACK_MS);
	}

	private show(message: NumberedMessage): void {
		if (this.over) return;
		if (message.type === 'candidate') {
			void this.link.add(message.candidate);
			return;
		}
		const { event } = message;
		this.listener.event(event);
		if (event.type === 'link.lost') this.keeper.linkGone();
		if (event.type === 'session.ended') this.finish(event.error ? { by: 'fault', fault: serverFault(event.error) } : { by: 'agent', reason: event.reason });
		if (event.type === 'error' && event.error.code !== 'VOICE_ERR_CANCELLED') {
			this.listener.warning(serverFault(event.error));
		}
	}

	private request(request: PageRequest): void {
		this.link.send(JSON.stringify(request));
	}

	private async offerAgain(servers: RTCConfiguration | undefined): Promise<string> {
		const { link } = this;
		if (servers && !this.over) link.pc.setConfiguration(servers);
		return await link.restartOffer();
	}

	/** A moment without sound, and another address: nobody need wait for more of it. */
	private async leaveAddress(): Promise<void> {
		if (await this.network.moved()) this.keeper.pathDoubted();
	}

	private async restartIce(): Promise<void> {
		const { link } = this;
		const offer = await this.offerAgain(await this.signalling.iceServers.renewed());
		const sdp = (await this.second?.offer(offer)) ?? (await this.signalling.reoffer(this.session, offer, this.cancelled.signal));
		if (!this.over) await link.accept(sdp);
	}

	private finish(ending: Ending): void {
		if (this.over) return;
		this.over = true;
		forgetCall();
		if (this.kept) forgetLeft(this.kept.since);
		// Closing at once would drop a `hangup` still on its way; DELETE tells the server the same over HTTP.
		if (this.session && (ending.by === 'caller' || ending.by === 'fault')) void this.signalling.end(this.session);
		this.release();
		this.listener.ended(ending);
	}

	private release(): void {
		this.keeper.stop();
		this.sound.stop();
		this.second?.stop();
		this.order.stop();
		clearTimeout(this.ack);
		for (const cleanup of this.cleanups) cleanup();
		if (this.microphone) release(this.microphone);
		this.cancelled.abort();
		this.link.close();
	}
}

function release(stream: MediaStream): void {
	for (const track of stream.getTracks()) {
		track.onended = null;
		track.stop();
	}
}
