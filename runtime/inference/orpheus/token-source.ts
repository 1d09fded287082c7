import type { VoiceChoice } from '../voices/voice';

/** How Orpheus is sampled. The penalty counts only audio tokens. */
export interface OrpheusSampling {
	readonly temperature: number;
	readonly topP: number;
	/** Never 0: without it sampling alone costs 10 ms of CPU a token at this vocabulary. */
	readonly topK: number;
	readonly repetitionPenalty: number;
}

export interface TokenAsk {
	/** One of `speechParts`: a sentence, emotion tags as they are: `<laugh>`. */
	readonly text: string;
	/** One of Orpheus's own names, such as `tara`. */
	readonly voice: string;
	readonly sampling: OrpheusSampling;
	/** Generation ends here whatever the model says. */
	readonly maxTokens: number;
}

/** Where Orpheus's audio tokens come from: a model on this machine, or a server. */
export interface TokenSource {
	/**
	 * The numbers N of the `<custom_token_N>` that the model writes for one sentence, in order, each as soon as
	 * it is there. Ends when the model says that the speech has ended, or at `maxTokens`. Other tokens are left
	 * out. Pulling is what makes it work: while nobody asks for the next number none is computed, and no other
	 * speech waits for this one.
	 * Rejects with VOICE_ERR_CANCELLED once `signal` is aborted, which ends the work within one token.
	 */
	speak(ask: TokenAsk, signal: AbortSignal): AsyncIterable<number>;
	/** The voices that its model knows, the best first. Absent: any of Orpheus's own. */
	voices?(): Promise<readonly VoiceChoice[]>;
	/** Rejects if it could not speak; makes the first sentence as fast as the second. */
	warm(): Promise<void>;
}
