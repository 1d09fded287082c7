import type { DoneBy, Replacement } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { Cooldowns } from './cooldowns';
import type { ChainLink } from './links';

/** It travels in a header beside a speech file's sound, and headers are short. */
const WHY_LENGTH = 500;
const BEFORE = 'it failed a moment ago: ';

/** How much work each engine has at the moment: speeches, conversations, callers who are heard. One for each stage. */
export class OpenWork {
	private readonly open = new Map<string, number>();

	of(engine: string): number {
		return this.open.get(engine) ?? 0;
	}

	/** Counts from now on. The result ends it, once, however often it is called. */
	begin(engine: string): () => void {
		this.open.set(engine, this.of(engine) + 1);
		let ended = false;
		return () => {
			if (ended) return;
			ended = true;
			this.open.set(engine, this.of(engine) - 1);
		};
	}
}

/** A piece of work and who was chosen for it. */
export interface Taken<L> {
	readonly engine: L;
	/** The work has ended, well or not. May be called again. */
	readonly done: () => void;
}

/**
 * One piece of work on its way through the engines of a chain, in their order. It begins with the first that is not
 * cooling down; where all are, with the first. Engines that share their work have one place in that order.
 */
export class FallbackChain<L extends ChainLink> {
	private readonly replaced: Replacement[] = [];
	private readonly failed = new Set<L>();
	private current: L;

	/** `open`: what all chains of this stage have under way. */
	constructor(
		private readonly links: readonly [L, ...L[]],
		private readonly cooldowns: Cooldowns,
		private readonly open = new OpenWork(),
	) {
		this.current = links.find(({ name }) => cooldowns.reason(name) === undefined) ?? links[0];
		const first = links.indexOf(this.current);
		links.slice(0, first).forEach((link, at) => this.left(link, links[at + 1] ?? this.current, cooldowns.reason(link.name), BEFORE));
		// Who has several servers hears of it when one of them is down, whichever it is.
		if (cooldowns.reason(this.current.name)) return;
		for (const link of this.beside(this.current)) {
			if (links.indexOf(link) > first) this.left(link, this.current, cooldowns.reason(link.name), BEFORE);
		}
	}

	/** The engine in use. */
	get engine(): L {
		return this.current;
	}

	get doneBy(): DoneBy {
		return { engine: this.current.name, replaced: [...this.replaced] };
	}

	/** In this chain: others may do better with it. */
	hasFailed(engine: L): boolean {
		return this.failed.has(engine);
	}

	/** There is a fallback for `engine`. */
	hasNext(engine: L = this.current): boolean {
		return this.after(engine) !== undefined;
	}

	/**
	 * The engine for what is to be done now: of those that share it the one that has least to do, by order where
	 * several have the same; `kept` where that can. Chosen and counted in one step, so that many who ask at once are spread.
	 */
	take(kept?: string): Taken<L> {
		const able = this.beside(this.current).filter((link) => this.able(link));
		this.current = able.find(({ name }) => name === kept) ?? this.leastBusy(able) ?? this.current;
		return { engine: this.current, done: this.open.begin(this.current.name) };
	}

	/** What the first engine gives that can do `work` whole. Rejects as the last one, and with VOICE_ERR_CANCELLED. */
	async first<T>(work: (engine: L) => Promise<T>, signal?: AbortSignal): Promise<T> {
		for (;;) {
			const { engine, done } = this.take();
			try {
				return await work(engine);
			} catch (thrown) {
				const error = VoiceError.from(thrown, 'VOICE_ERR_MODEL_FAILED');
				if (signal?.aborted || error.code === 'VOICE_ERR_CANCELLED') throw error;
				this.next(error, engine);
			} finally {
				done();
			}
		}
	}

	/** As `first`; those that share the work are made ready too, which nobody waits for. */
	async warm(work: (engine: L) => Promise<unknown>): Promise<void> {
		const first = this.first(work);
		for (const link of this.beside(this.current)) {
			if (link === this.current) continue;
			work(link).then(
				() => this.cooldowns.worked(link.name),
				(error: unknown) => this.cooldowns.failed(link.name, VoiceError.from(error, 'VOICE_ERR_MODEL_FAILED'), true),
			);
		}
		await first;
	}

	/** The engine did its work. */
	worked(engine: L = this.current): void {
		this.cooldowns.worked(engine.name);
	}

	/**
	 * `engine` failed: another one is used, unless that is so already (two pieces of work may fail on one engine).
	 * Throws the error where none is left.
	 */
	next(error: VoiceError, engine: L = this.current): void {
		if (this.failed.has(engine)) return;
		const to = this.after(engine);
		if (!to) throw error;
		this.failed.add(engine);
		this.cooldowns.failed(engine.name, error, engine.shares !== undefined);
		this.left(engine, to, error);
		this.current = to;
	}

	/** Who is asked where `engine` fails: those that share its work, then whoever comes after them. */
	private after(engine: L): L | undefined {
		const run = this.beside(engine);
		const others = run.filter((link) => link !== engine && !this.failed.has(link));
		const able = this.leastBusy(others.filter((link) => this.able(link)));
		return able ?? this.links.slice(this.links.indexOf(engine)).find((link) => !run.includes(link) && !this.failed.has(link)) ?? others[0];
	}

	/** Those that share their work with `engine`, and itself. */
	private beside(engine: L): readonly L[] {
		if (engine.shares === undefined) return [engine];
		const at = this.links.indexOf(engine);
		const other = ({ shares }: L): boolean => shares !== engine.shares;
		const before = this.links.slice(0, at).findLastIndex(other);
		const after = this.links.findIndex((link, index) => index > at && other(link));
		return this.links.slice(before + 1, after === -1 ? undefined : after);
	}

	/** Nothing speaks against it. One that failed and has rested gets one piece of work to show that it is back. */
	private able(link: L): boolean {
		if (this.failed.has(link) || this.cooldowns.reason(link.name)) return false;
		return !this.cooldowns.unproven(link.name) || this.open.of(link.name) === 0;
	}

	private leastBusy(links: readonly L[]): L | undefined {
		return links.reduce<L | undefined>((least, link) => (least && this.open.of(least.name) <= this.open.of(link.name) ? least : link), undefined);
	}

	private left({ name: from }: L, { name: to }: L, error: VoiceError | undefined, before = ''): void {
		if (error) this.replaced.push({ from, to, code: error.code, why: `${before}${error.message}`.slice(0, WHY_LENGTH) });
	}
}
