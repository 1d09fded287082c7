import { cancelled } from '../../../../lib/async';

/** A speech's hold on one of the model's sequences. */
export class Seat<S> {
	private offering: NodeJS.Immediate | undefined;

	constructor(
		readonly place: S,
		private readonly places: SpeechPlaces<S>,
	) {}

	/** Nothing is written now: whoever has nowhere to go may have the sequence, unless `back` comes at once. */
	rest(): void {
		this.offering = setImmediate(() => this.places.offer(this));
	}

	/** Is the sequence still ours, and as we left it? If not, this seat is gone. */
	back(): boolean {
		clearImmediate(this.offering);
		return this.places.takeBack(this);
	}

	/** The speech is over. */
	leave(): void {
		clearImmediate(this.offering);
		this.places.giveUp(this);
	}
}

/**
 * The model's sequences and the speeches that are written on them. A speech that rests, because its listener has
 * enough to hear or has paused it, keeps its sequence only for as long as nobody else needs one: many paused
 * speeches never keep a new one waiting. One that lost its sequence reads its tokens again, when it goes on.
 */
export class SpeechPlaces<S> {
	/** The first ones go first: llama.cpp likes neighbours, see Step.sequence. */
	private readonly free: S[];
	private readonly seats = new Set<Seat<S>>();
	/** In the order in which they began to rest. */
	private readonly resting = new Set<Seat<S>>();
	private readonly waiting: Array<(seat: Seat<S>) => void> = [];

	constructor(private readonly sequences: readonly S[]) {
		this.free = [...sequences];
	}

	/** First come, first served. Rejects with VOICE_ERR_CANCELLED. */
	async take(signal: AbortSignal): Promise<Seat<S>> {
		if (signal.aborted) throw cancelled(signal.reason);
		return await new Promise((resolve, reject) => {
			const enter = (seat: Seat<S>): void => {
				signal.removeEventListener('abort', leave);
				resolve(seat);
			};
			const leave = (): void => {
				this.waiting.splice(this.waiting.indexOf(enter), 1);
				reject(cancelled(signal.reason));
			};
			signal.addEventListener('abort', leave, { once: true });
			this.waiting.push(enter);
			this.serve();
		});
	}

	/** For seats. */
	offer(seat: Seat<S>): void {
		this.resting.add(seat);
		this.serve();
	}

	/** For seats. */
	takeBack(seat: Seat<S>): boolean {
		this.resting.delete(seat);
		return this.seats.has(seat);
	}

	/** For seats. */
	giveUp(seat: Seat<S>): void {
		this.vacate(seat);
		this.serve();
	}

	private serve(): void {
		while (this.waiting.length > 0) {
			const [longest] = this.resting;
			if (this.free.length === 0 && longest) this.vacate(longest);
			const sequence = this.free.shift();
			if (sequence === undefined) return;
			const seat = new Seat(sequence, this);
			this.seats.add(seat);
			this.waiting.shift()?.(seat);
		}
	}

	private vacate(seat: Seat<S>): void {
		this.resting.delete(seat);
		if (!this.seats.delete(seat)) return;
		this.free.push(seat.place);
		this.free.sort((a, b) => this.sequences.indexOf(a) - this.sequences.indexOf(b));
	}
}
