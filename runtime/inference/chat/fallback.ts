import type { ChatSettings, ToolCall } from '../../contract/chat';
import type { ChatDone, ChatReply } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import { goOn } from '../../speech-text/go-on';
import { writtenToolCall } from './calls/written-tool-call';
import { WordsOnly } from './calls/words-only';
import type { ChatEngine, ChatListener, ChatRequest } from './engine';
import { Repetition } from './repetition';
import { FallbackChain, OpenWork, type Taken } from '../fallback/fallback-chain';
import type { Cooldowns } from '../fallback/cooldowns';
import { type ChainLink, chainLinks, eachAlone, type LinksOf } from '../fallback/links';

/**
 * Answers with the first model of a chain that can. One that fails in the middle of its answer is replaced by the
 * next, which goes on from what is written: the caller has perhaps heard it already. Of what any of them writes only
 * words are passed on. A call that stands among them, because the model knows no such tool or its server does not read its
 * notation, becomes one of the reply's calls: run where the tool was offered, else answered with why not.
 */
export class ChatFallback {
	private readonly used = new Set<ChatEngine>();
	private readonly open = new OpenWork();
	/** By conversation: of servers that share their work it stays with the one that has read it. */
	private readonly kept = new Map<string, Taken<ChainLink>>();

	constructor(
		private readonly engineFor: (model: string) => ChatEngine,
		private readonly cooldowns: Cooldowns,
		private readonly linksOf: LinksOf = eachAlone,
	) {}

	/** Rejects with the last model's error, or VOICE_ERR_CANCELLED. */
	async chat(request: ChatRequest, listener: ChatListener, signal: AbortSignal): Promise<ChatDone> {
		const chain = this.chain(request.settings);
		const answer = new Answer(request, listener);
		for (;;) {
			const { engine: link, done } = this.take(chain, request.conversation);
			try {
				const written = this.engine(link.name).chat(answer.asking(link.name), answer.listener, AbortSignal.any([signal, answer.circle]));
				const reply = await written.catch((thrown: unknown) => answer.cutShort(thrown));
				chain.worked(link);
				return { ...reply, ...answer.finished(reply), ttftMs: answer.ttftMs ?? reply.ttftMs, ...chain.doneBy };
			} catch (thrown) {
				const error = VoiceError.from(thrown, 'VOICE_ERR_MODEL_FAILED');
				if (signal.aborted || error.code === 'VOICE_ERR_CANCELLED') throw error;
				chain.next(error, link);
				answer.interrupted();
			} finally {
				done();
			}
		}
	}

	forget(conversation: string): void {
		this.kept.get(conversation)?.done();
		this.kept.delete(conversation);
		for (const engine of this.used) engine.forget(conversation);
	}

	/** Makes the first model ready that can be. */
	async warm(settings: ChatSettings): Promise<void> {
		await this.chain(settings).warm(async ({ name }) => await this.engine(name).warm({ ...settings, model: name }));
	}

	/** By the model that would answer now. What it cannot read is not worth a word here: the turn says what is wrong. */
	async readAhead(request: ChatRequest): Promise<void> {
		const { engine: link, done } = this.chain(request.settings).take();
		try {
			await this.engine(link.name).readAhead?.({ ...request, settings: { ...request.settings, model: link.name } });
		} catch {
			return;
		} finally {
			done();
		}
	}

	private chain({ model, fallbacks }: ChatSettings): FallbackChain<ChainLink> {
		return new FallbackChain(chainLinks([model, ...fallbacks], this.linksOf), this.cooldowns, this.open);
	}

	/** A conversation counts until it is forgotten: it is at its server for all of its turns, and mostly silent. */
	private take(chain: FallbackChain<ChainLink>, conversation: string): Taken<ChainLink> {
		const kept = this.kept.get(conversation);
		const taken = chain.take(kept?.engine.name);
		const { engine } = taken;
		if (conversation === '' || engine.shares === undefined) return taken;
		if (kept?.engine.name !== engine.name) {
			kept?.done();
			this.kept.set(conversation, taken);
		} else taken.done();
		return { engine, done: () => undefined };
	}

	private engine(model: string): ChatEngine {
		const engine = this.engineFor(model);
		this.used.add(engine);
		return engine;
	}
}

/** What several models may write one after the other. One that a caller hears ends where it only repeats itself. */
class Answer {
	private readonly startedAt = performance.now();
	private readonly offered: ReadonlySet<string>;
	/** By the models that failed. */
	private before = '';
	private text = '';
	private words: WordsOnly;
	/** The letter that follows, as it was told last. */
	private told = '';
	private readonly repetition = new Repetition();
	private readonly caught = new AbortController();
	private tokens = { read: 0, written: 0 };
	ttftMs: number | undefined;
	readonly listener: ChatListener;

	constructor(
		private readonly request: ChatRequest,
		private readonly caller: ChatListener,
	) {
		this.offered = new Set(request.tools.map(({ name }) => name));
		this.words = this.freshWords();
		this.listener = {
			onText: (text) => {
				this.ttftMs ??= performance.now() - this.startedAt;
				this.pass(this.words.take(text));
			},
			onTokens: (count) => {
				this.tokens[this.ttftMs === undefined ? 'read' : 'written'] += count;
				caller.onTokens(count);
			},
		};
	}

	/** Aborts once the answer goes round in circles. */
	get circle(): AbortSignal {
		return this.caught.signal;
	}

	/** The reply of a model that was stopped for going round in circles; throws what it was given for any other. */
	cutShort(thrown: unknown): ChatReply {
		if (!this.circle.aborted) throw thrown;
		const { read, written } = this.tokens;
		const usage = { promptTokens: read, reusedTokens: 0, completionTokens: written };
		return { text: '', toolCalls: [], stopReason: 'repetition', usage, ttftMs: this.ttftMs ?? 0, durationMs: performance.now() - this.startedAt };
	}

	asking(model: string): ChatRequest {
		const { settings, messages } = this.request;
		// A space at its end would be a token that no model has seen there.
		const begun = this.before === '' ? [] : [{ role: 'assistant' as const, content: this.before.trimEnd(), toolCalls: [] }];
		return { ...this.request, settings: { ...settings, model }, messages: [...messages, ...begun] };
	}

	interrupted(): void {
		this.pass(this.words.breakOff());
		this.before += this.text;
		this.text = '';
		this.words = this.freshWords();
	}

	/** All words that were written, and the calls that end them. */
	finished({ toolCalls, stopReason }: ChatReply): Pick<ChatReply, 'text' | 'toolCalls' | 'stopReason'> {
		this.pass(this.words.end());
		// A server that reads the calls may give their text as well.
		const calls = toolCalls.length > 0 ? toolCalls : this.callsInText(stopReason === 'maxTokens');
		const text = this.before + this.text;
		// What stood between the words and the call belongs to neither.
		return { text: calls.length > 0 ? text.trimEnd() : text, toolCalls: calls, stopReason: calls.length > 0 ? 'toolCalls' : stopReason };
	}

	private callsInText(cut: boolean): ToolCall[] {
		const { calls, sawCall } = this.words;
		// What cannot even be told is a call of nothing: the model hears that it does not exist.
		const written = sawCall && calls.length === 0 ? [{ name: '', json: '{}' }] : calls;
		return written.map(({ name, json }, index) => writtenToolCall(name, json, this.request.tools, cut && index === written.length - 1));
	}

	private pass(words: string): void {
		const { next } = this.words;
		// Of a word that is held only its beginning is news.
		const begins = next !== '' && this.told === '';
		this.told = next;
		if ((words === '' && !begins) || this.circle.aborted) return;
		const joined = words !== '' && this.text === '' ? goOn(this.before, words) : words;
		this.text += joined;
		if (next === '') this.caller.onText(joined);
		else this.caller.onText(joined, next);
		if (this.spoken && this.repetition.goesOn(joined)) this.caught.abort();
	}

	/** Where a caller is on the line, everything is. */
	private get spoken(): boolean {
		return this.request.conversation !== '';
	}

	private freshWords(): WordsOnly {
		return new WordsOnly(this.offered, this.spoken);
	}
}
