import { z } from 'zod';
import { agentModels, agentSettings, speakSettings, transcribeSettings } from './agent-settings';
import { chatMessage, chatSettings, toolCall, toolResult, toolSpec } from './chat';
import { doneBy, engineName } from './engines';
import { joinAsk } from './join-token';
import { MAX_SDP_CHARACTERS, callerAnswer } from './signalling';
import { processState } from './stats';
import { endOfTurn, sessionId, speechGaps, toolRecord, triggerEvent, turnId, turnTimings } from './turn';

/**
 * The nodes' API: JSON over HTTP on the gateway, every call with `Authorization: Bearer <key>`.
 *
 *   POST   /v1/sessions                      openSession      -> openedSession
 *   GET    /v1/turns/:turnId/audio           the utterance    -> audio/wav, 16 kHz mono
 *   POST   /v1/turns/:turnId/claim           turnClaim        -> 204
 *   POST   /v1/turns/:turnId/transcript      transcriptAsk    -> transcript
 *   POST   /v1/turns/:turnId/reply           replyAsk         -> replyStep
 *   POST   /v1/turns/:turnId/tool-results    toolResultsAsk   -> replyStep
 *   POST   /v1/turns/:turnId/tools-running   toolsRunning     -> 204 after a while, then it is asked again
 *   POST   /v1/turns/:turnId/late-results    toolResultsAsk   -> 204, of tools that were pending
 *   POST   /v1/turns/:turnId/speech          speechAsk        -> speech
 *   POST   /v1/turns/:turnId/failure         turnFailure      -> 204
 *   POST   /v1/transcriptions?settings=JSON&answeredBy=JSON  body audio/wav -> transcriptionDone
 *   POST   /v1/chat                          chatAsk          -> chatDone
 *   POST   /v1/speech                        speechFileAsk    -> audio/wav, header x-voice-done-by
 *   GET    /v1/engines?voicesOf=                              -> engines, and the voices of a path besides
 *   GET    /v1/page?agent=&callers=                          -> text/html, the voice page
 *   GET    /v1/ice-servers?relayOnly=                         -> iceConfiguration, for one call
 *   POST   /v1/join-tokens/check             joinAsk          -> 204, if a call could be made with it but for its being used
 *   GET    /v1/health                                         -> health, 200 while the gateway lives
 *   GET    /v1/ready                                          -> health; 503 and an error while no new call can be served
 *   GET    /v1/stats                                          -> runtimeStats
 *   WS     /v1/triggers                      triggerHello, then triggerPush / triggerAck
 *
 * What callers say in a call they say at /v1/calls and /v1/signal: contract/signalling.ts. The key opens that too.
 *
 * Errors: the status of the error's kind, body `{error: errorShape}`.
 */
export const openSession = z.object({
	offer: z.string().min(1).max(MAX_SDP_CHARACTERS),
	/** The caller takes candidates after the answer. */
	trickle: z.boolean().default(false),
	/** The host, with its port, by which the caller's page was reached; '' where nobody knows. */
	pageHost: z.string().max(300).default(''),
	/** Of an earlier answer: the same conversation goes on. */
	resumeToken: z.string().max(2000).optional(),
	agent: agentSettings,
	source: z.object({
		workflowId: z.string().min(1),
		node: z.string().min(1),
		mode: z.enum(['production', 'test']),
		/** Where a turn is POSTed when no trigger stream is open: the trigger's own webhook. */
		turnUrl: z.string().url(),
	}),
	/** The caller's, as n8n sees it; absent where the owner's own program asks. */
	callerAddress: z.string().max(64).optional(),
	/** Present where callers need a token; without a good one there is no call. */
	join: joinAsk.optional(),
});
export type OpenSession = z.infer<typeof openSession>;
/** As a client sends it. */
export type OpenSessionAsk = z.input<typeof openSession>;

export const openedSession = z.object({
	sessionId,
	answer: z.string(),
	/** The rest is handed on to the caller, see callerAnswer. */
	...callerAnswer.pick({ token: true, iceServers: true, resumeToken: true, socket: true, after: true }).shape,
});
export type OpenedSession = z.infer<typeof openedSession>;

/** Which execution and node asks: the first execution to ask owns the turn. */
const asker = z.object({
	executionId: z.string().min(1),
	node: z.string().min(1),
	/**
	 * Which run of the node in its execution, and which item of the run. The same again is another try of the same work.
	 * Without them every ask stands for itself.
	 */
	run: z.number().int().nonnegative().optional(),
	item: z.number().int().nonnegative().optional(),
	/**
	 * The same for as often as one request is sent: a client repeats one whose answer it did not get. Then it has none of what was
	 * answered, and gets that very answer; another try of the node may have acted on it. A client from before this field came says none.
	 */
	request: z.string().min(1).max(64).optional(),
});
export type Asker = z.infer<typeof asker>;

/** An execution in the editor makes sure that the turn in its item is really its own, before it works on it. */
export const turnClaim = asker;
export type TurnClaim = z.infer<typeof turnClaim>;

export const transcriptAsk = asker.extend({ settings: transcribeSettings });
export type TranscriptAsk = z.infer<typeof transcriptAsk>;

export const transcript = z.object({
	text: z.string(),
	/** false: outside what the model knows; `text` is then ''. */
	understood: z.boolean(),
	/** 0..1. */
	confidence: z.number(),
	/** Was it recognised while the caller talked? If not, `note` says why. */
	lookAhead: z.boolean(),
	note: z.string(),
	timings: turnTimings,
	...doneBy.shape,
});
export type Transcript = z.infer<typeof transcript>;

/** What the Llama Chat node says about a tool beyond what the model sees. */
const nodeTool = toolSpec.extend({
	/** Spoken while the tool runs; '' for nothing. */
	sayWhileRunning: z.string().max(300).default(''),
});
export type NodeTool = z.infer<typeof nodeTool>;

export const replyAsk = asker.extend({
	/** What the caller said; from Transcribe, or changed by nodes between. */
	prompt: z.string().max(100_000),
	understood: z.boolean().default(true),
	instructions: z.string().max(100_000).default(''),
	/** Said without asking the model when the caller was not understood; '' asks the model. */
	sayWhenUnclear: z.string().max(300).default(''),
	chat: chatSettings.default({}),
	tools: z.array(nodeTool).max(64).default([]),
	maxToolCalls: z.number().int().min(0).max(32).default(6),
	/** A tool is not run with a day, time, number or name that the caller has not said: they are asked first. */
	checkInputs: z.boolean().default(true),
	/** The settings of the Orpheus Speak node that follows: speech starts with the first sentence. */
	speak: speakSettings.nullable().default(null),
	/** Why `speak` is null. */
	speakNote: z.string().default(''),
	/** The node says so while its tools run (tools-running): where it does not, it is gone. */
	tellsOfTools: z.boolean().default(false),
});
export type ReplyAsk = z.infer<typeof replyAsk>;

export const usage = z.object({
	promptTokens: z.number().int(),
	/** Of these, how many were still in the model's memory from the turn before. */
	reusedTokens: z.number().int(),
	completionTokens: z.number().int(),
});
export type Usage = z.infer<typeof usage>;

/** Either the model wants tools run, or the reply is written. */
export const replyStep = z.discriminatedUnion('status', [
	z.object({ status: z.literal('toolCalls'), calls: z.array(toolCall).min(1) }),
	z.object({
		status: z.literal('done'),
		/** Everything the model wrote in this turn. */
		text: z.string(),
		/** The caller went on before the reply was written. */
		interrupted: z.boolean(),
		tools: z.array(toolRecord),
		lookAhead: z.boolean(),
		note: z.string(),
		usage,
		timings: turnTimings,
		...doneBy.shape,
	}),
]);
export type ReplyStep = z.infer<typeof replyStep>;

/** The execution lives, and runs the tools that it was given. */
export const toolsRunning = asker;
export type ToolsRunning = z.infer<typeof toolsRunning>;

export const toolResultsAsk = asker.extend({ results: z.array(toolResult).min(1).max(32) });
export type ToolResultsAsk = z.infer<typeof toolResultsAsk>;

export const speechAsk = asker.extend({
	text: z.string().max(20_000),
	speak: speakSettings,
	/** false: answer as soon as the first sound is sent; `heard` is then what was heard so far. */
	waitForEnd: z.boolean().default(true),
});
export type SpeechAsk = z.infer<typeof speechAsk>;

export const speech = z.object({
	/** What the caller really heard. */
	heard: z.string(),
	/** The whole text. */
	text: z.string(),
	interrupted: z.boolean(),
	/** It was ended by `longestSpeech` of its settings. A runtime from before this field came says nothing. */
	reachedLimit: z.boolean().default(false),
	lookAhead: z.boolean(),
	note: z.string(),
	/** How long the agent was heard, ms. */
	spokenMs: z.number(),
	/** A runtime from before this field came says nothing. */
	gaps: speechGaps.default({}),
	/** Of a turn that was begun early: why it was taken to be over in the end. */
	endOfTurn: endOfTurn.optional(),
	timings: turnTimings,
	...doneBy.shape,
});
export type Speech = z.infer<typeof speech>;

/** A node that fails says so, and the caller hears of it at once instead of after a time-out: when it was the last try. */
export const turnFailure = asker.extend({
	code: z.string(),
	message: z.string().max(2000),
	/** How often n8n tries this node: 1 unless it is set to "Retry On Fail". */
	tries: z.number().int().min(1).max(100).default(1),
	/** How long n8n waits before it tries again, ms. */
	retryAfterMs: z.number().min(0).max(600_000).default(0),
});
export type TurnFailure = z.infer<typeof turnFailure>;

/** Who answers what is transcribed without a session: `auto` is chosen together with it. */
export const answeredBy = z.object({
	/** Of the Llama Chat that follows; null where it is not known. */
	chat: chatSettings.nullable().default(null),
	/** A Llama Chat node follows. */
	llamaChat: z.boolean().default(false),
});
export type AnsweredBy = z.infer<typeof answeredBy>;

export const transcription = z.object({
	text: z.string(),
	understood: z.boolean(),
	confidence: z.number(),
	durationMs: z.number(),
	computeMs: z.number(),
});
export type Transcription = z.infer<typeof transcription>;

export const transcriptionDone = transcription.extend(doneBy.shape);
export type TranscriptionDone = z.infer<typeof transcriptionDone>;

/** Llama Chat without a session: the node keeps the messages and runs the tools. */
export const chatAsk = z.object({
	chat: chatSettings,
	messages: z.array(chatMessage).min(1).max(500),
	tools: z.array(toolSpec).max(64).default([]),
	/** The turn that the execution answers: its caller's token may not allow all tools. */
	turnId: turnId.optional(),
	/** Of the Transcribe that heard the prompt, as `auto` is chosen together with it; null where none did. */
	transcribe: transcribeSettings.nullable().default(null),
});
export type ChatAsk = z.infer<typeof chatAsk>;

const chatReply = z.object({
	text: z.string(),
	toolCalls: z.array(toolCall),
	/** `repetition`: the model only repeated itself, and was stopped. */
	stopReason: z.enum(['end', 'toolCalls', 'maxTokens', 'repetition']),
	usage,
	ttftMs: z.number(),
	durationMs: z.number(),
});
export type ChatReply = z.infer<typeof chatReply>;

export const chatDone = chatReply.extend(doneBy.shape);
export type ChatDone = z.infer<typeof chatDone>;

export const speechFileAsk = z.object({ text: z.string().min(1).max(20_000), speak: speakSettings });
export type SpeechFileAsk = z.infer<typeof speechFileAsk>;

/** A header of the answer to it: a `doneBy` as JSON in base64url, as the body is the sound. */
export const DONE_BY_HEADER = 'x-voice-done-by';

const engineChoice = z.object({ value: z.string(), name: z.string(), description: z.string() });

/** `voicesOf`: a voice by its path, which no list has: its entry is added to `speak`. */
export const enginesQuery = z.object({ voicesOf: engineName.optional() });
export type EnginesQuery = z.infer<typeof enginesQuery>;

/** For the nodes' drop-downs. */
export const engines = z.object({
	transcribe: z.array(engineChoice),
	chat: z.array(engineChoice),
	speak: z.array(engineChoice.extend({ voices: z.array(z.object({ value: z.string(), name: z.string() })) })),
	/** Of Orpheus: its models and SNAC decoders. */
	orpheus: z.array(engineChoice).default([]),
	decoder: z.array(engineChoice).default([]),
});
export type Engines = z.infer<typeof engines>;

/** `ok`: the gateway lives, and answers. `ready`: a new call would be served from end to end. */
export const health = z.object({
	ok: z.boolean(),
	/** A runtime that was started before this field came does not say. */
	ready: z.boolean().default(true),
	version: z.string(),
	sessions: z.number().int(),
	/** The least ready of the media processes. */
	media: processState,
	inference: processState,
});
export type Health = z.infer<typeof health>;

/** First message on the trigger's stream. */
/** `agent`: what its calls will need, to be loaded before the first of them; absent where the trigger's settings are not valid. */
export const triggerHello = z.object({ type: z.literal('hello'), workflowId: z.string(), node: z.string(), agent: agentModels.optional() });
export const triggerPush = z.object({ type: z.literal('event'), id: z.string(), event: triggerEvent });
export const triggerAck = z.object({ type: z.literal('ack'), id: z.string() });

/** The POSTed form of the same, signed: `x-voice-signature: sha256=<hex HMAC of the raw body>`. */
export const SIGNATURE_HEADER = 'x-voice-signature';

export function turnPath(id: string, what: string): string {
	return `/v1/turns/${turnId.parse(id)}/${what}`;
}

/**
 * Where a runtime that was started on this machine says how to reach it. The file is readable by its
 * owner only: the key in it opens everything.
 */
export const runtimeState = z.object({
	url: z.string().url(),
	key: z.string().min(32),
	pid: z.number().int().positive(),
	version: z.string(),
	startedAt: z.string(),
});
export type RuntimeState = z.infer<typeof runtimeState>;
