import type { LlamaContextSequence } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import type { ChatSettings } from '../../../contract/chat';
import type { ChatReply } from '../../../contract/control';
import { VoiceError } from '../../../contract/errors';
import type { GgufCheck } from '../../models/gguf-check';
import { type Locate, modelFile } from '../../models/resolve';
import type { Scheduler } from '../../scheduler/scheduler';
import type { ChatEngine, ChatListener, ChatRequest } from '../engine';
import { llamaBackend } from '../../llama/library';
import { prefill } from '../../llama/prefill';
import { numberOf } from '../../llama/sequences';
import { type ChatModel, loadChatModel } from './model';
import { promptFormatOf } from './prompt-format';
import { type Prompt, promptFor, promptStartFor, writeReply } from './reply';
import { spelledOut } from './spelled-out';

function cancelled(cause?: unknown): VoiceError {
	return new VoiceError('VOICE_ERR_CANCELLED', 'The reply was cancelled.', { cause });
}

/** How many of these tokens a sequence already holds, from the first on. */
function heldOf(tokens: Prompt['tokens']): (sequence: LlamaContextSequence) => number {
	return (sequence) => sequence.compareContextTokens([...tokens]).firstDifferentIndex;
}

/** Answers with GGUF models on this machine. A model is loaded on first use and shared by all conversations. */
export class LlamaEngine implements ChatEngine {
	private readonly models = new Map<string, { readonly loaded: Promise<ChatModel>; readonly hurry: AbortController }>();

	/** What the last call of a conversation still waits for. */
	private readonly asked = new Map<string, Promise<void>>();

	/** Conversations whose beginning is being read. */
	private readonly ahead = new Map<string, AbortController>();

	constructor(
		private readonly check: Pick<GgufCheck, 'approve'>,
		private readonly scheduler: Scheduler,
		private readonly locate: Locate,
		/** Of the file of `model`, as settings name it, so much has been read: 0 to 1. */
		private readonly onRead: (model: string, share: number) => void = () => undefined,
	) {}

	async chat(request: ChatRequest, listener: ChatListener, signal: AbortSignal): Promise<ChatReply> {
		const startedAt = performance.now();
		this.ahead.get(request.conversation)?.abort();
		const { loaded, prompt } = await this.inOrder(request.conversation, this.prepare(request));
		if (signal.aborted) throw cancelled(signal.reason);
		return await loaded.pool.use(request.conversation, heldOf(prompt.tokens), signal, async (sequence) => {
			try {
				return await writeReply(loaded, sequence, request, prompt, listener, signal, startedAt);
			} catch (error) {
				if (signal.aborted) throw cancelled(error);
				// Whatever state it was left in, the next turn must not build on it.
				await sequence.clearHistory().catch(() => undefined);
				throw VoiceError.from(error, 'VOICE_ERR_MODEL_FAILED');
			}
		});
	}

	async readAhead(request: ChatRequest): Promise<void> {
		const { conversation, settings } = request;
		const ahead = new AbortController();
		if (conversation !== '') this.ahead.set(conversation, ahead);
		try {
			const loaded = await this.load(settings.model);
			const tokens = await promptStartFor(loaded, this.inWords(loaded, request));
			await this.readInto(loaded, conversation, tokens, ahead.signal);
		} catch (error) {
			if (!ahead.signal.aborted) throw error;
		} finally {
			if (this.ahead.get(conversation) === ahead) this.ahead.delete(conversation);
		}
	}

	private async readInto({ pool, pace, scheduler, lane }: ChatModel, conversation: string, tokens: Prompt['tokens'], signal: AbortSignal): Promise<void> {
		// Nobody is on the line yet: no conversation loses its memory for that.
		if (conversation === '' && !pool.hasRoom) return;
		const held = heldOf(tokens);
		await pool.use(conversation, held, signal, async (sequence) => {
			// What it holds behind them would be lost.
			if (held(sequence) >= tokens.length - 1) return;
			const permit = scheduler.permit({ lane, sequence: numberOf(sequence), kind: () => 'background', chunk: true }, signal);
			await prefill(sequence, tokens, pace, permit, signal, () => undefined);
		});
	}

	forget(conversation: string): void {
		this.ahead.get(conversation)?.abort();
		for (const { loaded } of this.models.values()) {
			loaded.then(({ pool }) => pool.forget(conversation)).catch(() => undefined);
		}
	}

	async warm(settings: ChatSettings): Promise<void> {
		const { model, pool, lane } = await this.load(settings.model);
		// It is in use: then it is warm.
		if (!pool.hasRoom) return;
		const start = model.tokens.bos ?? model.tokenize('a')[0];
		if (start === undefined) return;
		const never = new AbortController().signal;
		// A sequence that holds something has already been used: then the model is warm, and stays as it is.
		const permit = this.scheduler.permit({ lane, kind: () => 'background', chunk: true }, never);
		await pool.use('', () => 0, never, async (sequence) => {
			if (sequence.nextTokenIndex === 0) await permit(1, async () => await sequence.evaluateWithoutGeneratingNewTokens([start]));
		});
	}

	private async prepare(request: ChatRequest): Promise<{ loaded: ChatModel; prompt: Prompt }> {
		const loaded = await this.load(request.settings.model, true);
		return { loaded, prompt: await promptFor(loaded, this.inWords(loaded, request)) };
	}

	private inWords({ wordsOnly }: ChatModel, request: ChatRequest): ChatRequest {
		return wordsOnly ? { ...request, messages: spelledOut(request.messages) } : request;
	}

	/** `work`, but not before that of an earlier call of the conversation: looking for the model's file takes now long, now short. */
	private async inOrder<T>(conversation: string, work: Promise<T>): Promise<T> {
		if (conversation === '') return await work;
		const before = this.asked.get(conversation);
		// It may fail while the earlier call is still waited for.
		work.catch(() => undefined);
		const mine = (before ?? Promise.resolve()).then(async () => await work);
		const over = mine.then(
			() => undefined,
			() => undefined,
		);
		this.asked.set(conversation, over);
		try {
			return await mine;
		} finally {
			if (this.asked.get(conversation) === over) this.asked.delete(conversation);
		}
	}

	/**
	 * One load a file version, however many ask; a failed one is tried again by whoever asks next. `atOnce`: a
	 * caller waits for it.
	 */
	private async load(name: string, atOnce = false): Promise<ChatModel> {
		const file = await modelFile(await this.locate(name, 'chat'));
		const key = `${file.path}\n${file.version}`;
		let pending = this.models.get(key);
		if (!pending) {
			const hurry = new AbortController();
			// llama.cpp takes a second to load, as long as the check takes.
			const backend = llamaBackend();
			const format = backend.then(async ({ library }) => await promptFormatOf(library, file));
			// A file that is no model at all is told as that.
			format.catch(() => undefined);
			const loaded = Promise.all([backend, this.check.approve(file)]).then(
				async ([opened]) => await loadChatModel(opened, this.scheduler, file, await format, hurry.signal, (share) => this.onRead(name, share)),
			);
			pending = { loaded, hurry };
			this.models.set(key, pending);
			loaded.catch(() => this.models.delete(key));
		}
		if (atOnce) pending.hurry.abort();
		return await pending.loaded;
	}
}
