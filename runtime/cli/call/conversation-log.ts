import type { AgentState, PageEvent } from '../../contract/page-events';
import type { ErrorShape } from '../../contract/errors';
import type { CallTurn } from './report';

/** Reads the events that come over the data channel into turns, and lets the script wait for what they say. */
export class ConversationLog {
	agent = '';
	greeting = '';
	private greets: boolean | undefined;
	private greeted = false;
	ended: string | undefined;
	state: AgentState | undefined;
	readonly errors: ErrorShape[] = [];
	/** Turns that the runtime has declared, by id. */
	private readonly turns = new Map<string, CallTurn>();
	/** What the caller has said and no turn was declared for yet. */
	private open: CallTurn[] = [];
	private watchers: Array<() => void> = [];

	/** The agent has said its greeting, if it has one, and listens. */
	get ready(): boolean {
		return this.greets !== undefined && (!this.greets || this.greeted) && this.state === 'listening';
	}

	/** The caller begins to say this: the next turn that is declared is its. */
	expect(turn: CallTurn): void {
		this.open.push(turn);
	}

	receive(event: PageEvent): void {
		this.note(event);
		for (const look of this.watchers.splice(0)) look();
	}

	/** The connection is gone without a word of the agent's. */
	lose(error: ErrorShape): void {
		if (this.ended !== undefined) return;
		this.errors.push(error);
		this.receive({ type: 'session.ended', reason: error.message });
	}

	/** Resolves when `holds()` does, which is looked at after every event. */
	async until(holds: () => boolean): Promise<void> {
		while (!holds()) await new Promise<void>((resolve) => this.watchers.push(resolve));
	}

	private note(event: PageEvent): void {
		switch (event.type) {
			case 'session.started':
				this.agent = event.agent;
				this.greets = event.greets;
				break;
			case 'state':
				this.state = event.state;
				break;
			case 'caption.final':
				this.declared(event.turnId, event.text, event.understood);
				break;
			case 'reply.heard':
				this.replied(event.turnId, event.text, event.interrupted);
				break;
			case 'tool.started':
				this.turns.get(event.turnId)?.tools.push({ id: event.id, name: event.name, arguments: event.arguments });
				break;
			case 'tool.finished': {
				const tool = this.turns.get(event.turnId)?.tools.find(({ id }) => id === event.id);
				if (tool) Object.assign(tool, { ok: event.ok, durationMs: event.durationMs });
				break;
			}
			case 'turn.finished': {
				const turn = this.turns.get(event.turnId);
				if (turn) Object.assign(turn, { timings: event.timings, gaps: event.gaps });
				break;
			}
			case 'error': {
				const turn = this.turnOf(event.turnId);
				if (turn) turn.error = event.error;
				else this.errors.push(event.error);
				break;
			}
			case 'session.ended':
				this.ended = event.reason;
				break;
			case 'caption.partial':
			case 'reply.partial':
				break;
		}
	}

	private declared(turnId: string, text: string, understood: boolean): void {
		// Speech that the agent took for two turns, or continued: the last line that was said goes on.
		const turn = this.open.shift() ?? [...this.turns.values()].at(-1);
		if (!turn) return;
		Object.assign(turn, { turnId, heard: text, understood, timings: undefined });
		this.turns.set(turnId, turn);
	}

	/** Where nothing was recognised, the first that is heard of a turn is its answer, or that it failed. */
	private turnOf(turnId: string | undefined): CallTurn | undefined {
		if (turnId === undefined) return undefined;
		const known = this.turns.get(turnId);
		const turn = known ?? this.open.shift();
		if (turn && !known) this.turns.set(turnId, Object.assign(turn, { turnId }));
		return turn;
	}

	private replied(turnId: string | undefined, text: string, interrupted: boolean): void {
		if (turnId === undefined) {
			this.greeting = text;
			this.greeted = true;
		}
		const turn = this.turnOf(turnId);
		if (turn) Object.assign(turn, { reply: text, interrupted });
	}
}
