import type { PageEvent } from '../../contract/page-events';

/** What a page that comes back is told: an hour's conversation, and not more than a data channel keeps for a page. */
const MOST_EVENTS = 400;

type Kept = Extract<PageEvent, { type: 'caption.final' | 'reply.partial' | 'reply.heard' | 'tool.started' | 'tool.finished' | 'turn.finished' }>;

/** What a page shows of the call so far: the events that a page which has lost them is told again. */
export class PageTranscript {
	private readonly kept: Kept[] = [];
	private state: Extract<PageEvent, { type: 'state' }> | undefined;

	/** Returns whether it keeps the event. */
	take(event: PageEvent): boolean {
		switch (event.type) {
			case 'state':
				this.state = event;
				return true;
			case 'reply.partial':
				this.drop(({ type }) => type === 'reply.partial', event.turnId);
				break;
			case 'turn.finished':
				this.drop(({ type }) => type === 'turn.finished', event.turnId);
				break;
			case 'caption.final':
				// A node recognised it again.
				this.drop(({ type }) => type === 'caption.final', event.turnId);
				break;
			case 'reply.heard':
			case 'tool.started':
			case 'tool.finished':
				break;
			default:
				return false;
		}
		this.kept.push(event);
		if (this.kept.length > MOST_EVENTS) this.kept.shift();
		return true;
	}

	get events(): PageEvent[] {
		return [...this.kept, ...(this.state ? [this.state] : [])];
	}

	/** The newest of this kind in the turn, unless something of the turn came after it that it belongs before. */
	private drop(isKind: (event: Kept) => boolean, turnId: string | undefined): void {
		const last = this.kept.at(-1);
		if (last && isKind(last) && last.turnId === turnId) this.kept.pop();
	}
}
