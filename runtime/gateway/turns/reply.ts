import { monotonicClock } from '../../lib/clock';
import { type ToolCall, type ToolResult, UNCLEAR } from '../../contract/chat';
import type { ChatDone, ReplyAsk, ReplyStep, Usage } from '../../contract/control';
import type { DoneBy } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { PageEvent } from '../../contract/page-events';
import type { RpcCall } from '../../rpc/client';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { History } from '../../dialogue/history/history';
import type { RestartingProcess } from '../children/restarting-process';
import { ReplyCaption } from './reply-caption';
import type { Turn } from './turn';
import type { AgentUtterance } from './agent-utterance';

export interface ReplyDeps {
	readonly conversation: string;
	readonly inference: RestartingProcess<InferenceProtocol>;
	readonly history: History;
	/** Opens the utterance that speaks while the model writes; undefined without look-ahead. */
	readonly openUtterance: (() => AgentUtterance) | undefined;
	readonly tell: (event: PageEvent) => void;
	readonly toolsStarted: (tool: string) => void;
	readonly toolsDone: () => void;
}

/**
 * Writes the reply to one turn: the model writes, perhaps asks for tools, the node runs them and gives their
 * results, the model goes on. With look-ahead each sentence is spoken as soon as it stands.
 */
export class Reply {
	text = '';
	private readonly usage: Usage = { promptTokens: 0, reusedTokens: 0, completionTokens: 0 };
	private readonly open = new Map<string, ToolCall>();
	private callsMade = 0;
	private writtenBy: DoneBy;
	private generation: RpcCall<never, ChatDone> | undefined;
	private interrupted = false;
	private finished = false;
	private utterance: AgentUtterance | undefined;
	private readonly caption: ReplyCaption;
	/** Settles when the model writes no more and the history holds what it wrote. */
	idle: Promise<unknown> = Promise.resolve();

	constructor(
		private readonly turn: Turn,
		private readonly ask: ReplyAsk,
		private readonly deps: ReplyDeps,
	) {
		this.writtenBy = { engine: ask.chat.model, replaced: [] };
		this.caption = new ReplyCaption((text) => deps.tell({ type: 'reply.partial', turnId: turn.id, text }));
	}

	/** Tools run, and their results are still to come. */
	get waitsForTools(): boolean {
		return this.open.size > 0;
	}

	/** More is to come: the model writes, or its tools run. */
	get working(): boolean {
		return !this.finished && !this.interrupted;
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

	async toolResults(results: ToolResult[]): Promise<ReplyStep> {
		for (const result of results) this.takeResult(result);
		if (this.open.size > 0) {
			throw new VoiceError('VOICE_ERR_BAD_REQUEST', `Results are missing for: ${[...this.open.keys()].join(', ')}`);
		}
		if (!this.interrupted) this.deps.toolsDone();
		return this.interrupted ? this.done() : await this.next();
	}

	/** The caller goes on: writing stops within one token. Tools that run still give their results. */
	interrupt(): void {
		this.interrupted = true;
		this.generation?.cancel();
	}

	private async next(): Promise<ReplyStep> {
		const step = this.generate();
		this.idle = step.catch(() => undefined);
		return await step;
	}

	private async generate(): Promise<ReplyStep> {
		const { turn, ask, deps } = this;
		if (this.text !== '') this.text += ' ';
		const before = this.text.length;
		// Of several steps, the one that writes the first word counts: the tools before it have a time of their own.
		if (turn.marks.firstTokenAt === undefined) turn.marks.modelAskedAt = monotonicClock.now();
		const client = await deps.inference.ready();
		const messages = [{ role: 'system' as const, content: ask.instructions }, ...deps.history.messages()];
		this.generation = client.call(
			'chat',
			{ conversation: deps.conversation, settings: ask.chat, messages, tools: ask.tools },
			({ text }) => this.write(text),
		);
		if (this.interrupted) this.generation.cancel();
		let reply: ChatDone;
		try {
			reply = await this.generation.result;
		} catch (thrown) {
			// Nothing of it is shown after the news that it ended.
			this.caption.flush();
			this.utterance?.end();
			if (!this.interrupted) throw thrown;
			// What was written so far may have been heard in part: the history is cut to that next.
			deps.history.addAssistant(this.text.slice(before));
			return this.done();
		}
		this.usage.promptTokens += reply.usage.promptTokens;
		this.usage.reusedTokens += reply.usage.reusedTokens;
		this.usage.completionTokens += reply.usage.completionTokens;
		this.writtenBy = { engine: reply.engine, replaced: [...this.writtenBy.replaced, ...reply.replaced] };
		deps.history.addAssistant(reply.text);
		if (this.interrupted || reply.toolCalls.length === 0) return this.done();
		return this.startTools(reply.toolCalls);
	}

	private startTools(calls: ToolCall[]): ReplyStep {
		this.caption.flush();
		this.callsMade += calls.length;
		if (this.callsMade > this.ask.maxToolCalls) {
			this.utterance?.end();
			throw new VoiceError('VOICE_ERR_TOOL_LIMIT', `The model asked for more than ${this.ask.maxToolCalls} tool calls.`);
		}
		this.deps.history.addToolCalls(calls);
		for (const call of calls) {
			this.open.set(call.id, call);
			this.turn.tools.push({ call, result: null });
			this.deps.tell({ type: 'tool.started', turnId: this.turn.id, id: call.id, name: call.name, arguments: call.arguments });
			this.deps.toolsStarted(call.name);
		}
		this.turn.mark('toolsStartedAt');
		const filler = calls.map(({ name }) => this.ask.tools.find((tool) => tool.name === name)?.sayWhileRunning ?? '').find(Boolean);
		if (filler !== undefined) this.voice()?.write(`${filler} `);
		this.utterance?.settle();
		return { status: 'toolCalls', calls };
	}

	private takeResult(result: ToolResult): void {
		const call = this.open.get(result.id);
		if (!call) throw new VoiceError('VOICE_ERR_BAD_REQUEST', `There is no open tool call "${result.id}".`);
		this.open.delete(result.id);
		const record = this.turn.tools.find((tool) => tool.call.id === result.id);
		if (record) record.result = result;
		this.deps.history.addToolResult(result.id, result.result);
		this.turn.marks.toolsMs = (this.turn.marks.toolsMs ?? 0) + result.durationMs;
		const { id, ok, durationMs } = result;
		this.deps.tell({ type: 'tool.finished', turnId: this.turn.id, id, name: call.name, ok, durationMs });
	}

	private write(text: string): void {
		if (this.interrupted || text === '') return;
		this.turn.mark('firstTokenAt');
		this.text += text;
		this.caption.show(this.text.trim());
		this.voice()?.write(text);
	}

	private voice(): AgentUtterance | undefined {
		this.utterance ??= this.deps.openUtterance?.();
		return this.utterance;
	}

	private done(): ReplyStep {
		this.finished = true;
		this.caption.flush();
		this.utterance?.end();
		return {
			status: 'done',
			text: this.text.trim(),
			interrupted: this.interrupted,
			tools: this.turn.tools,
			lookAhead: this.deps.openUtterance !== undefined,
			note: this.ask.speakNote,
			usage: this.usage,
			timings: this.turn.timings,
			...this.writtenBy,
		};
	}
}
