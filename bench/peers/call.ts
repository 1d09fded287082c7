import { setTimeout as pause } from 'node:timers/promises';
import { monotonicClock } from '../../runtime/lib/clock';
import { Ear } from './ear';
import type { Line, LineListener, Spoken } from './line';
import type { Phrase } from './phrases';

/** How turns end: as they do by default, or after 300 ms of silence. */
export type Strategy = 'default' | 'silence';

/** A server of voice agents, ours or another's. */
export interface Side {
	readonly name: string;
	/** Those that it consists of, without what they started. */
	readonly pids: readonly number[];
	/** Resolves when the call is connected. */
	readonly dial: (listener: LineListener) => Promise<Line>;
}

/** Somebody else's. */
export interface Peer {
	side(strategy: Strategy): Side;
	stop(): Promise<void>;
}

const CONNECT_WITHIN_MS = 15_000;
const ANSWER_WITHIN_MS = 8000;
const LOOK_EVERY_MS = 5;

/** A call of a caller who waits, listens and speaks at moments of the bench. */
export class Call {
	readonly ear = new Ear();
	private line: Line | undefined;
	private lost: Error | undefined;

	private constructor(private readonly side: Side) {}

	static async dial(side: Side): Promise<Call> {
		const call = new Call(side);
		const dialled = side.dial({ hear: (at, pcm) => call.ear.hear(at, pcm), lost: (error) => (call.lost = error) });
		dialled.then(
			(line) => (call.line = line),
			(error: Error) => (call.lost = error),
		);
		await call.until(CONNECT_WITHIN_MS, () => call.line);
		return call;
	}

	async hangUp(): Promise<void> {
		await this.line?.hangUp();
	}

	/** Says it. @returns the first and the last audible sample that were sent */
	async say({ pcm }: Phrase): Promise<Spoken> {
		let spoken: Spoken | undefined;
		this.line?.say(pcm).then(
			(said) => (spoken = said),
			(error: Error) => (this.lost = error),
		);
		return await this.until(CONNECT_WITHIN_MS, () => spoken);
	}

	/** The first sound after `at`; undefined where none comes. */
	async untilSound(at: number): Promise<number | undefined> {
		return await this.until(ANSWER_WITHIN_MS, () => this.ear.soundAfter(at)).catch(() => undefined);
	}

	/** The last of the sound (of this reply, or any) that is heard at `at`, once it is known to be the last. */
	async untilSilent(at: number, reply?: string): Promise<number | undefined> {
		return await this.until(ANSWER_WITHIN_MS, () => this.ear.endOfSound(at, monotonicClock.now(), reply)).catch(() => undefined);
	}

	async waitUntil(at: number): Promise<void> {
		await pause(Math.max(0, at - monotonicClock.now()));
	}

	private async until<T>(withinMs: number, found: () => T | undefined): Promise<T> {
		const limit = performance.now() + withinMs;
		for (;;) {
			const value = found();
			if (value !== undefined) return value;
			if (this.lost) throw this.lost;
			if (performance.now() > limit) throw new Error(`${this.side.name}: nothing happened for ${withinMs / 1000} s`);
			await pause(LOOK_EVERY_MS);
		}
	}
}
