import type { ChatSettings } from '../../contract/chat';
import type { ChatDone } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import { goOn } from '../../speech-text/go-on';
import type { ChatEngine, ChatListener, ChatRequest } from './engine';
import { FallbackChain, type ChainLink } from '../fallback/fallback-chain';
import type { Cooldowns } from '../fallback/cooldowns';

/**
 * Answers with the first model of a chain that can. One that fails in the middle of its answer is replaced by the
 * next, which goes on from what is written: the caller has perhaps heard it already.
 */
export class ChatFallback {
	private readonly used = new Set<ChatEngine>();

	constructor(
		private readonly engineFor: (model: string) => ChatEngine,
		private readonly cooldowns: Cooldowns,
	) {}

	/** Rejects with the last model's error, or VOICE_ERR_CANCELLED. */
	async chat(request: ChatRequest, listener: ChatListener, signal: AbortSignal): Promise<ChatDone> {
		const chain = this.chain(request.settings);
		const answer = new Answer(request, listener);
		for (;;) {
			try {
				const engine = this.engine(chain.engine.name);
				const reply = await engine.chat(answer.asking(chain.engine.name), answer.listener, signal);
				chain.worked();
				return { ...reply, text: answer.whole(reply.text), ttftMs: answer.ttftMs ?? reply.ttftMs, ...chain.doneBy };
			} catch (thrown) {
				const error = VoiceError.from(thrown, 'VOICE_ERR_MODEL_FAILED');
				if (signal.aborted || error.code === 'VOICE_ERR_CANCELLED') throw error;
				chain.next(error);
				answer.interrupted();
			}
		}
	}

	forget(conversation: string): void {
		for (const engine of this.used) engine.forget(conversation);
	}

	/** Makes the first model ready that can be. */
	async warm(settings: ChatSettings): Promise<void> {
		await this.chain(settings).first(async ({ name }) => await this.engine(name).warm({ ...settings, model: name }));
	}

	private chain({ model, fallbacks }: ChatSettings): FallbackChain<ChainLink> {
		return new FallbackChain([{ name: model }, ...fallbacks.map((name) => ({ name }))], this.cooldowns);
	}

	private engine(model: string): ChatEngine {
		const engine = this.engineFor(model);
		this.used.add(engine);
		return engine;
	}
}

/** What several models may write one after the other. */
class Answer {
	private readonly startedAt = performance.now();
	/** By the models that failed. */
	private before = '';
	private text = '';
	ttftMs: number | undefined;
	readonly listener: ChatListener;

	constructor(
		private readonly request: ChatRequest,
		listener: ChatListener,
	) {
		this.listener = {
			onText: (text) => {
				this.ttftMs ??= performance.now() - this.startedAt;
				const joined = this.text === '' ? goOn(this.before, text) : text;
				this.text += joined;
				listener.onText(joined);
			},
			onTokens: (count) => listener.onTokens(count),
		};
	}

	asking(model: string): ChatRequest {
		const { settings, messages } = this.request;
		// A space at its end would be a token that no model has seen there.
		const begun = this.before === '' ? [] : [{ role: 'assistant' as const, content: this.before.trimEnd(), toolCalls: [] }];
		return { ...this.request, settings: { ...settings, model }, messages: [...messages, ...begun] };
	}

	interrupted(): void {
		this.before += this.text;
		this.text = '';
	}

	/** All that was written. `last`: the last model's own part, as it gives it. */
	whole(last: string): string {
		return this.before === '' ? last : this.before + this.text;
	}
}
