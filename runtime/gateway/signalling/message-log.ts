import type { PageEvent } from '../../contract/page-events';
import type { IceCandidate, NumberedMessage } from '../../contract/signalling';
import { monotonicClock } from '../../lib/clock';

/** What is kept for a page that has lost its way to us: minutes of captions. */
const MAX_KEPT = 500;
const MAX_KEPT_CHARACTERS = 1_000_000;

interface Kept {
	readonly message: NumberedMessage;
	readonly at: number;
	readonly characters: number;
}

/**
 * All that a call tells its page, numbered in one row. The data channel, the WebSocket and the held request carry the
 * same numbers, so a page that hears something twice knows it, and asks for what it has missed.
 */
export class MessageLog {
	private readonly kept: Kept[] = [];
	private readonly listeners = new Set<() => void>();
	private characters = 0;
	private isEnded = false;
	/** The page has it all up to here. */
	private acknowledged: number;
	/** The page reads its data channel: other ways need not hurry. */
	channelOpen = false;

	/** @param last the number before the first message: what is restored goes on above all that was ever told. */
	constructor(private last = 0) {
		this.acknowledged = last;
	}

	/** @returns its number */
	tell(event: PageEvent): number {
		return this.append({ type: 'event', seq: this.last + 1, event });
	}

	/** One of our ICE candidates that was found after the answer. */
	tellCandidate(candidate: IceCandidate): number {
		return this.append({ type: 'candidate', seq: this.last + 1, candidate });
	}

	/** All that was told so far is of no use any more: it is told anew. */
	restart(): void {
		this.kept.length = 0;
		this.characters = 0;
		this.acknowledged = this.last;
	}

	/** There will be no more. */
	end(): void {
		this.isEnded = true;
		this.changed();
	}

	/** The media link is gone, or another one has come. */
	setChannelOpen(open: boolean): void {
		this.channelOpen = open;
		this.changed();
	}

	get ended(): boolean {
		return this.isEnded;
	}

	/** The number before the oldest message that is kept: nobody can have what came before. */
	get before(): number {
		return (this.kept[0]?.message.seq ?? this.last + 1) - 1;
	}

	/** All that is kept above this number. */
	after(seq: number): NumberedMessage[] {
		return this.keptAfter(seq).map(({ message }) => message);
	}

	/** What the page is not known to have, above this number. */
	unacknowledged(seq = 0): NumberedMessage[] {
		return this.after(Math.max(seq, this.acknowledged));
	}

	/** When the oldest of those was told, lib/clock's time in ms; undefined where the page has all. */
	waitingSince(seq: number): number | undefined {
		return this.keptAfter(Math.max(seq, this.acknowledged))[0]?.at;
	}

	acknowledge(seq: number): void {
		if (seq <= this.acknowledged || seq > this.last) return;
		this.acknowledged = seq;
		this.changed();
	}

	/** Called after every change, until what is returned is called. */
	onChange(listener: () => void): () => void {
		this.listeners.add(listener);
		return () => this.listeners.delete(listener);
	}

	private append(message: NumberedMessage): number {
		this.last = message.seq;
		const { length } = JSON.stringify(message);
		this.kept.push({ message, at: monotonicClock.now(), characters: length });
		this.characters += length;
		while (this.kept.length > MAX_KEPT || (this.characters > MAX_KEPT_CHARACTERS && this.kept.length > 1)) {
			this.characters -= this.kept.shift()?.characters ?? 0;
		}
		this.changed();
		return message.seq;
	}

	private keptAfter(seq: number): Kept[] {
		// Numbers have no gaps, so the place is known.
		return this.kept.slice(Math.max(0, seq - this.before));
	}

	private changed(): void {
		for (const listener of [...this.listeners]) listener();
	}
}
