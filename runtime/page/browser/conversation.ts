import type { PageEvent } from '../../contract/page-events';
import type { TurnTimings } from '../../contract/turn';

/** What one of the two said. */
export interface ConversationLine {
	kind: 'line';
	key: string;
	role: 'caller' | 'agent';
	/** Absent while the caller still speaks, and for what the agent says of its own accord. */
	turnId: string | undefined;
	/** Of an agent's line that is not settled: what is written. Of a settled one: what was heard. */
	text: string;
	/** What was written but never heard; '' unless interrupted, or ended by its limit. */
	unheard: string;
	settled: boolean;
	interrupted: boolean;
	/** Not by the caller: it was longer than the agent may speak at a time. */
	reachedLimit: boolean;
	understood: boolean;
	/** The connection was lost while the caller said it. Settled so, it never became a turn. */
	lost: boolean;
	timings: TurnTimings | undefined;
}

export interface ToolUse {
	kind: 'tool';
	key: string;
	turnId: string;
	id: string;
	name: string;
	arguments: Record<string, unknown>;
	status: 'running' | 'done' | 'failed';
	durationMs: number | undefined;
}

export type Entry = ConversationLine | ToolUse;

/** What both sides said and did, in the order it shows: built from page events, drawn by ConversationView. */
export class PageConversation {
	readonly entries: Entry[] = [];
	private made = 0;

	/** @param cut what the caller was saying when the page lost its connection, and how many lines of theirs stood above */
	constructor(private cut?: { text: string; above: number }) {}

	take(event: PageEvent): void {
		switch (event.type) {
			case 'caption.partial':
				return this.hear(event.text);
			case 'caption.final':
				return this.settleCaller(event.turnId, event.text, event.understood);
			case 'reply.partial':
				return this.write(event.turnId, event.text);
			case 'reply.heard':
				return this.settleAgent(event);
			case 'tool.started':
				this.entries.push({ ...event, kind: 'tool', key: `tool-${event.turnId}-${event.id}`, status: 'running', durationMs: undefined });
				return;
			case 'tool.finished':
				return this.finishTool(event.turnId, event.id, event.ok, event.durationMs);
			case 'turn.finished':
				return this.finishTurn(event.turnId, event.timings);
			case 'state':
				// A cough makes a partial that no final follows.
				if (event.state === 'listening' || event.state === 'speaking') this.giveUp(this.pending());
				// Of somebody who is still heard, nothing is lost yet.
				if (event.state !== 'hearing') this.showCut();
				return;
			case 'session.ended':
				return this.close();
			case 'session.started':
			case 'note':
			case 'loading':
			case 'error':
			case 'recovered':
		}
	}

	/** The connection is lost: what the caller is saying may not arrive. */
	connectionLost(): void {
		const line = this.pending();
		if (line) line.lost = true;
	}

	/** The same call over another connection: all that was said so far is told again, but what never became a turn is not. */
	again(): PageConversation {
		const line = this.pending();
		return new PageConversation(line?.lost ? { text: line.text, above: this.callerLines().length - 1 } : undefined);
	}

	/** The call is over: nothing will settle any more, so no line may look as if it went on. */
	close(): void {
		this.giveUp(this.pending());
		for (const entry of this.entries) {
			if (entry.kind === 'line') entry.settled = true;
			else if (entry.status === 'running') entry.status = 'failed';
		}
	}

	private hear(text: string): void {
		const pending = this.drop(this.pending());
		if (text) this.entries.push({ ...(pending ?? this.line('caller', undefined)), text });
	}

	private settleCaller(turnId: string, text: string, understood: boolean): void {
		const earlier = this.drop(this.pending()) ?? this.line('caller', turnId);
		this.entries.push({ ...earlier, turnId, text, understood, lost: false, settled: true });
	}

	/** No final follows any more. What was lost is kept: its caller has to know what to say again. */
	private giveUp(line: ConversationLine | undefined): void {
		if (line?.lost) line.settled = true;
		else this.drop(line);
	}

	/** What was said so far has been told: what was cut is not in it, unless it has become a turn. */
	private showCut(): void {
		const { cut } = this;
		this.cut = undefined;
		if (!cut || this.callerLines().length > cut.above) return;
		this.entries.push({ ...this.line('caller', undefined), text: cut.text, lost: true, settled: true });
	}

	private callerLines(): ConversationLine[] {
		return this.entries.filter((entry): entry is ConversationLine => entry.kind === 'line' && entry.role === 'caller');
	}

	private write(turnId: string | undefined, text: string): void {
		const last = this.lastAgentLine(turnId);
		if (last?.settled) {
			// Words that were already on their way when the caller interrupted.
			if (last.interrupted && (last.text + last.unheard).startsWith(text)) return;
			if (!text.startsWith(last.text) || turnId === undefined || last.interrupted) {
				this.entries.push({ ...this.line('agent', turnId), text });
				return;
			}
		}
		const line = last ?? this.line('agent', turnId);
		if (!last) this.entries.push(line);
		Object.assign(line, { text, settled: false });
	}

	private settleAgent({ turnId, text: heard, interrupted, reachedLimit = false }: Extract<PageEvent, { type: 'reply.heard' }>): void {
		const open = this.lastAgentLine(turnId);
		const line = open && !open.settled ? open : this.line('agent', turnId);
		const rest = interrupted && line.text.startsWith(heard) ? line.text.slice(heard.length) : '';
		Object.assign(line, { text: heard, unheard: rest, settled: true, interrupted, reachedLimit });
		if (!heard && !rest) this.drop(line);
		else if (!this.entries.includes(line)) this.entries.push(line);
	}

	private finishTool(turnId: string, id: string, ok: boolean, durationMs: number): void {
		for (const entry of this.entries) {
			if (entry.kind !== 'tool' || entry.turnId !== turnId || entry.id !== id) continue;
			Object.assign(entry, { status: ok ? 'done' : 'failed', durationMs });
		}
	}

	private finishTurn(turnId: string, timings: TurnTimings): void {
		const line = this.lastAgentLine(turnId);
		if (line) line.timings = timings;
	}

	private lastAgentLine(turnId: string | undefined): ConversationLine | undefined {
		return this.entries.findLast((entry): entry is ConversationLine => entry.kind === 'line' && entry.role === 'agent' && entry.turnId === turnId);
	}

	/** What the caller is saying now. */
	private pending(): ConversationLine | undefined {
		return this.entries.findLast((entry): entry is ConversationLine => entry.kind === 'line' && entry.role === 'caller' && !entry.settled);
	}

	private drop(line: ConversationLine | undefined): ConversationLine | undefined {
		if (line && this.entries.includes(line)) this.entries.splice(this.entries.indexOf(line), 1);
		return line;
	}

	private line(role: ConversationLine['role'], turnId: string | undefined): ConversationLine {
		return {
			kind: 'line',
			key: `line-${++this.made}`,
			role,
			turnId,
			text: '',
			unheard: '',
			settled: false,
			interrupted: false,
			reachedLimit: false,
			understood: true,
			lost: false,
			timings: undefined,
		};
	}
}
