import { VoiceError } from '../../contract/errors';

/** One place in a model's memory, with the conversation whose tokens it holds. */
interface Place<S> {
	readonly sequence: S;
	owner: string | undefined;
	busy: boolean;
	lastUsed: number;
}

interface Waiting<S> {
	readonly conversation: string;
	readonly likeness: (sequence: S) => number;
	readonly start: (place: Place<S>) => void;
}

/**
 * Hands the model's sequences to conversations. A conversation keeps its sequence for as long as there is
 * room, so that a turn reads only what is new. When a newcomer finds no free place, the conversation that
 * has been silent longest loses its own and will read its history again.
 */
export class SequencePool<S> {
	private readonly places: Array<Place<S>>;
	private readonly waiting: Array<Waiting<S>> = [];
	private uses = 0;
	private strangers = 0;

	constructor(sequences: readonly S[]) {
		this.places = sequences.map((sequence) => ({ sequence, owner: undefined, busy: false, lastUsed: 0 }));
	}

	/**
	 * Runs `work` on the conversation's sequence. Two of one conversation run one after the other.
	 * `likeness` says how many of the coming tokens a sequence already holds: among free places the most
	 * alike is taken, so a new call of the same agent finds its instructions read.
	 */
	async use<T>(
		conversation: string,
		likeness: (sequence: S) => number,
		signal: AbortSignal,
		work: (sequence: S) => Promise<T>,
	): Promise<T> {
		const owner = conversation === '' ? `stranger ${++this.strangers}` : conversation;
		const place = await this.take(owner, likeness, signal);
		try {
			return await work(place.sequence);
		} finally {
			place.busy = false;
			place.lastUsed = ++this.uses;
			if (conversation === '') place.owner = undefined;
			this.serve();
		}
	}

	/** Whether there is a place that no conversation has. */
	get hasRoom(): boolean {
		return this.places.some(({ owner }) => owner === undefined);
	}

	forget(conversation: string): void {
		for (const place of this.places) if (place.owner === conversation) place.owner = undefined;
		this.serve();
	}

	private take(conversation: string, likeness: (sequence: S) => number, signal: AbortSignal): Promise<Place<S>> {
		return new Promise((resolve, reject) => {
			const cancelled = (): VoiceError => new VoiceError('VOICE_ERR_CANCELLED', 'The reply was cancelled.');
			if (signal.aborted) {
				reject(cancelled());
				return;
			}
			const leave = (): void => {
				this.waiting.splice(this.waiting.indexOf(entry), 1);
				reject(cancelled());
			};
			const entry: Waiting<S> = {
				conversation,
				likeness,
				start: (place) => {
					signal.removeEventListener('abort', leave);
					resolve(place);
				},
			};
			signal.addEventListener('abort', leave, { once: true });
			this.waiting.push(entry);
			this.serve();
		});
	}

	/** Gives places to whoever can have one now, first come first served. */
	private serve(): void {
		const served: Array<{ entry: Waiting<S>; place: Place<S> }> = [];
		for (const entry of this.waiting) {
			const place = this.placeFor(entry);
			if (!place) continue;
			place.busy = true;
			place.owner = entry.conversation;
			served.push({ entry, place });
		}
		for (const { entry, place } of served) {
			this.waiting.splice(this.waiting.indexOf(entry), 1);
			entry.start(place);
		}
	}

	private placeFor({ conversation, likeness }: Waiting<S>): Place<S> | undefined {
		const own = this.places.find((place) => place.owner === conversation);
		if (own) return own.busy ? undefined : own;
		const idle = this.places.filter((place) => !place.busy);
		const free = idle.filter((place) => place.owner === undefined);
		if (free.length > 0) return best(free, (place) => likeness(place.sequence));
		return idle.length > 0 ? best(idle, (place) => -place.lastUsed) : undefined;
	}
}

function best<T>(items: readonly T[], value: (item: T) => number): T {
	return items.reduce((leader, item) => (value(item) > value(leader) ? item : leader));
}

import type { LlamaContext, LlamaContextSequence } from 'node-llama-cpp' with { 'resolution-mode': 'import' };

const numbers = new WeakMap<LlamaContextSequence, number>();

/** All sequences of a new context, in the order of llama.cpp's own numbers. */
export function sequencesOf(context: LlamaContext): LlamaContextSequence[] {
	return Array.from({ length: context.totalSequences }, (_, number) => {
		const sequence = context.getSequence();
		numbers.set(sequence, number);
		return sequence;
	});
}

/** llama.cpp's number of a sequence that `sequencesOf` gave. */
export function numberOf(sequence: LlamaContextSequence): number {
	return numbers.get(sequence) ?? 0;
}
