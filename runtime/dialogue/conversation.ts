import type { Milliseconds } from '../lib/clock';
import {
	IDLE_AGENT,
	beginTurn,
	followAgent,
	graceLeft,
	isAsking,
	isBusy,
	isContinuedBy,
	resumeSound,
	silence,
} from './agent-activity';
import { asIfEnded, carry, followCaller, speechMs, waitAnew, type CallerUtterance } from './caller-utterance';
import type {
	ConversationEffect,
	ConversationInput,
	ConversationSettings,
	EndReason,
	IgnoredReason,
	InterruptReason,
	StartTurn,
} from './conversation-events';
import { judgeInterruption } from './interruption/judge-interruption';
import { Questions } from './questions';
import { Speculation } from './speculation';
import { phaseOf, shownState, type ConversationPhase, type ShownState } from './phase';
import { deadlines, type Deadline } from './call-deadlines';
import { closeUtterance, likelyEndOf, turnOf, type CloseVerdict } from './turn-taking/close-utterance';
import { patient } from './turn-taking/patient';
import type { ToolNeeds } from './turn-taking/tool-needs';

/**
 * Who has the floor. One per session; pure: it knows the time only from its inputs, and does nothing but
 * return effects.
 *
 * It is the meeting of two records, what the caller is saying and what the agent is doing. Each input
 * changes a record; then the floor is settled: speech that meets a busy agent is judged as an
 * interruption, any other speech as a turn.
 */
export class Conversation {
	private now: Milliseconds = Number.NEGATIVE_INFINITY;
	private connectedAt?: Milliseconds;
	private absentSince?: Milliseconds;
	private lastActiveAt: Milliseconds = 0;
	private wakeAt?: Milliseconds;
	private ended = false;

	private caller?: CallerUtterance;
	private agent = IDLE_AGENT;
	private recognition: boolean;
	/** Not before the recogniser is ready. */
	private partials = false;
	/** No packets of the caller's sound come. */
	private soundMissing = false;

	private turns = 0;
	private readonly speculation: Speculation;
	private readonly questions: Questions;
	private tools: readonly ToolNeeds[];
	private readonly english: boolean;
	private shown?: ShownState;

	constructor(private readonly settings: ConversationSettings) {
		// Of what is found out by the recogniser nobody is told before the text.
		this.english = /^(?:en\b|$)/i.test(settings.language ?? '');
		this.recognition = settings.lookAhead;
		this.speculation = new Speculation(settings.speculation);
		this.questions = new Questions(settings.turnTaking.audioJudge !== 'off');
		this.tools = settings.tools ?? [];
	}

	/** When to send a `tick` if no input comes before; always after the last input's `at`. */
	nextWakeAt(): Milliseconds | undefined {
		return this.wakeAt;
	}

	get phase(): ConversationPhase {
		return this.ended ? 'ended' : phaseOf(this.agent, this.caller, this.isContested(), this.now);
	}

	step(input: ConversationInput): ConversationEffect[] {
		if (this.ended) return [];
		this.now = Math.max(this.now, input.at);
		const effects: ConversationEffect[] = [];
		this.take(input, effects);
		this.settle(effects);
		return effects;
	}

	private take(input: ConversationInput, effects: ConversationEffect[]): void {
		if (input.type === 'hangup') return this.end(input.reason, effects);
		if (input.type === 'interruptAsked') {
			if (isBusy(this.agent) && this.mayInterrupt()) this.interrupt('asked', effects);
			return;
		}
		if (input.type === 'connected') return this.connect();
		if (input.type === 'callerAbsent') return this.leave(effects);
		if (input.type === 'recognition') {
			this.recognition = input.available;
			this.partials = input.partials;
		}

		if (input.type === 'toolsOffered') this.tools = input.tools;
		if (input.type === 'earlyReady') this.speculation.isReady(input.speculation);

		if (input.type === 'soundMissing') this.soundMissing = true;
		if (input.type === 'soundBack') {
			this.soundMissing = false;
			// Who cannot be heard is not idle.
			this.lastActiveAt = Math.min(this.now, this.lastActiveAt + input.missedMs);
		}

		const agent = followAgent(this.agent, input, this.now);
		if (agent !== this.agent) this.noteActivity();
		this.agent = agent;

		this.follow(input, effects);
	}

	private follow(input: ConversationInput, effects: ConversationEffect[]): void {
		const ids = this.questions.next(this.speculation.mayBeginInPause && !isBusy(this.agent));
		const before = this.caller;
		this.caller = followCaller(before, input, this.now, this.recognition, ids);
		effects.push(...this.questions.asked(ids, before, this.caller));
	}

	/** The time of an absence is nobody's: limits and silences go on from here. */
	private connect(): void {
		this.connectedAt ??= this.now;
		if (this.absentSince !== undefined) {
			this.connectedAt += this.now - this.absentSince;
			this.caller = this.caller && waitAnew(this.caller, this.now);
			this.absentSince = undefined;
		}
		this.noteActivity();
	}

	/** What was said is recognised to its end; where it goes on, it goes on as the same utterance. */
	private leave(effects: ConversationEffect[]): void {
		this.absentSince ??= this.now;
		// The next link tells of its own packets.
		this.soundMissing = false;
		// The next link plays from where this one was heard last, paused or not.
		this.agent = resumeSound(this.agent);
		this.follow({ type: 'callerSpeechStopped', at: this.now, speechEndAt: this.now }, effects);
	}

	/** Decides all that can be decided now, and when to look again. */
	private settle(effects: ConversationEffect[]): void {
		this.wakeAt = undefined;
		this.reviewSpeculation(effects);
		if (this.absentSince === undefined) this.settleFloor(effects);
		if (this.ended) return;
		this.reviewSpeculation(effects);
		const grace = graceLeft(this.agent, this.now);
		if (grace > 0) this.wakeIn(grace);
		this.show(effects);
	}

	private settleFloor(effects: ConversationEffect[]): void {
		this.checkLimits(effects);
		if (this.ended) return;

		if (this.caller && !this.soundMissing) this.settleCaller(this.caller, effects);
		if (this.agent.sounding?.paused && !this.isContested()) this.resume(effects);
		for (const { at } of this.limits()) this.wakeIn(at - this.now);
	}

	private settleCaller(caller: CallerUtterance, effects: ConversationEffect[]): void {
		if (isBusy(this.agent)) this.settleContest(caller, effects);
		if (this.caller && !isBusy(this.agent)) this.settleUtterance(this.caller, effects);
	}

	/** The caller speaks while the agent speaks or thinks. */
	private settleContest(caller: CallerUtterance, effects: ConversationEffect[]): void {
		// Most likely the turn is over, and this is the next one: nothing is there to be interrupted.
		if (graceLeft(this.agent, this.now) > 0) return;
		const verdict = judgeInterruption({
			text: caller.text,
			recognised: caller.recognised,
			partials: this.partials,
			speechMs: speechMs(caller, this.now),
			speaking: caller.stopped === undefined,
			final: caller.final !== undefined,
			stoppedForMs: caller.stopped === undefined ? 0 : this.now - caller.stopped.at,
			confirmed: caller.confirmed,
			dismissed: caller.dismissed,
			interruptible: this.mayInterrupt(),
			agentAskedAQuestion: isAsking(this.agent),
			minInterruptionMs: this.settings.turnTaking.minInterruptionMs,
		});
		switch (verdict.verdict) {
			case 'interrupt':
				return this.giveWay(caller, effects);
			case 'ignore':
				return this.ignore(verdict.reason, effects);
			case 'dismiss':
				this.caller = { ...caller, dismissed: true };
				return this.settleContest(this.caller, effects);
			case 'wait':
				return this.wakeIn(verdict.waitMs);
			case 'hold':
				return this.restWhileHeld(caller, effects);
		}
	}

	/** The agent neither speaks nor thinks: this becomes a turn, or it was nothing. */
	private settleUtterance(caller: CallerUtterance, effects: ConversationEffect[]): void {
		this.beginInPause(caller, effects);
		const verdict = this.closing(caller);
		switch (verdict.verdict) {
			case 'turn': {
				if (caller.final?.understood && !caller.wordsMayBeMissing) this.beginEarly(caller, verdict, effects);
				const hiddenMs = this.hiddenWait(caller, verdict.text);
				return hiddenMs > 0 ? this.wakeIn(hiddenMs) : this.startTurn(caller, verdict, effects);
			}
			case 'ignore':
				return this.ignore('noise', effects);
			case 'wait':
				this.wakeIn(verdict.waitMs);
				return this.speculate(caller, verdict, effects);
			case 'listen':
				return;
		}
	}

	private closing(utterance: CallerUtterance): CloseVerdict {
		return closeUtterance({
			utterance,
			now: this.now,
			settings: this.agent.callerNeedsTime ? patient(this.settings.turnTaking) : this.settings.turnTaking,
			agentAskedAQuestion: this.agent.askedQuestion,
			partials: this.partials,
			tools: this.tools,
			english: this.english,
		});
	}

	private startTurn(caller: CallerUtterance, said: Extract<CloseVerdict, { verdict: 'turn' }>, effects: ConversationEffect[]): void {
		const speculation = this.speculation.confirm(said.text);
		const ended = turnOf(caller, said, { n: ++this.turns, now: this.now });
		const turn = { type: 'startTurn' as const, ...ended, ...(speculation === undefined ? {} : { speculation }) };
		effects.push(turn);
		this.agent = beginTurn(this.agent, turn);
		this.noteActivity();
		this.forgetCaller(effects);
	}

	/** Before the end of the speech is told; the final text will mostly be the same. */
	private beginInPause(caller: CallerUtterance, effects: ConversationEffect[]): void {
		const ended = this.speculation.mayBeginInPause ? asIfEnded(caller) : undefined;
		if (!ended || ended.wordsMayBeMissing) return;
		const end = likelyEndOf(this.closing(ended));
		if (end && end.inMs <= 0) this.beginEarly(ended, end, effects);
	}

	private speculate(caller: CallerUtterance, { waitMs, likely }: Extract<CloseVerdict, { verdict: 'wait' }>, effects: ConversationEffect[]): void {
		if (!likely || !this.speculation.mayBegin || likely.inMs >= waitMs) return;
		if (likely.inMs > 0) return this.wakeIn(likely.inMs);
		this.beginEarly(caller, likely, effects);
	}

	private beginEarly(caller: CallerUtterance, { text, confidence, reason }: Pick<StartTurn, 'text' | 'confidence' | 'reason'>, effects: ConversationEffect[]): void {
		if (!this.speculation.mayBegin) return;
		const turn = turnOf(caller, { text, confidence, reason, understood: true }, { n: this.turns + 1, now: this.now });
		effects.push({ type: 'beginEarly', ...turn, speculation: this.speculation.begin(text) });
	}

	/** While the answer is being made, waiting costs nothing, up to the longest wait: who goes on meanwhile is not cut off. */
	private hiddenWait({ stopped }: CallerUtterance, text: string): Milliseconds {
		if (!stopped || !this.speculation.isInTheMaking(text)) return 0;
		return this.settings.turnTaking.maxSilenceMs - (this.now - stopped.speechEndAt);
	}

	private reviewSpeculation(effects: ConversationEffect[]): void {
		const speculation = this.speculation.outdated(isBusy(this.agent) || this.absentSince !== undefined ? undefined : this.caller);
		if (speculation !== undefined) effects.push({ type: 'withdrawEarly', speculation });
	}

	private giveWay(caller: CallerUtterance, effects: ConversationEffect[]): void {
		const { turn } = this.agent;
		const continued = turn !== undefined && isContinuedBy(this.agent, caller);
		this.interrupt(continued ? 'callerContinued' : 'callerSpoke', effects);
		this.caller = continued ? carry(caller, turn) : { ...caller, confirmed: true };
	}

	private interrupt(reason: InterruptReason, effects: ConversationEffect[]): void {
		effects.push({ type: 'interruptAgent', reason, n: this.agent.turn?.n });
		this.agent = silence(this.agent);
		this.noteActivity();
	}

	private ignore(reason: IgnoredReason, effects: ConversationEffect[]): void {
		effects.push({ type: 'ignored', reason });
		this.forgetCaller(effects);
	}

	private forgetCaller(effects: ConversationEffect[]): void {
		this.caller = undefined;
		effects.push({ type: 'resetRecogniser' }, { type: 'restMedia' });
	}

	private resume(effects: ConversationEffect[]): void {
		effects.push({ type: 'resumeAgent' });
		this.agent = resumeSound(this.agent);
	}

	/** What is kept for later needs no more of its silence recognised. */
	private restWhileHeld(caller: CallerUtterance, effects: ConversationEffect[]): void {
		if (caller.stopped === undefined || caller.rested) return;
		const restIn = this.settings.turnTaking.maxSilenceMs - (this.now - caller.stopped.speechEndAt);
		if (restIn > 0) return this.wakeIn(restIn);
		this.caller = { ...caller, rested: true };
		effects.push({ type: 'restMedia' });
	}

	/** A turn without a sound yet may always be taken back by going on with it. */
	private mayInterrupt(): boolean {
		const { sounding } = this.agent;
		const { interruptions } = this.settings.turnTaking;
		if (sounding !== undefined) return interruptions && sounding.interruptible;
		return interruptions || (this.caller !== undefined && isContinuedBy(this.agent, this.caller));
	}

	private isContested(): boolean {
		return this.caller !== undefined && !this.caller.dismissed && this.mayInterrupt();
	}

	private noteActivity(): void {
		this.lastActiveAt = this.now;
	}

	private limits(): Deadline[] {
		return deadlines({
			limits: this.settings.limits,
			connectedAt: this.connectedAt,
			quietSince: this.caller || this.soundMissing || isBusy(this.agent) ? undefined : this.lastActiveAt,
		});
	}

	private checkLimits(effects: ConversationEffect[]): void {
		const reached = this.limits().find(({ at }) => at <= this.now);
		if (reached !== undefined) this.end(reached.reason, effects);
	}

	/** Never sooner than a millisecond: timers have no finer grain, and ring up to one too early. */
	private wakeIn(ms: Milliseconds): void {
		const at = this.now + Math.max(1, ms);
		this.wakeAt = Math.min(this.wakeAt ?? at, at);
	}

	private end(reason: EndReason, effects: ConversationEffect[]): void {
		if (this.ended) return;
		this.ended = true;
		const speculation = this.speculation.outdated(undefined);
		if (speculation !== undefined) effects.push({ type: 'withdrawEarly', speculation });
		effects.push({ type: 'endSession', reason });
	}

	private show(effects: ConversationEffect[]): void {
		const state = shownState(this.phase, this.agent.turn?.tool);
		if (state.state === this.shown?.state && state.tool === this.shown.tool) return;
		this.shown = state;
		effects.push({ type: 'setState', ...state });
	}
}
