import { type CallStats, callStats } from './call-stats';
import { LinkJudge, type LinkVerdict } from './link-judge';

const CHECK_MS = 500;
/** The server sends sound or silence at least 17 times a second: 1.5 s without a packet is no jitter. */
const SILENT_CHECKS = 3;

export interface SoundWatchListener {
	/** No packets come, which is seconds before ICE notices a dead server. */
	stalled(): void;
	/** They come again. */
	back(): void;
	/** So many have come since the call began. */
	received(packets: number): void;
	/** What to say of the connection. */
	judged(verdict: LinkVerdict): void;
}

/** Looks twice a second at what really arrives: a connection that calls itself connected may be dead. */
export class SoundWatch {
	private seen = 0;
	private silent = 0;
	private pc: RTCPeerConnection | undefined;
	private timer: ReturnType<typeof setInterval> | undefined;
	private judge = new LinkJudge();

	constructor(private readonly listener: SoundWatchListener) {}

	/** Sound comes at this moment. Before the first packet nobody knows. */
	get arrives(): boolean {
		return this.silent < SILENT_CHECKS;
	}

	/** Of this connection from now on. One that is brought back goes on as it was: dead, until a packet comes. */
	start(pc: RTCPeerConnection): void {
		if (pc === this.pc) return;
		this.stop();
		this.pc = pc;
		this.seen = 0;
		this.silent = 0;
		// What was said of the last one does not hold for this one.
		this.judge = new LinkJudge();
		this.listener.judged('good');
		this.timer = setInterval(async () => this.look(await callStats(pc)), CHECK_MS);
	}

	stop(): void {
		clearInterval(this.timer);
	}

	/** Public for tests. */
	look(stats: CallStats): void {
		const { packetsReceived } = stats;
		this.listener.received(packetsReceived);
		const arrived = this.arrives;
		if (packetsReceived > this.seen) this.silent = 0;
		else if (this.seen > 0) this.silent++;
		this.seen = packetsReceived;
		if (arrived && !this.arrives) this.listener.stalled();
		if (!arrived && this.arrives) this.listener.back();
		this.listener.judged(this.judge.take(stats, this.arrives));
	}
}
