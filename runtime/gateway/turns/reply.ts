import { type ToolCall, type ToolResult, UNCLEAR } from '../../contract/chat';
import type { ChatDone, ReplyAsk, ReplyStep, Usage } from '../../contract/control';
import type { DoneBy } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { PageEvent } from '../../contract/page-events';
import type { SpeakSettings } from '../../contract/agent-settings';
import { ToolAllowance } from '../../contract/tool-allowance';
import type { History } from '../../dialogue/history/history';
import type { RpcCall } from '../../rpc/client';
import type { InferenceServer } from '../calls/call-deps';
import { goOn } from '../../speech-text/go-on';
import { isSpeakable } from '../../speech-text/speakable';
import type { AgentUtterance } from './agent-utterance';
import { FirstWordLimit } from './first-word';
import { isSameWork } from './node-tries';
import { OpenToolCalls } from './open-tool-calls';
import { toolFiller } from './tool-filler';
import type { Turn, TurnReply } from './turn';

export interface ReplyDeps {
	/** Names the call to the model, which keeps its tokens in memory. */
	readonly conversation: string;
	readonly inference: InferenceServer;
	readonly history: History;
	/** Opens an utterance that speaks while the model writes; undefined where the caller cannot be reached any more. */
	readonly openUtterance: (speak: SpeakSettings) => AgentUtterance | undefined;
	/** The first word, or the first tool call, comes within this, or the turn fails. */
	readonly firstWordMs: number;
	readonly tell: (event: PageEvent) => void;
	readonly toolsStarted: (tool: string) => void;
	readonly toolsDone: () => void;
}

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
	private readonly usage: Usage = { promptTokens: 0, reusedTokens: 0, completionTokens: 0 };
	private readonly calls = new OpenToolCalls();
	private allowance: ToolAllowance;
	/** Since the last tool ran: what was said before it is no answer. */
	private answered = false;
	private writtenBy: DoneBy;
	private generation: RpcCall<never, ChatDone> | undefined;
	private interrupted = false;
	private finished = false;
	private broken = false;
	private utterance: AgentUtterance | undefined;
	private settled: Promise<unknown> = Promise.resolve();

	constructor(
		private readonly turn: Turn,
		private ask: ReplyAsk,
		private readonly deps: ReplyDeps,
	) {
		this.writtenBy = { engine: ask.chat.model, replaced: [] };
		this.allowance = allowanceOf(ask);
	}

	get text(): string {
		return this.written;
	}

	get waitsForTools(): boolean {
		return this.calls.waiting && !this.broken;
	}

	get resultsToCome(): boolean {
		return this.calls.anyToCome;
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

	async begin(): Promise<ReplyStep> {
		const { prompt, understood, sayWhenUnclear } = this.ask;
		if (this.interrupted) return this.done();
		this.deps.history.addUser(understood ? prompt : UNCLEAR, this.turn.n);
		if (!understood && sayWhenUnclear !== '') {
			this.write(sayWhenUnclear);
			this.deps.history.addAssistant(sayWhenUnclear);
			return this.done();
		}
		return await this.next();
	}

	isAskedAgain(ask: ReplyAsk): boolean {
		return this.broken && (isSameWork(ask, this.ask) || ask.prompt === this.ask.prompt);
	}

	async again(ask: ReplyAsk): Promise<ReplyStep> {
		this.ask = ask;
		this.allowance = allowanceOf(ask);
		this.answered = false;
		this.broken = false;
		if (this.interrupted) return this.done();
		// Words that nobody heard may be written anew, and results that have not come are not waited for.
		if (!this.utterance) this.written = this.written.slice(0, this.stepStart);
		this.begun = this.written.slice(this.stepStart);
		this.utterance = undefined;
		this.unsaid = '';
		this.calls.waitNoMore();
		if (this.written === '' && this.turn.tools.length === 0) this.deps.history.addUser(ask.understood ? ask.prompt : UNCLEAR, this.turn.n);
		return await this.generating();
	}

	/** Results are taken whatever has become of the turn. Throws VOICE_ERR_BAD_REQUEST, taking none, where one has no open call. */
	async toolResults(results: readonly ToolResult[]): Promise<ReplyStep> {
		this.calls.assertWaitedFor(results);
		for (const result of results) this.takeResult(result);
		this.calls.assertComplete();
		if (this.interrupted) return this.done();
		this.answered = false;
		this.deps.toolsDone();
		return await this.next();
	}

	/** Throws VOICE_ERR_BAD_REQUEST, taking none, where one is not awaited. */
	lateToolResults(results: readonly ToolResult[]): void {
		this.calls.assertLate(results);
		for (const result of results) this.takeResult(result);
	}

	/** The model goes on from the results that another process has waited for. */
	async goOn(): Promise<ReplyStep> {
		return this.interrupted ? this.done() : await this.next();
	}

	/**
	 * Of calls that another process has handed out. One that it had still taken, and died before it could say so, is there
	 * already. Throws VOICE_ERR_BAD_REQUEST where there is no such call.
	 */
	takeResultsOfBefore(results: readonly ToolResult[]): void {
		for (const result of results) {
			if (this.deps.history.hasToolResult(result.id)) continue;
			this.turn.toolFinished(result);
			if (!result.pending && !this.deps.history.addToolResult(result.id, result.result)) throw new VoiceError('VOICE_ERR_BAD_REQUEST', `There is no open tool call "${result.id}".`);
			this.deps.tell({ type: 'tool.finished', turnId: this.turn.id, id: result.id, name: '', ok: result.ok, durationMs: result.durationMs });
		}
	}

	interrupt(): void {
		this.interrupted = true;
		this.generation?.cancel();
	}

	private async next(): Promise<ReplyStep> {
		if (/\S$/.test(this.written)) this.written += ' ';
		this.utterance?.write(this.spaced(''));
		this.stepStart = this.written.length;
		this.begun = '';
		return await this.generating();
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
		const { deps } = this;
		this.turn.modelAsked();
		let reply: ChatDone;
		try {
			reply = await this.askModel();
		} catch (thrown) {
			if (!this.interrupted) throw thrown;
			// What was written so far may have been heard in part: the history is cut to that next.
			this.utterance?.end();
			deps.history.addAssistant(this.written.slice(this.stepStart));
			return this.done();
		}
		this.usage.promptTokens += reply.usage.promptTokens;
		this.usage.reusedTokens += reply.usage.reusedTokens;
		this.usage.completionTokens += reply.usage.completionTokens;
		this.writtenBy = { engine: reply.engine, replaced: [...this.writtenBy.replaced, ...reply.replaced] };
		deps.history.addAssistant(this.begun === '' ? reply.text : this.written.slice(this.stepStart));
		if (this.interrupted) return this.done();
		if (reply.toolCalls.length === 0) return this.doneSpeakable();
		this.answered ||= isSpeakable(reply.text, this.ask.speak?.language);
		return await this.takeCalls(reply.toolCalls);
	}

	/** Hands out those that may be run. The others are answered here, so that the model goes on at once where there are none. */
	private async takeCalls(calls: readonly ToolCall[]): Promise<ReplyStep> {
		const { run, refused, stop } = this.allowance.sort(calls);
		const filler = this.ask.speak ? toolFiller(run, this.ask.tools) : undefined;
		if (filler !== undefined) this.deps.history.addFiller(filler);
		this.deps.history.addToolCalls(calls);
		this.turn.toolsStarted(calls);
		for (const result of refused) this.recordResult(result);
		if (run.length > 0) return this.startTools(run, filler);
		if (stop === undefined) return await this.next();
		if (this.answered) return this.done();
		throw stop;
	}

	private async askModel(): Promise<ChatDone> {
		const limit = new FirstWordLimit(this.deps.firstWordMs);
		const asking = this.askUntil(limit);
		try {
			return await Promise.race([asking, limit.passed]);
		} catch (error) {
			// A model that is too slow stops; its answer is not waited for.
			asking.catch(() => undefined);
			this.generation?.cancel();
			throw error;
		} finally {
			limit.stop();
		}
	}

	private async askUntil(limit: FirstWordLimit): Promise<ChatDone> {
		const { ask, deps } = this;
		const client = await deps.inference.ready();
		if (limit.isOver) throw new VoiceError('VOICE_ERR_CANCELLED', 'Nobody waits for this answer any more.');
		// A space at its end would be a token that no model has seen there.
		const begun = this.begun === '' ? [] : [{ role: 'assistant' as const, content: this.begun.trimEnd(), toolCalls: [] }];
		const messages = [{ role: 'system' as const, content: ask.instructions }, ...deps.history.messages(), ...begun];
		const params = { conversation: deps.conversation, settings: ask.chat, messages, tools: this.allowance.offers ? ask.tools : [] };
		this.generation = client.call('chat', params, ({ text }) => {
			if (limit.isOver) return;
			limit.stop();
			this.write(text);
		});
		if (this.interrupted) this.generation.cancel();
		return await this.generation.result;
	}

	private startTools(calls: readonly ToolCall[], filler: string | undefined): ReplyStep {
		const { turn, deps } = this;
		for (const call of calls) {
			this.calls.add(call);
			deps.tell({ type: 'tool.started', turnId: turn.id, id: call.id, name: call.name, arguments: call.arguments });
			deps.toolsStarted(call.name);
		}
		if (filler !== undefined) this.voice()?.write(this.spaced(filler));
		this.utterance?.settle();
		return { status: 'toolCalls', calls: [...calls] };
	}

	private takeResult(result: ToolResult): void {
		const { turn, deps } = this;
		const { id, ok, durationMs } = result;
		const call = this.calls.take(result);
		turn.toolFinished(result);
		// To the history its call stays open, which tells the model that the tool still runs.
		if (result.pending) return;
		deps.history.addToolResult(id, result.result);
		deps.tell({ type: 'tool.finished', turnId: turn.id, id, name: call?.name ?? '', ok, durationMs });
	}

	private recordResult(result: ToolResult): void {
		this.turn.toolFinished(result);
		this.deps.history.addToolResult(result.id, result.result);
	}

	private write(text: string): void {
		if (this.interrupted || text === '') return;
		this.turn.mark('firstTokenAt');
		const joined = this.written.length === this.stepStart + this.begun.length ? goOn(this.begun, text) : text;
		this.written += joined;
		this.unsaid += joined;
		// Marks alone are no beginning: an answer that has no more is an error, and the turn still open for another one.
		if (!this.utterance && !/[\p{L}\p{N}]/u.test(this.unsaid)) return;
		this.voice()?.write(this.unsaid);
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
	private doneSpeakable(): ReplyStep {
		if (isSpeakable(this.written, this.ask.speak?.language)) return this.done();
		const what = this.written.trim() === '' ? 'It is empty' : 'It has no words, only marks or emoji';
		throw new VoiceError('VOICE_ERR_NO_ANSWER', `The model's answer cannot be spoken. ${what}.`);
	}

	private done(): ReplyStep {
		this.finished = true;
		this.utterance?.end();
		return {
			status: 'done',
			text: this.written.trim(),
			interrupted: this.interrupted,
			tools: [...this.turn.tools],
			lookAhead: this.ask.speak !== null,
			note: this.ask.speakNote,
			usage: this.usage,
			timings: this.turn.timings,
			...this.writtenBy,
		};
	}
}

function allowanceOf({ maxToolCalls, tools }: ReplyAsk): ToolAllowance {
	return new ToolAllowance(maxToolCalls, tools.map(({ name }) => name));
}
