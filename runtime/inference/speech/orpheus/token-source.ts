import type { VoiceChoice } from '../engine';

/** How Orpheus is sampled. The penalty counts only audio tokens. */
export interface OrpheusSampling {
	readonly temperature: number;
	readonly topP: number;
	/** At least 1: without it sampling alone costs 10 ms of CPU a token at this vocabulary. */
	readonly topK: number;
	readonly repetitionPenalty: number;
}

export interface TokenAsk {
	/** One of `speechParts`: a sentence, emotion tags as they are: `<laugh>`. */
	readonly text: string;
	/** As the model knows it, such as `tara`. */
	readonly voice: string;
	readonly sampling: OrpheusSampling;
	/** Generation ends here whatever the model says. */
	readonly maxTokens: number;
	/** Does the caller wait for this sound, or will very soon? Asked for each token. Absent: always. */
	readonly urgent?: () => boolean;
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
	/** The voices that its model knows, the best first; none where nothing is known of it. Absent: Orpheus's own. */
	voices?(): Promise<readonly VoiceChoice[]>;
	/** Several speeches take hardly longer than one; known once it has spoken. */
	readonly sideBySide?: boolean;
	/** Rejects if it could not speak; makes the first sentence as fast as the second. */
	warm(): Promise<void>;
}
