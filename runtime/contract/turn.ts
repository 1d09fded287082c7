import { z } from 'zod';
import { speculationModes } from './agent-settings';
import { toolCall, toolResult } from './chat';
import { callerIdentity } from './join-token';
import { turnLink } from './link';

export const sessionId = z.string().regex(/^s_[A-Za-z0-9_-]{16,40}$/);
export const turnId = z.string().regex(/^t_[A-Za-z0-9_-]{16,40}$/);

/**
 * How long each stage of a turn took, in ms. Where LiveKit has a name, it is LiveKit's, so that dashboards
 * transfer. All count from the true end of the caller's speech unless the field says otherwise; a stage that
 * did not happen is absent. `response_delay` is the sum of `workflow_delay`, `nodes_delay`, `ttft`,
 * `sentence_delay`, `ttfb` and `playout_delay` where the model wrote the reply.
 */
export const turnTimings = z.object({
	/** True end of speech -> the turn was declared over. */
	eou_delay: z.number().optional(),
	/** True end of speech -> final text. */
	transcription_delay: z.number().optional(),
	/** The workflow started -> the turn was declared over: of what follows, this much had no delay. Absent where nothing was begun early. */
	early_start: z.number().optional(),
	/** Turn declared over -> the first node called the runtime. */
	workflow_delay: z.number().optional(),
	/**
	 * The first node called the runtime -> the model was asked for the words of the reply: Transcribe and the
	 * way to Llama Chat; with tools also the calls the model wrote and the tools' own time.
	 */
	nodes_delay: z.number().optional(),
	/** Model asked -> its first token. */
	ttft: z.number().optional(),
	/** First token -> the first sentence is given to the voice. */
	sentence_delay: z.number().optional(),
	/** First sentence given to the voice -> its first sound. */
	ttfb: z.number().optional(),
	/** First sound of the voice -> first audible sample sent. */
	playout_delay: z.number().optional(),
	/** True end of speech -> first audio sent to the caller. */
	first_audio_delay: z.number().optional(),
	/** True end of speech -> first audible sample sent (leading silence of the voice left out). */
	e2e_latency: z.number().optional(),
	/** Turn declared over -> first audible sample sent. */
	response_delay: z.number().optional(),
	/** All tools together. */
	tools: z.number().optional(),
	/** How long the caller spoke. */
	user_speech: z.number().optional(),
	/** How long the agent was heard. */
	agent_speech: z.number().optional(),
});
export type TurnTimings = z.infer<typeof turnTimings>;

/**
 * What a speech waited for where it fell silent in the middle. `text`: its next sentence was not written yet. `tokens`:
 * Orpheus's language model (the card, or its sampling). `decoder`: the SNAC decoder. `voice`: a voice that does not say
 * more. `machine`: the audio process had no time to send sound that was there.
 */
export const gapCauses = ['text', 'tokens', 'decoder', 'voice', 'machine'] as const;
export type GapCause = (typeof gapCauses)[number];

/** Silences in the middle of what the agent said, made on our side of the network; ms. */
export const speechGaps = z.object({
	count: z.number().int().default(0),
	totalMs: z.number().default(0),
	longestMs: z.number().default(0),
	/** ms by what was waited for; what was not waited for is absent. */
	causes: z.record(z.enum(gapCauses), z.number()).default({}),
});
export type SpeechGaps = z.infer<typeof speechGaps>;

/** A tool call as the turn's data shows it. */
export const toolRecord = z.object({ call: toolCall, result: toolResult.nullable() });
export type ToolRecord = z.infer<typeof toolRecord>;

/** Whose call it is, where callers come with a token. */
const permitted = {
	caller: callerIdentity.optional(),
	/** By name; absent: all. The runtime keeps to it whatever a workflow asks for. */
	allowedTools: z.array(z.string()).optional(),
};

/** Why a turn was taken to be over: which strategy said what, and how much silence there was. */
export const endOfTurn = z.object({
	reason: z.string(),
	/** Between the end of speech and the end of the turn. */
	silenceMs: z.number().nonnegative(),
	/** That the caller had finished, by the sound (smart-turn), 0..1; absent where it was not judged in time. */
	probability: z.number().optional(),
});

export type EndOfTurn = z.infer<typeof endOfTurn>;

/** Executions of one turn that were begun before its end was certain. */
const speculationCost = z.object({
	/** With this one, if it was begun early. */
	began: z.number().int().nonnegative(),
	/** Of these, how many came to nothing, as the caller went on. */
	superseded: z.number().int().nonnegative(),
	/** Written by the model in those. */
	tokensThrownAway: z.number().int().nonnegative(),
});

export const turnSpeculation = speculationCost.extend({
	mode: z.enum(speculationModes),
	/** This execution was begun early: it ends as superseded if the caller goes on. */
	early: z.boolean(),
	/** Why it is off though nobody has switched it off. */
	note: z.string(),
});
export type TurnSpeculation = z.infer<typeof turnSpeculation>;

/** What starts an execution of the workflow. */
export const triggerEvent = z.discriminatedUnion('event', [
	z.object({
		event: z.literal('turn'),
		sessionId,
		turnId,
		/** 1 for the caller's first turn. */
		turn: z.number().int().positive(),
		/** What was recognised while the caller talked; '' where there was no look-ahead. */
		heard: z.string(),
		understood: z.boolean(),
		/** Language code of what the caller spoke; absent where no Transcribe node's settings were known. */
		language: z.string().optional(),
		/** Why the turn was taken to be over; of one that was begun early, what was known then. */
		endOfTurn: endOfTurn.optional(),
		/** Absent where it is switched off. */
		speculation: turnSpeculation.optional(),
		/** ISO 8601, the time the turn was declared over, or begun early. */
		at: z.string(),
		durationMs: z.number().nonnegative(),
		...permitted,
		/** The network while the caller spoke; absent where nothing was measured. */
		link: turnLink.optional(),
	}),
	z.object({ event: z.literal('sessionStarted'), sessionId, at: z.string(), ...permitted }),
	z.object({
		event: z.literal('sessionEnded'),
		sessionId,
		at: z.string(),
		reason: z.string(),
		turns: z.number().int().nonnegative(),
		durationMs: z.number().nonnegative(),
		...permitted,
	}),
]);
export type TriggerEvent = z.infer<typeof triggerEvent>;
