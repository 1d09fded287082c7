import type { PageEvent } from '../../contract/page-events';
import type { NumberedMessage } from '../../contract/signalling';

/** What a gap is waited for: the other way brings it within a round trip. */
const GAP_LIMIT_MS = 2_000;

/** What comes over several ways, each thing once and in the order of its numbers. */
export class MessageOrder {
	private shown = 0;
	private readonly early = new Map<number, NumberedMessage>();
	private gap: ReturnType<typeof setTimeout> | undefined;

	constructor(private readonly show: (message: NumberedMessage) => void) {}

	/** The last number of which nothing is missing. */
	get last(): number {
		return this.shown;
	}

	/** Nothing up to this number comes any more. */
	startAfter(seq: number): void {
		if (seq <= this.shown) return;
		this.shown = seq;
		for (const early of [...this.early.keys()]) if (early <= seq) this.early.delete(early);
		this.showAll();
	}

	take(message: NumberedMessage): void {
		if (message.seq <= this.shown) return;
		this.early.set(message.seq, message);
		this.showAll();
	}

	/** Of a runtime that numbers nothing, or of a call that was left: shown as it comes. */
	takeUnnumbered(event: PageEvent): void {
		this.show({ type: 'event', seq: this.shown, event });
	}

	stop(): void {
		clearTimeout(this.gap);
		this.gap = undefined;
		this.early.clear();
	}

	private showAll(): void {
		for (let next = this.early.get(this.shown + 1); next; next = this.early.get(this.shown + 1)) {
			this.early.delete(next.seq);
			this.shown = next.seq;
			this.show(next);
		}
		if (this.early.size === 0) this.stop();
		// What nobody brings is lost; better that than to stand still.
		else
			this.gap ??= setTimeout(() => {
				this.gap = undefined;
				this.startAfter(Math.min(...this.early.keys()) - 1);
			}, GAP_LIMIT_MS);
	}
}
