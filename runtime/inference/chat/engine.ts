import type { ChatMessage, ChatSettings, ToolSpec } from '../../contract/chat';
import type { ChatReply } from '../../contract/control';

export interface ChatRequest {
	/** The session's id: its next call finds its tokens in the model's memory. '' belongs to no session. */
	readonly conversation: string;
	readonly settings: ChatSettings;
	readonly messages: readonly ChatMessage[];
	readonly tools: readonly ToolSpec[];
}

export interface ChatListener {
	/**
	 * Text as it is written: whole characters, no special tokens, nothing of a tool call. `next`: the sign after it, where that is
	 * written already but may still become part of something that is no text; absent where nobody knows.
	 */
	onText(text: string, next?: string): void;
	/** Tokens the model has just worked through, read or written. */
	onTokens(count: number): void;
}

/** A model that answers. Its rules are in conformance.fixture.ts. */
export interface ChatEngine {
	/**
	 * Writes the next assistant message. Aborting ends it within one token, also while the prompt is still
	 * being read; it then rejects with VOICE_ERR_CANCELLED. Calls of one conversation wait for each other.
	 * Rejects with VOICE_ERR_MODEL_MISSING, _BROKEN or _FAILED, or BAD_REQUEST where tools alone overfill the model.
	 */
	chat(request: ChatRequest, listener: ChatListener, signal: AbortSignal): Promise<ChatReply>;
	/** The conversation is over: its place in the model's memory is free. */
	forget(conversation: string): void;
	/** Loads the model and runs it once. */
	warm(settings: ChatSettings): Promise<void>;
	/**
	 * Reads `messages` and the tools into the model's memory, where the next words of the caller will follow: whoever is on the
	 * line then waits for less. A `chat` of the same conversation ends it, and goes on from there. A server is asked nothing.
	 */
	readAhead?(request: ChatRequest): Promise<void>;
}
