import type { SpeakSettings } from '../../contract/agent-settings';
import type { DoneBy } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { TurnLink } from '../../contract/link';
import type { TriggerEvent } from '../../contract/turn';
import type { BeginEarly, InterruptReason, StartTurn } from '../../dialogue/conversation-events';
import { leftToSay } from '../../dialogue/heard/left-to-say';
import { monotonicClock } from '../../lib/clock';
import { permittedCaller } from '../calls/call-request';
import { joinPcm } from '../../audio/pcm';
import type { StoredTurn } from '../journal/journal';
import { AbandonedTurns } from './abandoned-turns';
import type { AgentUtterance } from './agent-utterance';
import type { CallOfTurns } from './call-of-turns';
import { AnswerAhead } from './answer-ahead';
import { Certainty } from './certainty';
import { EarlyTurns } from './early-turns';
import { tellOfFailure } from './failed-turn';
import type { Reply } from './reply';
import { ReplyCaption } from './reply-caption';
import type { Saying } from './saying';
import { Turn } from './turn';
import { soundOf, TurnDoubts } from './turn-doubts';

/** Turns that nodes may still ask about: a tool may give its result after the caller has gone on. */
const REMEMBERED_TURNS = 8;
const REMEMBERED_AFTER_END_MS = 60_000;
/** A node that lost its connection asks again after 250 ms (client/voice-runtime). */
const OUT_OF_TOUCH_MS = 3000;
/** n8n goes from one node to the next in well under this. */
const NEXT_NODE_MS = 150;

/**
 * The turns of one call, from the moment the conversation declares one to its only end: spoken, interrupted or
 * failed. Whatever the end, the history then holds what was really heard.
 */
export class Turns {
	private readonly turns: Turn[] = [];
	readonly doubts = new TurnDoubts(this.turns);
	private readonly captions = new WeakMap<Turn, ReplyCaption>();
	private readonly early: EarlyTurns;
	readonly answerAhead: AnswerAhead;
	private readonly abandoned: AbandonedTurns;
	private count = 0;
	private suspended = false;
	private lastSettled: Promise<unknown> = Promise.resolve();

	constructor(private readonly call: CallOfTurns) {
		const { sessionId: conversation, deps: { inference }, history, request } = call;
		this.answerAhead = new AnswerAhead({ conversation, inference, firstWordMs: request.agent.limits.firstWordMs }, history);
		this.early = new EarlyTurns(call.listener, this.answerAhead);
		this.abandoned = new AbandonedTurns(call.request.agent.limits.abandonedTurnMs, (turn, error) => this.abandon(turn, error));
	}

	/** What was heard of all that was said before is in the history. */
	get settled(): Promise<unknown> {
		return this.lastSettled;
	}

	/** `writing` puts into the history what was heard of something that belongs to no turn: the greeting. */
	settleAfter(writing: Promise<unknown>): void {
		this.lastSettled = writing;
	}

	find(id: string): Turn | undefined {
		return this.turns.find((turn) => turn.id === id) ?? this.early.find(id);
	}

	/** Its end is likely: the workflow may begin to answer it. `audio`: so far. */
	beginEarly({ speculation, ...start }: BeginEarly, audio: readonly Int16Array[], heardBy: DoneBy | undefined, link?: TurnLink): void {
		const certainty = new Certainty(this.call.request.agent.speculation.mode, () => this.call.step({ type: 'earlyReady', at: monotonicClock.now(), speculation }));
		const turn = this.made({ ...start, type: 'startTurn' }, audio, heardBy, certainty);
		this.early.begin(speculation, turn);
		turn.changed();
		this.handOver(turn, link);
		// What is still to be put into the history would be missing.
		if (certainty.mayHaveModel) void this.lastSettled.then(() => (this.early.isCurrent(turn) && !turn.reply ? this.answerAhead.begin(turn.text) : undefined));
	}

	withdrawEarly({ speculation }: { speculation: number }): void {
		this.early.withdraw(speculation);
	}

	/** `audio`: 16 kHz, all that was said since the last turn. */
	start(ended: StartTurn, audio: readonly Int16Array[], heardBy: DoneBy | undefined, link?: TurnLink): void {
		const start = link ? { ...ended, ...soundOf(link) } : ended;
		const early = this.early.confirmed(start.speculation);
		const turn = early ?? this.made(start, audio, heardBy);
		this.count++;
		this.turns.push(turn);
		this.call.together(() => {
			if (early) early.confirm(start, [...this.soundBefore(start), ...audio]);
			else turn.changed();
			if (!turn.recognised) this.call.keepSound(turn.id, joinPcm(turn.audio));
		});
		if (early) early.speech.letGo();
		else this.call.listener.turnStarted(turn.id);
		if (this.turns.length > REMEMBERED_TURNS) this.forgetOldest();
		const { id: turnId, text, understood } = turn;
		if (turn.recognised) this.call.tell({ type: 'caption.final', turnId, text, understood });
		this.abandoned.restart(turn);
		if (!early) this.handOver(turn, link);
		this.early.countAnew();
	}

	private made(start: StartTurn, audio: readonly Int16Array[], heardBy: DoneBy | undefined, certainty?: Certainty): Turn {
		return new Turn(start, [...this.soundBefore(start), ...audio], heardBy, monotonicClock, undefined, (record) => this.call.keep(record), certainty);
	}

	/** A turn that continues a cancelled one says its words again, so it has its sound as well. */
	private soundBefore(start: StartTurn): readonly Int16Array[] {
		return this.turns.find(({ n }) => n === start.continues)?.audio ?? [];
	}

	private handOver(turn: Turn, link?: TurnLink): void {
		const language = this.call.request.agent.transcribe?.language;
		this.dispatch({
			event: 'turn',
			sessionId: this.call.sessionId,
			turnId: turn.id,
			turn: turn.n,
			heard: turn.text,
			understood: turn.understood,
			...(language ? { language } : {}),
			endOfTurn: turn.endOfTurn,
			...this.early.dataOf(turn, this.call.request.agent.speculation),
			at: new Date().toISOString(),
			durationMs: Math.round(turn.durationMs),
			...permittedCaller(this.call.request),
			...(link ? { link } : {}),
		}).then(() => turn.handedOver(), (thrown: unknown) => this.fail(turn, VoiceError.from(thrown)));
	}

	/**
	 * The turns of the process before. What was being said is said to its end; one that n8n has not taken is handed over again, and a
	 * turn that nobody works on any more fails as any other does. `replyOf`: makes the reply that was being written.
	 */
	restore(stored: readonly StoredTurn[], replyOf: (turn: Turn, stored: StoredTurn) => Reply | undefined): void {
		const certain = stored.filter(({ early }) => !early);
		for (const record of stored.filter(({ early }) => early)) this.early.restore(record);
		this.count = certain.length;
		for (const record of certain.slice(-REMEMBERED_TURNS)) {
			const turn = new Turn(record.start, record.sound ? [record.sound] : [], undefined, monotonicClock, record, (changed) => this.call.keep(changed));
			this.turns.push(turn);
			this.call.listener.turnStarted(turn.id);
			const reply = replyOf(turn, record);
			this.sayRest(turn, record, reply);
			if (!turn.ended) {
				if (!turn.claimed && !turn.isHandedOver) this.handOver(turn);
				this.abandoned.restart(turn);
			} else if (!record.settled) this.settle(turn, certain.some(({ start }) => start.continues === turn.n));
		}
	}

	/** What was heard of it counts, and the rest is said, unless the turn is over. */
	private sayRest(turn: Turn, { says, heard }: StoredTurn, reply: Reply | undefined): void {
		if (!says) {
			if (!reply) return;
			turn.sayings.add(reply, heardOf(reply.text, heard));
			if (!turn.ended) reply.sayRest(heard);
			return;
		}
		const saying = turn.sayings.add(reply?.text.trim() === says.text ? reply : { text: says.text }, heardOf(says.text, heard));
		if (says.request !== undefined) saying.claim(true, says.request);
		const rest = leftToSay(says.text, heard);
		if (rest === '' || turn.ended) {
			turn.speech.wasSaid(says.speak, rest === '');
			return;
		}
		const utterance = this.openUtterance(turn, says.speak, saying);
		utterance?.write(rest);
		utterance?.end();
	}

	/** Of which nothing is to come any more. */
	private forgetOldest(): void {
		const oldest = this.turns.findIndex(({ reply }) => !reply?.resultsToCome);
		for (const { id } of this.turns.splice(oldest, oldest < 0 ? 0 : 1)) this.call.listener.turnForgotten(id);
	}

	/** Stops everything the agent does. Without `n` only what belongs to no turn was spoken. */
	interrupt(n: number | undefined, reason: InterruptReason): void {
		const turn = this.turns.find((candidate) => candidate.n === n);
		const merged = reason === 'callerContinued';
		const interrupted = turn?.end('interrupted') ?? false;
		if (turn) this.abandoned.stop(turn);
		this.answerAhead.drop();
		this.call.voice.interruptAll();
		if (turn && (interrupted || merged)) this.settle(turn, merged);
	}

	/** A node asks about the turn or has been answered: it is alive, or may be over. */
	attended(turn: Turn): void {
		if (this.suspended || !turn.certainty.isCertain) return;
		this.abandoned.restart(turn);
		this.considerOver(turn);
	}

	/** The connection of an execution whose tools run has ended: with the execution, or it comes back at once. */
	outOfTouch(turn: Turn): void {
		if (!this.suspended) this.abandoned.restart(turn, { limitMs: OUT_OF_TOUCH_MS });
	}

	/** A node has failed and n8n tries it again after `pauseMs`. */
	awaitRetry(turn: Turn, pauseMs: number): void {
		turn.awaitsRetry();
		this.abandoned.restart(turn, { pauseMs });
	}

	/** Opens what the agent says in this turn; undefined where the caller cannot be reached any more. */
	openUtterance(turn: Turn, settings: SpeakSettings, saying: Saying): AgentUtterance | undefined {
		// A turn that is over can still say something, for example after a slow node; it then belongs to no turn.
		const n = turn.ended ? undefined : turn.n;
		// What broke off and goes on is one speech.
		const longestSpeech = Math.max(1, settings.longestSpeech - saying.spokenMs / 1000);
		const utterance = this.call.voice.open({ ...settings, longestSpeech }, n, {
			isHeld: !turn.certainty.isCertain,
			onMark: (mark, at) => turn.mark(`${mark}At`, at),
			onText: () => this.captionOf(turn).show(turn.speech.said),
			onHeard: () => turn.changed(),
			onLimit: () => {
				if (turn.reply && saying.isOf(turn.reply)) turn.reply.interrupt();
			},
		});
		if (!utterance) return undefined;
		saying.speaksBy(utterance);
		turn.speaksBy(utterance);
		if (turn.ended) this.settle(turn, false);
		void utterance.finished.then(() => this.attended(turn));
		return utterance;
	}

	/** The words that are given to the voice, as the caller reads them. */
	private captionOf(turn: Turn): ReplyCaption {
		const caption = this.captions.get(turn) ?? new ReplyCaption((text) => this.call.tell({ type: 'reply.partial', turnId: turn.id, text }));
		this.captions.set(turn, caption);
		return caption;
	}

	/** All that it says may have been heard in the process before this one, and its node may have been answered. */
	private abandon(turn: Turn, error: VoiceError): void {
		this.considerOver(turn, true);
		if (!turn.ended) this.fail(turn, error);
	}

	/** The turn ends with an error that the page shows and, if so set, the caller hears. */
	fail(turn: Turn, error: VoiceError): void {
		if (this.suspended || turn.certainty.isSuperseded) return;
		// Its end may have waited for nothing else.
		turn.certainty.need();
		// It begins anew when its end is certain.
		if (this.early.isCurrent(turn)) return this.early.withdraw();
		const { sessionId, request, deps, voice, tell, step } = this.call;
		if (!turn.end('failed', error)) {
			if (this.leftUnanswered(turn)) tellOfFailure(turn, error, { agent: request.agent, voice, tell });
			return;
		}
		this.abandoned.stop(turn);
		// Nothing of it is shown after the news that it ended.
		this.captions.get(turn)?.flush();
		deps.log.warn({ sessionId, turnId: turn.id, code: error.code }, 'turn failed');
		tellOfFailure(turn, error, { agent: request.agent, voice, tell });
		this.settle(turn, false);
		step({ type: 'turnOver', at: monotonicClock.now(), n: turn.n });
	}

	/** It was over when a node had spoken, as no other one followed at once; but what it said was no model's answer. */
	private leftUnanswered(turn: Turn): boolean {
		return turn.ended?.kind === 'spoken' && (!turn.reply || turn.reply.failed) && turn === this.turns.at(-1);
	}

	callStarted(): void {
		const { sessionId, request } = this.call;
		if (request.source.mode !== 'production') return;
		this.dispatch({ event: 'sessionStarted', sessionId, at: new Date().toISOString(), ...permittedCaller(request) }).catch(() => undefined);
	}

	/** Another process goes on with them: nothing becomes of them here. */
	suspend(): void {
		this.suspended = true;
		for (const turn of this.turns) this.abandoned.stop(turn);
	}

	/** n8n is gone: a turn that waits for it is not answered any more. */
	workflowGone(): void {
		this.early.withdraw();
		const turn = this.turns.at(-1);
		// An execution under way goes on, though its trigger no longer listens: also one that waits for its next try.
		if (!turn || turn.ended || turn.speech.goesOn || turn.awaitingRetry) return;
		if (turn.reply?.waitsForTools ? !turn.reply.tellsOfTools : !turn.attended) {
			this.fail(turn, new VoiceError('VOICE_ERR_WORKFLOW_GONE', 'n8n stopped while it answered.'));
		}
	}

	callEnded(reason: string, durationMs: number): void {
		const { sessionId, request, deps, listener } = this.call;
		this.early.withdraw();
		this.answerAhead.drop();
		for (const turn of this.turns) {
			turn.end('interrupted');
			this.abandoned.stop(turn);
		}
		// Results of tools that still run are taken for a while, then the turns are forgotten. A rush of calls without a turn is kept by nothing.
		const known = [...this.turns, ...this.early.all];
		if (known.length > 0) setTimeout(() => known.forEach(({ id }) => listener.turnForgotten(id)), REMEMBERED_AFTER_END_MS).unref();
		deps.inference
			.ready()
			.then((client) => client.call('forget', { conversation: sessionId }).result)
			.catch(() => undefined);
		if (request.source.mode !== 'production') return;
		const at = new Date().toISOString();
		const event = { event: 'sessionEnded', sessionId, at, reason, turns: this.count, durationMs, ...permittedCaller(request) } as const;
		this.dispatch(event).catch(() => undefined);
	}

	/** A turn is over when all it says is played and no node can add to it: then the caller has the floor. */
	private considerOver(turn: Turn, quiet = false): void {
		if (turn.ended || turn.attended || !turn.speech.rests || turn.reply?.working || turn.unresolved) return;
		const { last } = turn.sayings;
		// The node that asked for it has gone on, and will not hear of it.
		const failure = last?.failure;
		if (last?.claimed && !quiet) {
			// Another node may follow the one that has spoken: n8n needs some ms from one to the next.
			setTimeout(() => this.considerOver(turn, true), NEXT_NODE_MS);
			return;
		}
		if (failure) {
			this.fail(turn, failure);
			return;
		}
		// Sound that was lost with its media link was not heard.
		turn.end(turn.speech.playedToTheEnd || turn.speech.reachedLimit ? 'spoken' : 'interrupted');
		this.abandoned.stop(turn);
		this.call.step({ type: 'turnOver', at: monotonicClock.now(), n: turn.n });
		this.settle(turn, false);
	}

	/**
	 * Writes what was heard into the history and tells the page: again where a turn that is over says more. `merged`: the
	 * next turn repeats this one's words.
	 */
	private settle(turn: Turn, merged: boolean): void {
		const { history, tell } = this.call;
		const before = this.lastSettled;
		const settling = async (): Promise<void> => {
			await Promise.all([before, turn.reply?.idle]);
			const saidAnything = await turn.played();
			const { heard } = turn.speech;
			const kind = turn.ended?.kind;
			this.call.together(() => {
				if (merged) history.dropTurn(turn.n);
				else history.keepHeard({ turn: turn.n, user: turn.heardFromCaller.text, heard });
				turn.isSettled();
				if (!turn.recognised) this.call.keepSound(turn.id, undefined);
			});
			this.captions.get(turn)?.flush();
			const interrupted = kind === 'interrupted' || (kind === 'spoken' && !turn.speech.playedToTheEnd);
			const limit = kind === 'spoken' && turn.speech.reachedLimit ? { reachedLimit: true } : {};
			// Of a turn that is taken back, only what was heard of it is shown.
			if (saidAnything && (!merged || heard !== '')) tell({ type: 'reply.heard', turnId: turn.id, text: heard, interrupted, ...limit });
			tell({ type: 'turn.finished', turnId: turn.id, timings: turn.timings, gaps: turn.speech.gaps });
		};
		this.lastSettled = settling();
	}

	private async dispatch(event: TriggerEvent): Promise<void> {
		await this.call.deps.dispatcher.dispatch(this.call.request.source, event);
	}
}

/** Of a text, what was heard in a process before this one. */
function heardOf(text: string, heard: string): string {
	return text.trim().slice(0, text.trim().length - leftToSay(text, heard).length).trim();
}
