import dgram from 'node:dgram';
import { once } from 'node:events';

/** Addresses that the two ends would find each other by are taken out, so that all goes through the proxy. */
function withoutCandidates(sdp: string): string[] {
	return sdp.split('\r\n').filter((line) => !line.startsWith('a=candidate:') && line !== 'a=end-of-candidates');
}

const QUEUE_MS = 1000;
/** No jitter buffer has grown to as much after a second. */
const LATE_MS = 400;

/** One way of a network: so many bits pass, more waits in a queue of a second, and what does not fit is lost. */
class Way {
	kbit = Infinity;
	/** Packets that passed. */
	passed = 0;
	private freeAt = 0;

	/** How long a packet that comes now will wait. */
	get queueMs(): number {
		return Math.max(0, this.freeAt - performance.now());
	}

	pass(packet: Buffer, send: () => void): void {
		const wait = this.queueMs + (packet.length * 8) / this.kbit;
		if (wait > QUEUE_MS) return;
		this.freeAt = performance.now() + wait;
		const sent = (): void => {
			this.passed++;
			send();
		};
		if (wait < 1) sent();
		else setTimeout(sent, wait);
	}
}

/** What a packet is by its first bytes (RFC 7983): of DTLS, what sets it up or what is said over it. */
export type PacketKind = 'stun' | 'dtls setup' | 'dtls data' | 'sound';

function kindOf(packet: Buffer): PacketKind {
	const [first = 0] = packet;
	if (first < 4) return 'stun';
	if (first < 64) return first === 23 ? 'dtls data' : 'dtls setup';
	return 'sound';
}

/** RFC 5761. */
function isRtcp([, second = 0]: Buffer): boolean {
	return second >= 192 && second < 224;
}

/** A network between a caller and the runtime that is narrow, or loses packets, or all of them: this kernel has no netem. */
export class UdpProxy {
	/** Share of packets that is lost, each way. */
	loss = 0;
	/** From the runtime to the caller, and back. */
	readonly down = new Way();
	readonly up = new Way();
	/** Each packet waits for up to so long, each its own time: they change places. */
	jitterMs = 0;
	/** Share of the caller's packets of sound that come so late that they are of no use; none of them is lost. */
	late = 0;
	/** 0 to below 1. */
	chance: () => number = Math.random;
	/** Nothing gets through: neither way, or one. */
	cut: 'none' | 'both' | 'up' | 'down' = 'none';
	/** Packets of sound that the runtime has sent; without RTCP. */
	soundSent = 0;
	/** What passes from the caller. RTCP is taken for sound. */
	passesUp: readonly PacketKind[] = ['stun', 'dtls setup', 'dtls data', 'sound'];
	private closed = false;
	private server: number | undefined;
	private caller: dgram.RemoteInfo | undefined;

	private constructor(
		private readonly address: string,
		private readonly front: dgram.Socket,
		private readonly back: dgram.Socket,
	) {
		front.on('message', (packet, from) => {
			this.caller = from;
			if (this.passesUp.includes(kindOf(packet)) && !this.drops('up')) this.later(() => this.up.pass(packet, () => this.send(back, packet, this.server, address)), kindOf(packet) === 'sound' && this.chance() < this.late);
		});
		back.on('message', (packet) => {
			if (kindOf(packet) === 'sound' && !isRtcp(packet)) this.soundSent++;
			if (!this.drops('down')) this.later(() => this.down.pass(packet, () => this.send(front, packet, this.caller?.port, this.caller?.address)));
		});
	}

	/** @param address of this machine where both ends find it: Firefox uses no loopback address */
	static async open(address = '127.0.0.1'): Promise<UdpProxy> {
		const sockets = [dgram.createSocket('udp4'), dgram.createSocket('udp4')] as const;
		for (const socket of sockets) {
			socket.bind(0, address);
			await once(socket, 'listening');
		}
		return new UdpProxy(address, ...sockets);
	}

	/** The runtime learns where the caller is from what the proxy sends. */
	offerOf(sdp: string): string {
		return withoutCandidates(sdp).join('\r\n');
	}

	/** The caller takes the proxy for the runtime. */
	answerOf(sdp: string): string {
		const [, port] = / (\d+) typ host/.exec(sdp.split('\r\n').find((line) => / udp .* \d+ typ host/i.test(line) && line.includes(` ${this.address} `)) ?? '') ?? [];
		if (port === undefined) throw new Error(`the answer has no candidate at ${this.address}`);
		this.server = Number(port);
		const candidate = `a=candidate:1 1 udp 2122260223 ${this.address} ${this.front.address().port} typ host`;
		return withoutCandidates(sdp).flatMap((line) => (line.startsWith('a=ice-ufrag:') ? [candidate, line] : [line])).join('\r\n');
	}

	private send(socket: dgram.Socket, packet: Buffer, port: number | undefined, address: string | undefined): void {
		if (port !== undefined && !this.closed) socket.send(packet, port, address);
	}

	private later(pass: () => void, isLate = false): void {
		if (isLate) setTimeout(() => this.closed || pass(), LATE_MS);
		else if (this.jitterMs === 0) pass();
		else setTimeout(() => this.closed || pass(), this.chance() * this.jitterMs);
	}

	close(): void {
		this.closed = true;
		this.front.close();
		this.back.close();
	}

	private drops(way: 'up' | 'down'): boolean {
		return this.cut === 'both' || this.cut === way || this.chance() < this.loss;
	}
}
