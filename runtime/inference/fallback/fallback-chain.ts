import type { DoneBy, Replacement } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { Cooldowns } from './cooldowns';

/** It travels in a header beside a speech file's sound, and headers are short. */
const WHY_LENGTH = 500;

/** One engine of a chain. People and Cooldowns know it by its `name`. */
export interface ChainLink {
	readonly name: string;
}

/**
 * One piece of work on its way through the engines of a chain, in their order. It begins with the first
 * that is not cooling down; where all are, with the first.
 */
export class FallbackChain<L extends ChainLink> {
	private readonly replaced: Replacement[] = [];
	private at = 0;

	constructor(
		private readonly links: readonly [L, ...L[]],
		private readonly cooldowns: Cooldowns,
	) {
		const awake = links.findIndex(({ name }) => cooldowns.reason(name) === undefined);
		while (this.at < awake) this.move(this.cooldowns.reason(this.engine.name), 'it failed a moment ago: ');
	}

	/** The engine in use. */
	get engine(): L {
		return this.links[this.at] ?? this.links[0];
	}

	/** There is a fallback for `engine`. */
	get hasNext(): boolean {
		return this.at + 1 < this.links.length;
	}

	get doneBy(): DoneBy {
		return { engine: this.engine.name, replaced: [...this.replaced] };
	}

	/** What the first engine gives that can do `work` whole. Rejects as the last one, and with VOICE_ERR_CANCELLED. */
	async first<T>(work: (engine: L) => Promise<T>, signal?: AbortSignal): Promise<T> {
		for (;;) {
			try {
				return await work(this.engine);
			} catch (thrown) {
				const error = VoiceError.from(thrown, 'VOICE_ERR_MODEL_FAILED');
				if (signal?.aborted || error.code === 'VOICE_ERR_CANCELLED') throw error;
				this.next(error);
			}
		}
	}

	/** The engine did its work. */
	worked(): void {
		this.cooldowns.worked(this.engine.name);
	}

	/**
	 * `engine` failed: the next one is used, unless it is already (two pieces of work may fail on one engine).
	 * Throws the error where none is left.
	 */
	next(error: VoiceError, engine: L = this.engine): void {
		if (engine !== this.engine) return;
		if (!this.hasNext) throw error;
		this.cooldowns.failed(engine.name, error);
		this.move(error);
	}

	private move(error: VoiceError | undefined, before = ''): void {
		const from = this.engine.name;
		this.at++;
		if (error) this.replaced.push({ from, to: this.engine.name, code: error.code, why: `${before}${error.message}`.slice(0, WHY_LENGTH) });
	}
}
