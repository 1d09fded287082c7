import { type ToolCall, type ToolResult, UNCLEAR } from '../../contract/chat';
import type { ChatDone, ReplyAsk, ReplyStep } from '../../contract/control';
import type { DoneBy } from '../../contract/engines';
import type { ToolAllowance } from '../../contract/tool-allowance';
import { goOn } from '../../speech-text/go-on';
import { leftToSay } from '../../dialogue/heard/left-to-say';
import { isSpeakable } from '../../speech-text/speakable';
import type { ReplyRecord } from '../journal/journal';
import type { AgentUtterance } from './agent-utterance';
import { type ModelAnswer, paramsFor, unspeakable } from './model-answer';
import { isSameWork } from './node-tries';
import type { ReplyDeps, RestoredReply } from './reply-deps';
import { ReplyTools, allowanceOf, wasRun } from './reply-tools';
import { ReplyUsage } from './reply-usage';
import { toolFiller } from './tool-filler';
import type { Turn, TurnReply } from './turn';

/**
 * Writes the reply to one turn: the model writes, perhaps asks for tools, the node runs them and gives their
 * results, the model goes on. With look-ahead each sentence is spoken as soon as it stands.
 */
export class Reply implements TurnReply {
	private written = '';
	/** Where in `written` the words of this step begin, and what of them a model wrote that failed. */
	private stepStart = 0;
	private begun = '';
	/** Of it, what no utterance has yet. */
	private unsaid = '';
	private readonly usage = new ReplyUsage();
	private readonly tools: ReplyTools;
	private allowance: ToolAllowance;
	/** Since the last tool ran: what was said before it is no answer. */
	private answered = false;
	private writtenBy: DoneBy;
	private generation: ModelAnswer | undefined;
	private interrupted = false;
	private finished = false;
	private broken = false;
	private utterance: AgentUtterance | undefined;
	private settled: Promise<unknown> = Promise.resolve();
	/** Which the node waits for, and what the last one got. */
	private request: string | undefined;
	private answer: ReplyRecord['answer'];
	/** Its process died while the model wrote. */
	private cut = false;

	constructor(
		private readonly turn: Turn,
		private ask: ReplyAsk,
		private readonly deps: ReplyDeps,
		restored?: RestoredReply,
	) {
		this.writtenBy = { engine: ask.chat.model, replaced: [] };
		this.tools = new ReplyTools(turn, deps);
		this.allowance = allowanceOf(ask, restored?.record.tools.filter(wasRun).length);
		if (restored) this.restore(restored);
	}

	/** A step that was cut off goes on behind what was heard of it, when the node asks again. */
	private restore({ record, turn: { heard, writing = '' } }: RestoredReply): void {
		const { written, usage, answer, open } = record;
		this.usage.add(usage);
		this.written = written;
		this.stepStart = written.length;
		this.answer = answer;
		this.tools.restore(answer ? open : []);
		this.finished = answer?.step.status === 'done';
		if (answer) return;
		this.broken = this.cut = true;
		const left = leftToSay(writing, heard);
		this.beginStep();
		this.written += writing.trimEnd().slice(0, writing.trimEnd().length - left.length).trimEnd();
	}

	/** What the process before had still to say while tools run. */
	sayRest(heard: string): void {
		const left = this.waitsForTools && this.ask.speak ? leftToSay(this.written, heard) : '';
		if (left === '') return;
		this.voice()?.write(left);
		this.utterance?.settle();
	}

	get text(): string {
		return this.written;
	}

	get waitsForTools(): boolean {
		return this.tools.calls.waiting && !this.broken;
	}

	get tellsOfTools(): boolean {
		return this.ask.tellsOfTools;
	}

	get resultsToCome(): boolean {
		return this.tools.calls.anyToCome;
	}

	get working(): boolean {
		return !this.finished && !this.interrupted && !this.broken;
	}

	get failed(): boolean {
		return this.broken;
	}

	get idle(): Promise<unknown> {
		return this.settled;
	}

	get tokens(): number {
		return this.usage.tokens;
	}

	get writing(): string | undefined {
		return this.finished ? undefined : this.written.slice(this.stepStart);
	}

	answerTo(request: string | undefined): ReplyStep | undefined {
		return request !== undefined && this.answer?.request === request ? this.answer.step : undefined;
	}

	async begin(): Promise<ReplyStep> {
		const { prompt, understood, sayWhenUnclear, request } = this.ask;
		this.isAsked(request);
		if (this.interrupted) return this.done();
		this.turn.certainty.once(() => {
			this.deps.history.addUser(understood ? prompt : UNCLEAR, this.turn.n);
			this.sayUnsaid();
		});
		if (!understood && sayWhenUnclear !== '') {
			await this.turn.certainty.needed();
			this.write(sayWhenUnclear);
			return this.done(sayWhenUnclear);
		}
		return await this.next();
	}

	/** A node whose tools may run is not to start them again: what they give is not known yet. */
	isAskedAgain(ask: ReplyAsk): boolean {
		if (isSameWork(ask, this.ask)) return this.broken || this.tools.calls.waiting;
		return this.broken && ask.prompt === this.ask.prompt;
	}

	async again(ask: ReplyAsk): Promise<ReplyStep> {
		this.ask = ask;
		this.allowance = allowanceOf(ask);
		this.answered = false;
		const { cut } = this;
		this.broken = this.cut = false;
		if (cut && this.written === '' && this.turn.tools.length === 0) return await this.begin();
		if (this.interrupted) return this.done();
		// Words that nobody heard may be written anew, and results that have not come are not waited for.
		if (!this.utterance && !cut) this.written = this.written.slice(0, this.stepStart);
		this.begun = this.written.slice(this.stepStart);
		this.utterance = undefined;
		this.unsaid = '';
		this.tools.calls.waitNoMore();
		this.isAsked(ask.request, this.written.slice(0, this.stepStart).trimEnd());
		if (this.written === '' && this.turn.tools.length === 0) this.deps.history.addUser(ask.understood ? ask.prompt : UNCLEAR, this.turn.n);
		return await this.generating();
	}

	/**
	 * Results are taken whatever has become of the turn. Those that came before, and whose answer was lost with the process, are
	 * there already. Throws VOICE_ERR_BAD_REQUEST, taking none, where one has no open call.
	 */
	async toolResults(results: readonly ToolResult[], request?: string): Promise<ReplyStep> {
		const news = this.cut ? this.tools.notThereYet(results) : results;
		this.tools.calls.assertWaitedFor(news);
		if (this.cut && !this.tools.calls.waiting) return await this.again({ ...this.ask, request });
		this.deps.together(() => {
			this.tools.take(news);
			if (!this.tools.calls.waiting) this.isAsked(request);
		});
		this.tools.tellFinished(news);
		this.tools.calls.assertComplete();
		if (this.interrupted) return this.done();
		this.answered = false;
		this.deps.toolsDone();
		return await this.next();
	}

	/** Throws VOICE_ERR_BAD_REQUEST, taking none, where one is not awaited. */
	lateToolResults(results: readonly ToolResult[]): void {
		const news = this.tools.notThereYet(results);
		this.tools.calls.assertLate(news);
		this.deps.together(() => {
			this.tools.take(news);
			this.keep();
		});
		this.tools.tellFinished(news);
	}

	interrupt(): void {
		this.interrupted = true;
		this.generation?.cancel();
	}

	private async next(): Promise<ReplyStep> {
		this.utterance?.write(this.spaced(''));
		this.beginStep();
		this.begun = '';
		return await this.generating();
	}

	private beginStep(): void {
		if (/\S$/.test(this.written)) this.written += ' ';
		this.stepStart = this.written.length;
	}

	/** From here on it owes an answer to this request. `written`: by the steps before. */
	private isAsked(request: string | undefined, written?: string): void {
		this.request = request;
		this.answer = undefined;
		this.keep(written);
	}

	/** It is on the disk before the node gets it. */
	private giveOut<T extends ReplyStep>(step: T): T {
		this.answer = { request: this.request, step };
		this.keep();
		return step;
	}

	private keep(written = this.written): void {
		const { ask, answer } = this;
		this.deps.keep({ ask, written, open: this.tools.calls.waitedFor, tools: this.turn.tools, usage: this.usage.sum, answer });
	}

	private async generating(): Promise<ReplyStep> {
		const step = this.generate();
		this.settled = step.catch(() => undefined);
		try {
			return await step;
		} catch (thrown) {
			this.broken = true;
			this.utterance?.end();
			throw thrown;
		}
	}

	private async generate(): Promise<ReplyStep> {
		this.turn.modelAsked();
		let reply: ChatDone;
		try {
			reply = await this.askModel();
			await this.untilCertain(reply.toolCalls.length > 0);
		} catch (thrown) {
			await this.turn.certainty.needed();
			if (!this.interrupted) throw thrown;
			// What was written so far may have been heard in part: the history is cut to that next.
			return this.done(this.written.slice(this.stepStart));
		}
		this.usage.add(reply.usage);
		this.writtenBy = { engine: reply.engine, replaced: [...this.writtenBy.replaced, ...reply.replaced] };
		const text = this.begun === '' ? reply.text : this.written.slice(this.stepStart);
		if (this.interrupted) return this.done(text);
		if (reply.toolCalls.length === 0) return this.doneSpeakable(text);
		this.answered ||= isSpeakable(reply.text, this.ask.speak?.language);
		return await this.takeCalls(text, reply.toolCalls);
	}

	private async untilCertain(callsTools: boolean): Promise<void> {
		const { certainty } = this.turn;
		const sounds = !callsTools && this.utterance && isSpeakable(this.written, this.ask.speak?.language);
		// No other sentence comes to end the last one. It tells by its first sound.
		if (sounds && !certainty.isCertain) this.utterance?.settle();
		await (sounds ? certainty.known : certainty.needed());
	}

	/** Hands out those that may be run. The others are answered here, so that the model goes on at once where there are none. */
	private async takeCalls(text: string, calls: readonly ToolCall[]): Promise<ReplyStep> {
		const { deps, turn } = this;
		const { run, refused, stop } = this.allowance.sort(calls, (call) => this.tools.askBack(call, this.writtenBy.engine, this.ask));
		const filler = this.ask.speak ? toolFiller(run, this.ask.tools) : undefined;
		const step = deps.together(() => {
			deps.history.addAssistant(text);
			if (filler !== undefined) deps.history.addFiller(filler);
			deps.history.addToolCalls(calls);
			turn.toolsStarted(calls);
			this.tools.record(refused);
			for (const call of run) this.tools.calls.add(call);
			if (run.length > 0) return this.giveOut({ status: 'toolCalls', calls: [...run] });
			this.keep();
			return undefined;
		});
		if (step) {
			this.tools.started(run);
			if (filler !== undefined) this.voice()?.write(this.spaced(filler));
			this.utterance?.settle();
			return step;
		}
		if (stop === undefined) return await this.next();
		if (this.answered) return this.done();
		throw stop;
	}

	private async askModel(): Promise<ChatDone> {
		const { ask, deps } = this;
		this.generation = deps.model.answer(paramsFor(ask, deps.history, { begun: this.begun, isCertain: this.turn.certainty.isCertain, offersTools: this.allowance.offers }));
		this.generation.tell((text, next) => (text === '' ? this.utterance?.write('', next) : this.write(text, next)));
		if (this.interrupted) this.generation.cancel();
		return await this.generation.result;
	}

	private write(text: string, next = ''): void {
		if (this.interrupted || text === '') return;
		this.turn.mark('firstTokenAt');
		const joined = this.written.length === this.stepStart + this.begun.length ? goOn(this.begun, text) : text;
		this.written += joined;
		this.unsaid += joined;
		this.usage.writes();
		this.sayUnsaid(next);
	}

	private sayUnsaid(next = ''): void {
		if (!this.turn.certainty.mayHaveVoice) return this.turn.certainty.need();
		// Marks alone are no beginning: an answer that has no more is an error, and the turn still open for another one.
		if (!this.utterance && !/[\p{L}\p{N}]/u.test(this.unsaid)) return;
		this.voice()?.write(this.unsaid, next);
		this.unsaid = '';
	}

	/** Set apart from what was said before. */
	private spaced(text: string): string {
		return /\S$/.test(this.utterance?.text ?? '') ? ` ${text}` : text;
	}

	private voice(): AgentUtterance | undefined {
		if (this.ask.speak) this.utterance ??= this.deps.openUtterance(this.ask.speak);
		return this.utterance;
	}

	/** Throws VOICE_ERR_NO_ANSWER where the caller would hear nothing of what is written. */
	private doneSpeakable(text: string): ReplyStep {
		if (isSpeakable(this.written, this.ask.speak?.language)) return this.done(text);
		this.deps.history.addAssistant(text);
		throw unspeakable(this.written);
	}

	/** `text`: what the last step wrote. */
	private done(text = ''): ReplyStep {
		const step = this.deps.together(() => {
			this.deps.history.addAssistant(text);
			this.finished = true;
			return this.giveOut({
				status: 'done',
				text: this.written.trim(),
				interrupted: this.interrupted,
				tools: [...this.turn.tools],
				lookAhead: this.ask.speak !== null,
				note: this.ask.speakNote,
				usage: this.usage.sum,
				timings: this.turn.timings,
				...this.writtenBy,
			});
		});
		this.utterance?.end();
		return step;
	}
}
