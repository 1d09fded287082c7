import type { ToolSpec } from '../../../contract/chat';
import type { ChatReply } from '../../../contract/control';
import type { ChatListener } from '../engine';
import { streamedJson } from '../../openai-client/event-stream';
import type { RemoteAnswer } from '../../openai-client/remote-answer';
import type { RemoteServer } from '../../openai-client/remote-server';
import { type ChatChunk, chatChunk } from './answers';
import { ReplyLimits } from './reply-limits';
import { ToolCalls } from './tool-calls';

/** vLLM and SGLang stop so when they are shut down or run out of memory. */
const BROKEN = ['abort', 'error'];

/** Puts one streamed reply together. */
export class ReplyReader {
	private readonly calls = new ToolCalls();
	private readonly limits: ReplyLimits;
	private text = '';
	private pieces = 0;
	private firstAt: number | undefined;
	private finish: string | undefined;
	private usage: ChatChunk['usage'];
	private cached = 0;

	constructor(
		private readonly server: RemoteServer,
		private readonly listener: ChatListener,
		private readonly confidential: readonly string[],
		private readonly tools: readonly ToolSpec[],
		private readonly startedAt: number,
		maxTokens: number,
	) {
		this.limits = new ReplyLimits(maxTokens);
	}

	/** Throws VOICE_ERR_MODEL_FAILED for what is no reply. */
	async read(answer: RemoteAnswer): Promise<ChatReply> {
		const chunks = streamedJson(this.server, answer, chatChunk, this.confidential);
		let next = await chunks.next();
		for (; !next.done; next = await chunks.next()) {
			this.take(next.value);
			if (this.limits.full) {
				// What is written counts; the server is told to stop by the end of the connection.
				this.finish = 'length';
				await chunks.return(false);
				return this.reply();
			}
		}
		// Without either the connection was closed in the middle, by a proxy perhaps, however orderly.
		if (!next.value && this.finish === undefined) throw this.server.cutOff();
		if (this.finish !== undefined && BROKEN.includes(this.finish)) throw this.server.reported(`it stopped with "${this.finish}"`);
		return this.reply();
	}

	private take({ choices, usage, timings }: ChatChunk): void {
		this.usage = usage ?? this.usage;
		this.cached = usage?.prompt_tokens_details?.cached_tokens ?? timings?.cache_n ?? this.cached;
		const [choice] = choices ?? [];
		if (!choice) return;
		this.finish = choice.finish_reason ?? this.finish;
		const part = choice.delta ?? choice.message;
		const fragments = part?.tool_calls ?? [];
		const text = this.limits.room(part?.content ?? '');
		this.limits.count(fragments);
		if (text === '' && fragments.length === 0) return;
		this.firstAt ??= performance.now();
		this.pieces++;
		this.listener.onTokens(1);
		for (const fragment of fragments) {
			this.calls.take(fragment);
			const complaint = this.limits.complaint(fragment, this.calls.count);
			if (complaint !== undefined) throw this.server.failed(`sent ${complaint}`);
		}
		if (text === '') return;
		this.text += text;
		this.listener.onText(text);
	}

	private reply(): ChatReply {
		const endedAt = performance.now();
		const cut = this.finish === 'length';
		const toolCalls = this.calls.finish(this.tools, cut);
		const promptTokens = this.usage?.prompt_tokens ?? 0;
		const completionTokens = this.usage?.completion_tokens ?? this.pieces;
		const reusedTokens = Math.min(this.cached, promptTokens);
		this.listener.onTokens(Math.max(0, promptTokens - reusedTokens + completionTokens - this.pieces));
		return {
			text: this.text,
			toolCalls,
			stopReason: toolCalls.length > 0 ? 'toolCalls' : cut ? 'maxTokens' : 'end',
			usage: { promptTokens, reusedTokens, completionTokens },
			ttftMs: (this.firstAt ?? endedAt) - this.startedAt,
			durationMs: endedAt - this.startedAt,
		};
	}
}
