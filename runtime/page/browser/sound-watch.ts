import { type CallStats, callStats } from './call-stats';
import { LinkJudge, type LinkVerdict } from './link-judge';

const CHECK_MS = 250;
const LOOKS_A_SECOND = 1000 / CHECK_MS;
/** The server sends sound or silence at least 17 times a second: after 0.5 s without a packet something may be wrong. */
const DOUBTFUL_CHECKS = 2;
/** 1.25 s without a packet is no jitter. */
const SILENT_CHECKS = 5;
/** What is told of the connection is told twice a second. */
const JUDGED_CHECKS = 2;

export interface SoundWatchListener {
	/** No packets come for a moment. */
	doubtful(): void;
	/** No packets come, which is seconds before ICE notices a dead server. */
	stalled(): void;
	/** They come again. */
	back(): void;
	/** So many have come since the call began. */
	received(packets: number): void;
	/** What to say of the connection. */
	judged(verdict: LinkVerdict): void;
	/** Once a second. */
	second(stats: CallStats): void;
}

/** Looks four times a second at what really arrives: a connection that calls itself connected may be dead. */
export class SoundWatch {
	private seen = 0;
	private silent = 0;
	private looks = 0;
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
		const arrived = this.arrives;
		if (packetsReceived > this.seen) this.silent = 0;
		else if (this.seen > 0) this.silent++;
		this.seen = packetsReceived;
		if (this.silent === DOUBTFUL_CHECKS) this.listener.doubtful();
		if (arrived && !this.arrives) this.listener.stalled();
		if (!arrived && this.arrives) this.listener.back();
		this.looks++;
		if (this.looks % JUDGED_CHECKS === 0) {
			this.listener.received(packetsReceived);
			this.listener.judged(this.judge.take(stats, this.arrives));
		}
		if (this.looks % LOOKS_A_SECOND === 0) this.listener.second(stats);
	}
}
