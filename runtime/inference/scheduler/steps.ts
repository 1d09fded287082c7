/**
 * Who goes first. A step is one token of one reply or speech, or one chunk of a prompt. Kinds of a lower rank go
 * first; within a rank the older step does:
 *
 * 0. what a caller hears next;
 * 1. the words of a speaking turn and the prompt of a turn that a caller waits for: both are on the way to the next
 *    sentence, so they take turns. A prompt behind all words would keep a caller waiting for somebody else's whole
 *    reply; words behind all of a prompt would stop a reply in mid-sentence;
 * 2. speech that is well ahead of its caller's ear: it loses nothing by waiting, and moves up when it does;
 * 3. what no caller waits for: warming up, and calls that belong to no session.
 *
 * A kind's oldest step goes before all others once it has waited `patienceMs` since it was asked for or since the
 * oldest before it started, so nothing starves. Words need little of that to stay ahead of speech (4 or 5 tokens a
 * second are spoken). A chunk may take 60 ms: sound that is nearly used up has most of the time all the same.
 */
export const STEP_KINDS = {
	nextSound: { rank: 0, patienceMs: 0 },
	words: { rank: 1, patienceMs: 20 },
	prompt: { rank: 1, patienceMs: 250 },
	soundAhead: { rank: 2, patienceMs: 500 },
	background: { rank: 3, patienceMs: 500 },
} as const satisfies Record<string, { readonly rank: number; readonly patienceMs: number }>;

export type StepKind = keyof typeof STEP_KINDS;

export const stepKinds = Object.keys(STEP_KINDS) as [StepKind, ...StepKind[]];

/** Sound that the caller has not heard yet: with less than this a speech is about to be heard out. */
export const URGENT_MS = 300;

/** One context of a model. Its steps of a round are computed in one batch. */
export interface Lane {
	/** The model's. Several contexts of one model have the same. */
	readonly name: string;
	/** On a GPU a batch takes hardly longer than one of its steps; on a CPU as long as all of them together. */
	readonly sharesFreely: boolean;
}

export interface Step {
	readonly lane: Lane;
	/** Asked whenever there is a choice: speech becomes urgent while it waits. */
	readonly kind: () => StepKind;
	/**
	 * The number of its sequence. llama.cpp computes in one go only sequences whose numbers follow each other in the
	 * batch, n and n + 1 (split_equal in llama-batch.cpp); others wait for a go of their own.
	 */
	readonly sequence?: number;
	/** A part of a prompt, which takes as long as several tokens. */
	readonly chunk: boolean;
}
