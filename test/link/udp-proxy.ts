import dgram from 'node:dgram';
import { once } from 'node:events';

/** Addresses that the two ends would find each other by are taken out, so that all goes through the proxy. */
function withoutCandidates(sdp: string): string[] {
	return sdp.split('\r\n').filter((line) => !line.startsWith('a=candidate:') && line !== 'a=end-of-candidates');
}

const QUEUE_MS = 1000;

/** A network between a caller and the runtime that loses packets, or all of them: this kernel has no netem. */
export class UdpProxy {
	/** Share of packets that is lost, each way. */
	loss = 0;
	/** What passes from the runtime to the caller, kbit/s; more waits in a queue of a second. */
	kbitDown = Infinity;
	/** Packets that passed to the caller. */
	passedDown = 0;
	private freeAt = 0;
	/** Nothing gets through: neither way, or one. */
	cut: 'none' | 'both' | 'up' | 'down' = 'none';
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
			if (this.server !== undefined && !this.drops('up')) back.send(packet, this.server, address);
		});
		back.on('message', (packet) => {
			if (!this.drops('down')) this.passDown(packet);
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

	private passDown(packet: Buffer): void {
		const now = performance.now();
		this.freeAt = Math.max(now, this.freeAt) + (packet.length * 8) / this.kbitDown;
		const wait = this.freeAt - now;
		if (wait > QUEUE_MS) {
			this.freeAt -= (packet.length * 8) / this.kbitDown;
			return;
		}
		const pass = (): void => {
			if (!this.caller || this.closed) return;
			this.passedDown++;
			this.front.send(packet, this.caller.port, this.caller.address);
		};
		if (wait < 1) pass();
		else setTimeout(pass, wait);
	}

	close(): void {
		this.closed = true;
		this.front.close();
		this.back.close();
	}

	private drops(way: 'up' | 'down'): boolean {
		return this.cut === 'both' || this.cut === way || Math.random() < this.loss;
	}
}
