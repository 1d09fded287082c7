import { setTimeout as pause } from 'node:timers/promises';
import type { PeerProtocol } from '../../runtime/cli/call/peer-protocol';
import { monotonicClock } from '../../runtime/lib/clock';
import type { Forked } from '../forked';
import { cpuMsOfAll, family, proportionalBytes } from '../processes';
import { Ear } from './ear';
import type { Phrase } from './phrases';

/** A server of voice agents, ours or another's. */
export interface Side {
	readonly name: string;
	/** Those that it consists of, without what they started. */
	readonly pids: readonly number[];
	/** Answers a call's offer. */
	readonly answer: (sdp: string) => Promise<{ readonly sdp: string; readonly end: () => Promise<unknown> }>;
}

export interface Cost {
	/** Of a processor, for a minute of call. */
	readonly cpuMs: number;
	readonly bytes: number;
}

/** Jitter buffers shrink to what the path needs, models are loaded. */
const SETTLE_MS = 2500;
const CONNECT_WITHIN_MS = 15_000;
const ANSWER_WITHIN_MS = 8000;
const LOOK_EVERY_MS = 5;

/** A call of a caller who waits, listens and speaks at moments of the bench. */
export class Call {
	readonly ear = new Ear();
	private said = 0;
	private readonly spoken = new Map<string, { readonly from: number; readonly to: number }>();
	private connected = false;
	private lost: Error | undefined;

	private constructor(
		private readonly side: Side,
		private readonly peer: ReturnType<Forked<PeerProtocol>['client']['call']>,
	) {}

	/** Acts in a call with it. @returns what the call cost the side */
	static async with(side: Side, peers: Forked<PeerProtocol>, act: (call: Call) => Promise<void>): Promise<Cost> {
		let hears: Call | undefined;
		let offered: (sdp: string) => void = () => undefined;
		const offer = new Promise<string>((resolve) => (offered = resolve));
		const peer = peers.client.call('peer', { hear: true }, (event) => {
			if (event.type === 'offer') offered(event.sdp);
			else if (event.type === 'heard') hears?.ear.hear(event.at, event.pcm);
			else if (event.type === 'spoken') hears?.spoken.set(event.id, event);
			else if (event.type === 'state' && event.state === 'connected' && hears) hears.connected = true;
		});
		const call = (hears = new Call(side, peer));
		peer.result.catch((error: Error) => (call.lost = error));
		const { sdp, end } = await side.answer(await offer);
		try {
			peer.send({ type: 'answer', sdp });
			await call.until(CONNECT_WITHIN_MS, () => call.connected);
			await pause(SETTLE_MS);
			const before = { at: performance.now(), cpuMs: call.cpuMs() };
			await act(call);
			const cpuMs = ((call.cpuMs() - before.cpuMs) * 60_000) / (performance.now() - before.at);
			return { cpuMs, bytes: side.pids.flatMap(family).reduce((sum, pid) => sum + proportionalBytes(pid), 0) };
		} finally {
			peer.send({ type: 'hangUp' });
			await end();
		}
	}

	/** Says it. @returns the first and the last audible sample that were sent */
	async say({ pcm }: Phrase): Promise<{ readonly from: number; readonly to: number }> {
		const id = String(this.said++);
		this.peer.send({ type: 'say', id, pcm });
		await this.until(CONNECT_WITHIN_MS, () => this.spoken.has(id));
		return this.spoken.get(id) ?? { from: Number.NaN, to: Number.NaN };
	}

	/** The first sound after `at`; undefined where none comes. */
	async untilSound(at: number): Promise<number | undefined> {
		await this.until(ANSWER_WITHIN_MS, () => this.ear.soundAfter(at) !== undefined).catch(() => undefined);
		return this.ear.soundAfter(at);
	}

	/** The last of the sound (of this reply, or any) that is heard at `at`, once it is known to be the last. */
	async untilSilent(at: number, reply?: string): Promise<number | undefined> {
		const end = (): number | undefined => this.ear.endOfSound(at, monotonicClock.now(), reply);
		await this.until(ANSWER_WITHIN_MS, () => end() !== undefined).catch(() => undefined);
		return end();
	}

	async waitUntil(at: number): Promise<void> {
		await pause(Math.max(0, at - monotonicClock.now()));
	}

	private cpuMs(): number {
		return cpuMsOfAll(this.side.pids.flatMap(family));
	}

	private async until(withinMs: number, happened: () => boolean): Promise<void> {
		const limit = performance.now() + withinMs;
		while (!happened()) {
			if (this.lost) throw this.lost;
			if (performance.now() > limit) throw new Error(`${this.side.name}: nothing happened for ${withinMs / 1000} s`);
			await pause(LOOK_EVERY_MS);
		}
	}
}
