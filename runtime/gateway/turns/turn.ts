import { randomBytes } from 'node:crypto';
import type { ToolCall, ToolResult } from '../../contract/chat';
import type { ReplyAsk, ReplyStep } from '../../contract/control';
import type { DoneBy } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { TurnLink } from '../../contract/link';
import type { EndOfTurn, ToolRecord, TurnTimings } from '../../contract/turn';
import type { StartTurn } from '../../dialogue/conversation-events';
import { timingsOf, type TurnMarks } from '../../dialogue/turn-timings';
import { type Clock, monotonicClock } from '../../lib/clock';
import type { StoredTurn, TurnRecord } from '../journal/journal';
import type { AgentUtterance } from './agent-utterance';
import { Certainty } from './certainty';
import { NodeTries } from './node-tries';
import { OpenRequests } from './open-requests';
import { Sayings, type SaidText } from './saying';
import { TurnSpeech } from './turn-speech';

export type TurnEndKind = 'spoken' | 'interrupted' | 'failed';

export interface TurnEnd {
	readonly kind: TurnEndKind;
	/** Why it failed. */
	readonly error?: VoiceError;
}

/** What a turn has to know of the reply that the model writes to it. */
export interface TurnReply extends SaidText {
	/** More is to come: the model writes, or its tools run. */
	readonly working: boolean;
	/** Tools run, and their results are still to come. */
	readonly waitsForTools: boolean;
	/** Their node says that they run: where it does not, nobody runs them any more. */
	readonly tellsOfTools: boolean;
	/** The model failed; a node may try again. */
	readonly failed: boolean;
	/** Does this ask for the same reply again: another try, or another node in the place of one that failed? */
	isAskedAgain(ask: ReplyAsk): boolean;
	/** Goes on from what has been spoken; tools that have run do not run again. */
	again(ask: ReplyAsk): Promise<ReplyStep>;
	/** Settles when the model writes no more and the history holds what it wrote. */
	readonly idle: Promise<unknown>;
	/** Writing stops within one token; tools that run still give their results. */
	interrupt(): void;
	/** What the tools gave; resolves to what the model does then. */
	toolResults(results: readonly ToolResult[], request?: string): Promise<ReplyStep>;
	/** What tools gave after the model was told that they still run. */
	lateToolResults(results: readonly ToolResult[]): void;
	/** Tools still run, whether the model waits for them or not. */
	readonly resultsToCome: boolean;
	/** What this very request was answered with: it is sent again where the answer was lost on its way. */
	answerTo(request: string | undefined): ReplyStep | undefined;
	/** So many the model has written. */
	readonly tokens: number;
	/** What the step under way has written so far; undefined once all is written. */
	readonly writing: string | undefined;
}

/** Stages that are timed by whoever sees them happen. */
export type TurnMark = Exclude<keyof TurnMarks, 'begunAt' | 'modelAskedAt' | 'toolsMs' | 'spokenMs'>;

function newTurnId(): string {
	return `t_${randomBytes(18).toString('base64url')}`;
}

/**
 * One turn: what the caller said, who answers it, and what has come of it. All that changes it is a method here; it
 * ends once, by end(), and what ended it first counts.
 */
export class Turn {
	readonly id: string;
	readonly n: number;
	readonly text: string;
	readonly understood: boolean;
	/** false: there was no look-ahead or the recogniser was lost, and `text` says nothing about what was heard. */
	readonly recognised: boolean;
	private readonly marks: TurnMarks;
	private readonly toolRecords: ToolRecord[] = [];
	readonly speech: TurnSpeech;
	readonly sayings = new Sayings();
	readonly tries = new NodeTries();
	readonly requests = new OpenRequests();
	/** It was begun before its end was certain. */
	readonly early: boolean;
	private dispatched = false;
	private settled = false;
	private retrying = false;
	private lastTrouble: VoiceError | undefined;
	private currentReply: TurnReply | undefined;
	private recognition: { text: string; doneBy: DoneBy; confidence: number };
	private owner: string | undefined;
	private asks = 0;
	private over: TurnEnd | undefined;

	constructor(
		private declared: StartTurn,
		private sound: readonly Int16Array[],
		doneBy: DoneBy = { engine: '', replaced: [] },
		private readonly clock: Clock = monotonicClock,
		/** As another process has left it. */
		restored?: StoredTurn,
		/** Writes down what has come of it, before anybody acts on it. */
		private readonly keep: (record: TurnRecord) => void = () => undefined,
		/** Whether it has really ended. */
		readonly certainty = Certainty.given(),
	) {
		const start = declared;
		this.id = restored?.id ?? newTurnId();
		this.owner = restored?.owner;
		this.dispatched = restored?.dispatched ?? false;
		this.settled = restored?.settled ?? false;
		this.speech = new TurnSpeech(restored?.heard ?? '');
		this.toolRecords.push(...(restored?.reply?.tools ?? []));
		if (restored?.ended) this.over = { kind: restored.ended };
		this.n = start.n;
		this.text = start.text;
		this.recognition = { text: start.text, doneBy, confidence: start.confidence };
		this.understood = start.understood;
		this.recognised = start.recognised;
		const { speechStartAt, speechEndAt, declaredAt, finalAt } = start;
		this.early = !this.certainty.isCertain;
		this.marks = { speechStartAt, speechEndAt, declaredAt, ...(finalAt === undefined ? {} : { finalAt }), ...(this.early ? { begunAt: declaredAt } : {}) };
	}

	get start(): StartTurn {
		return this.declared;
	}

	/** The caller's sound of this turn, 16 kHz. */
	get audio(): readonly Int16Array[] {
		return this.sound;
	}

	/** How long the caller spoke, ms. */
	get durationMs(): number {
		return Math.max(0, this.start.speechEndAt - this.start.speechStartAt);
	}

	get endOfTurn(): EndOfTurn {
		const { reason, probability, declaredAt, speechEndAt } = this.start;
		return { reason, silenceMs: Math.round(declaredAt - speechEndAt), ...(probability === undefined ? {} : { probability: Math.round(probability * 1000) / 1000 }) };
	}

	/** It has really ended: with this text, and perhaps some more sound. What has waited for that happens now. */
	confirm(start: StartTurn, audio: readonly Int16Array[]): void {
		this.declared = start;
		this.sound = audio;
		const { speechStartAt, speechEndAt, declaredAt } = start;
		Object.assign(this.marks, { speechStartAt, speechEndAt, declaredAt });
		this.certainty.confirm();
		this.changed();
	}

	/** The second in which the caller ended: its figures are known when the turn has begun. */
	cameOver({ worstPercent, concealedMs }: Pick<TurnLink, 'worstPercent' | 'concealedMs'>): void {
		const { worstPercent: worst = 0, concealedMs: most = 0 } = this.declared;
		if (worstPercent <= worst && concealedMs <= most) return;
		this.declared = { ...this.declared, worstPercent: Math.max(worst, worstPercent), concealedMs: Math.max(most, concealedMs) };
		this.changed();
	}

	/** It was begun early for nothing: all of it stops, and leaves no trace. */
	supersede(): void {
		this.certainty.supersede();
		this.end('interrupted');
		this.sound = [];
		this.speech.interrupt();
	}

	/** The first execution that asks owns the turn: a second one would answer the caller twice. */
	claim(executionId: string): void {
		if (this.owner !== undefined && this.owner !== executionId) {
			throw new VoiceError('VOICE_ERR_TURN_CLAIMED', `A turn belongs to the first execution that asks about it, which is ${this.owner}. This is execution ${executionId}: a sub-workflow, like every workflow, is an execution of its own.`);
		}
		if (this.owner === executionId) return;
		this.mark('firstAskAt');
		this.owner = executionId;
		this.changed();
	}

	/** What outlives this process. */
	get record(): TurnRecord {
		const { last } = this.sayings;
		const { voice } = this.speech;
		const says = last && voice && !this.reply?.working ? { text: last.text, speak: voice, request: last.claimedBy } : undefined;
		return {
			id: this.id,
			start: this.start,
			early: this.certainty.isCertain ? undefined : true,
			owner: this.owner,
			heard: this.speech.heard,
			dispatched: this.dispatched,
			ended: this.over?.kind,
			settled: this.settled,
			writing: this.reply?.writing,
			says,
		};
	}

	/** n8n has it. */
	handedOver(): void {
		this.dispatched = true;
		this.changed();
	}

	get isHandedOver(): boolean {
		return this.dispatched;
	}

	/** It has ended, and the history holds what was heard of it. */
	isSettled(): void {
		this.settled = true;
		this.changed();
	}

	/** More of it was heard, or is to be. */
	changed(): void {
		this.keep(this.record);
	}

	/** An execution has taken it up. */
	get claimed(): boolean {
		return this.owner !== undefined;
	}

	/** Runs what a node asks of the turn. Meanwhile the turn is attended: nobody gives it up. */
	async attend<T>(act: () => Promise<T>): Promise<T> {
		this.asks++;
		this.retrying = false;
		try {
			return await act();
		} finally {
			this.asks--;
		}
	}

	get attended(): boolean {
		return this.asks > 0;
	}

	/** What was recognised, and who recognised it: while the caller spoke, or by a node afterwards. */
	get heardFromCaller(): { readonly text: string; readonly doneBy: DoneBy } {
		return this.recognition;
	}

	/** A node recognised the turn's sound again. */
	recognisedAgain(text: string, doneBy: DoneBy, confidence: number): void {
		this.mark('finalAt');
		this.recognition = { text, doneBy, confidence };
	}

	/** 0..1, the recogniser's; 0 where it gave none. */
	get confidence(): number {
		return this.recognition.confidence;
	}

	get reply(): TurnReply | undefined {
		return this.currentReply;
	}

	/** The model answers. Throws where the turn has failed; in an interrupted turn the reply ends before its first word. */
	answerWith(reply: TurnReply): void {
		if (this.over?.kind === 'interrupted') reply.interrupt();
		else this.assertLive();
		this.currentReply = reply;
	}

	/** Of several asks for one reply, the one that writes the first word counts: the tools before it have a time of their own. */
	modelAsked(): void {
		if (this.marks.firstTokenAt === undefined) this.marks.modelAskedAt = this.clock.now();
	}

	/** The one that a process before this one was writing. */
	goesOnWith(reply: TurnReply): void {
		if (this.over && this.over.kind !== 'spoken') reply.interrupt();
		this.currentReply = reply;
	}

	get tools(): readonly ToolRecord[] {
		return this.toolRecords;
	}

	toolsStarted(calls: readonly ToolCall[]): void {
		this.mark('toolsStartedAt');
		for (const call of calls) this.toolRecords.push({ call, result: null });
	}

	toolFinished(result: ToolResult): void {
		const record = this.toolRecords.find(({ call }) => call.id === result.id);
		// A late result comes when the turn has long gone on: it has waited for the tool no longer than it did.
		if (!record?.result) this.marks.toolsMs = (this.marks.toolsMs ?? 0) + result.durationMs;
		if (record) record.result = result;
	}

	/** A node's ask went wrong. What becomes of it is the node's to say. */
	troubled(error: VoiceError): void {
		this.lastTrouble = error;
	}

	/** The agent has something to say after all. */
	mended(): void {
		this.lastTrouble = undefined;
	}

	/** What went wrong last, and was not made good. */
	get trouble(): VoiceError | undefined {
		return this.lastTrouble;
	}

	/** A node has failed and is tried again in a moment. */
	awaitsRetry(): void {
		this.retrying = true;
	}

	/** Something went wrong, and a node has still to say what becomes of it: it tries again, another one speaks, or it gives up. */
	get unresolved(): boolean {
		if (this.retrying || this.lastTrouble) return true;
		const { last } = this.sayings;
		return last?.failure !== undefined && last.answersToNode;
	}

	get awaitingRetry(): boolean {
		return this.retrying;
	}

	/** The agent says something in this turn. */
	speaksBy(utterance: AgentUtterance): void {
		this.speech.add(utterance);
		// It may have made no sound at all.
		if (this.early) void utterance.finished.then(() => this.certainty.need());
	}

	/** Times the first happening of a stage. */
	mark(name: TurnMark, at: number = this.clock.now()): void {
		this.marks[name] ??= at;
		// From its first sound on there is something to be heard.
		if (name === 'firstVoiceAudioAt') this.certainty.need();
	}

	/** All its sound is played or cut: resolves to whether there was any. */
	async played(): Promise<boolean> {
		const { anything, spokenMs } = await this.speech.played();
		this.mark('playedAt');
		this.marks.spokenMs = spokenMs;
		return anything;
	}

	get timings(): TurnTimings {
		return timingsOf(this.marks);
	}

	/**
	 * The turn is over. Returns whether this ended it: an end that comes second changes nothing. Unless all was spoken,
	 * the reply stops writing; tools that run still give their results.
	 */
	end(kind: TurnEndKind, error?: VoiceError): boolean {
		if (this.over) return false;
		this.over = { kind, ...(error ? { error } : {}) };
		if (kind !== 'spoken') this.currentReply?.interrupt();
		this.changed();
		return true;
	}

	get ended(): TurnEnd | undefined {
		return this.over;
	}

	/** Throws where a node asks for more work on a turn that was interrupted or has failed. */
	assertLive(): void {
		if (!this.over || this.over.kind === 'spoken') return;
		throw this.over.error ?? new VoiceError('VOICE_ERR_TURN_ENDED', 'The caller has moved on.');
	}
}
