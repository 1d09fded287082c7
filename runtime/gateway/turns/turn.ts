import { randomBytes } from 'node:crypto';
import { type Clock, monotonicClock } from '../../lib/clock';
import type { DoneBy } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { ToolRecord, TurnTimings } from '../../contract/turn';
import type { StartTurn } from '../../dialogue/conversation-events';
import { timingsOf, type TurnMarks } from '../../dialogue/turn-timings';
import type { Reply } from './reply';
import type { AgentUtterance } from './agent-utterance';

function newTurnId(): string {
	return `t_${randomBytes(18).toString('base64url')}`;
}

/** One turn: what the caller said, who answers it, and what has come of it so far. */
export class Turn {
	readonly id = newTurnId();
	readonly n: number;
	readonly text: string;
	readonly understood: boolean;
	readonly confidence: number;
	/** false: there was no look-ahead or the recogniser was lost, and `text` says nothing about what was heard. */
	readonly recognised: boolean;
	readonly marks: TurnMarks;
	readonly tools: ToolRecord[] = [];
	readonly utterances: AgentUtterance[] = [];
	reply: Reply | undefined;
	/** Who recognised it. */
	heardBy: DoneBy;
	/** What was recognised; changed where a node recognises it again. */
	heardText: string;
	/** What was said without a reply of the model: text of other nodes. */
	readonly said: string[] = [];
	/** Asks of nodes that are being answered right now. */
	asks = 0;
	/** Set once, by whatever ended the turn first. */
	end: 'spoken' | 'interrupted' | 'failed' | undefined;
	/** Why it failed. */
	error: VoiceError | undefined;
	private owner: string | undefined;

	constructor(
		start: StartTurn,
		private readonly sound: readonly Int16Array[],
		heardBy: DoneBy = { engine: '', replaced: [] },
		private readonly clock: Clock = monotonicClock,
	) {
		this.n = start.n;
		this.text = start.text;
		this.heardText = start.text;
		this.heardBy = heardBy;
		this.understood = start.understood;
		this.confidence = start.confidence;
		this.recognised = start.recognised;
		this.marks = {
			speechStartAt: start.speechStartAt,
			speechEndAt: start.speechEndAt,
			declaredAt: start.declaredAt,
			...(start.finalAt === undefined ? {} : { finalAt: start.finalAt }),
		};
	}

	get answered(): boolean {
		return this.owner !== undefined;
	}

	get timings(): TurnTimings {
		return timingsOf(this.marks);
	}

	get durationMs(): number {
		return Math.max(0, this.marks.speechEndAt - this.marks.speechStartAt);
	}

	/** The first execution that asks owns the turn: a second one would answer the caller twice. */
	claim(executionId: string): void {
		if (this.owner !== undefined && this.owner !== executionId) {
			throw new VoiceError('VOICE_ERR_TURN_CLAIMED', `Execution ${this.owner} already answers this turn.`);
		}
		if (this.owner === undefined) this.mark('firstAskAt');
		this.owner = executionId;
	}

	/** Times the first happening of a stage. */
	mark(name: keyof TurnMarks, at: number = this.clock.now()): void {
		this.marks[name] ??= at;
	}

	/** The caller's sound of this turn, 16 kHz. */
	audio(): readonly Int16Array[] {
		return this.sound;
	}

	/** The utterance that is being written or spoken. */
	get speaking(): AgentUtterance | undefined {
		const last = this.utterances.at(-1);
		return last?.over ? undefined : last;
	}

	/** Everything that was to be said. */
	get written(): string {
		return [this.reply?.text.trim() ?? '', ...this.said].filter((text) => text !== '').join(' ');
	}

	/** What the caller has heard in this turn. */
	get heard(): string {
		return this.utterances
			.map((utterance) => utterance.heard)
			.filter((text) => text !== '')
			.join(' ');
	}

	/** Who has spoken in this turn: of several utterances, the last one's engine. */
	get spokenBy(): DoneBy {
		return {
			engine: this.utterances.at(-1)?.doneBy.engine ?? '',
			replaced: this.utterances.flatMap(({ doneBy }) => doneBy.replaced),
		};
	}

	/** Throws where a node asks for more work on a turn that is over. */
	assertLive(): void {
		if (this.end === 'interrupted' || this.end === 'failed') {
			throw this.error ?? new VoiceError('VOICE_ERR_TURN_ENDED', 'The caller has gone on.');
		}
	}
}
