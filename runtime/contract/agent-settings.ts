import { z } from 'zod';
import { chatSettings, offeredTool, promptStart } from './chat';
import { engineName, standIns } from './engines';

export const transcribeSettings = z.object({
	/** See contract/engines. */
	model: engineName.default('auto'),
	/** Tried in this order when the model fails. */
	fallbacks: standIns,
	language: z.string().default('en'),
	/** Words to expect: names, products. Added to the recogniser's lexicon for this session. */
	hints: z.array(z.string().min(1).max(60)).max(200).default([]),
});
export type TranscribeSettings = z.infer<typeof transcribeSettings>;

/** Which Orpheus speaks, and how its tokens are drawn. */
export const orpheusSettings = z.object({
	/** GGUF file, and SNAC 24 kHz decoder as ONNX. The decoder also serves a server that writes Orpheus's tokens. */
	model: engineName.default('auto'),
	decoder: engineName.default('auto'),
	temperature: z.number().min(0).max(2).default(0.6),
	topP: z.number().min(0).max(1).default(0.9),
	/** Never 0: without it drawing a token costs 10 ms of CPU at this vocabulary. */
	topK: z.number().int().min(1).max(1000).default(40),
	/** Over audio tokens. Below 1.1 Orpheus gets stuck; higher is also faster speech. */
	repetitionPenalty: z.number().min(1).max(2).default(1.1),
});

/** One voice of one engine. */
export const voiceSettings = z.object({
	/** See contract/engines. `flite` is always there; `orpheus` needs its model files. */
	engine: engineName.default('auto'),
	/** '' is the engine's own default voice. */
	voice: z.string().max(200).default(''),
});

/** No speech is longer, whatever is set. */
export const LONGEST_SPEECH_S = 3600;

export const speakSettings = voiceSettings.extend({
	/** Tried in this order when the engine fails or is too slow. */
	fallbacks: z.array(voiceSettings).max(4).default([]),
	/** For Orpheus only, wherever in the chain it is. */
	orpheus: orpheusSettings.default({}),
	/** BCP 47 tag of the text, such as `en-GB`. '' is the language of `transcribe` in a call, otherwise English. */
	language: z.string().max(35).default(''),
	/** 1 is the voice's own pace. */
	speed: z.number().min(0.5).max(2).default(1),
	/** May the caller cut it short? */
	interruptible: z.boolean().default(true),
	/** It asks for something that is said with pauses: a number, a name. The next turn's end is waited for longer. */
	callerNeedsTime: z.boolean().default(false),
	/** s; sound beyond it is not played. A model that does not come to an end must not keep the caller on the line. */
	longestSpeech: z.number().min(1).max(LONGEST_SPEECH_S).default(60),
});
export type SpeakSettings = z.infer<typeof speakSettings>;

export const turnTakingSettings = z.object({
	/** Who listens to the sound for the end of a turn: smart-turn where it is on the machine, or nobody. */
	audioJudge: z.enum(['auto', 'off']).default('auto'),
	/** See contract/engines: `auto`, an id of the catalogue or a path. */
	audioJudgeModel: engineName.default('auto'),
	/** Silence after which the text is flushed and the end of turn is judged. */
	flushSilenceMs: z.number().min(100).max(2000).default(200),
	/** No turn ends after less silence, however complete it is. */
	minSilenceMs: z.number().min(100).max(5000).default(250),
	/** Silence that ends a turn when nothing speaks for an earlier or later end. */
	endSilenceMs: z.number().min(200).max(5000).default(700),
	/** Silence that ends a turn whatever the text looks like. */
	maxSilenceMs: z.number().min(300).max(10_000).default(1500),
	/** May the caller interrupt at all? */
	interruptions: z.boolean().default(true),
	/** Speech needed before an interruption counts. */
	minInterruptionMs: z.number().min(0).max(2000).default(250),
});
export type TurnTakingSettings = z.infer<typeof turnTakingSettings>;

/** Work on a turn before it is certain that it has ended. */
export const speculationModes = ['off', 'workflow', 'model', 'modelAndVoice'] as const;

export const speculationSettings = z.object({
	/** `workflow`: the execution is under way, and Llama Chat waits. `model`: the reply is written early. `modelAndVoice`: its speech is made early as well. */
	mode: z.enum(speculationModes).default('off'),
	/** The recogniser may be asked in each short pause, and the work begin there, before the end of the speech is told. */
	inPauses: z.boolean().default(false),
	/** Why it is off though nobody has switched it off; '' otherwise. */
	note: z.string().max(1000).default(''),
});
export type SpeculationSettings = z.infer<typeof speculationSettings>;

export const IDLE_TIMEOUT_MS = 2 * 60_000;
export const MAX_CALL_DURATION_MS = 30 * 60_000;
/** A large model on a processor reads a long conversation for half a minute; nobody waits on a line for longer. */
export const FIRST_WORD_MS = 30_000;

export const sessionLimits = z.object({
	/** The call ends when nobody has spoken for this long. */
	idleTimeoutMs: z.number().min(5_000).max(3_600_000).default(IDLE_TIMEOUT_MS),
	/** The call ends after this time. */
	maxCallDurationMs: z.number().min(10_000).max(24 * 3_600_000).default(MAX_CALL_DURATION_MS),
	/** A turn that no node works on ends with VOICE_ERR_TURN_ABANDONED after this. */
	abandonedTurnMs: z.number().min(1_000).max(600_000).default(10_000),
	/** A turn fails with VOICE_ERR_TOO_SLOW when the model has said no word, and called no tool, after this. */
	firstWordMs: z.number().min(1_000).max(600_000).default(FIRST_WORD_MS),
});
export type SessionLimits = z.infer<typeof sessionLimits>;

/** All that a call has to know before its first word; read from the nodes when the caller connects. */
export const agentSettings = z.object({
	name: z.string().max(120).default('Voice agent'),
	greeting: z.string().max(1000).default(''),
	/** Said when a turn fails, so that a caller without a screen knows; '' says nothing. */
	apology: z.string().max(300).default('Sorry, something went wrong. Please say that again.'),
	/** null: the trigger could not read the Transcribe node's settings; `transcribeNote` says why. */
	transcribe: transcribeSettings.nullable().default(null),
	transcribeNote: z.string().default(''),
	/** The model of the Llama Chat node, loaded while the greeting is spoken; null where it is not known. */
	chat: chatSettings.nullable().default(null),
	/** What that model reads before all that is said, read while the greeting is spoken; null where only its node knows. */
	promptStart: promptStart.nullable().default(null),
	/** false: no Llama Chat node follows, something else answers. */
	llamaChat: z.boolean().default(true),
	/** What Llama Chat will offer, as far as it is known: more, or others, may come with a turn. */
	tools: z.array(offeredTool).max(64).default([]),
	/** Whoever calls may be told which models are in use: a user of this n8n, not anybody who has the address. */
	modelsNote: z.boolean().default(false),
	/** The voice for the greeting. */
	speak: speakSettings.default({}),
	turnTaking: turnTakingSettings.default({}),
	speculation: speculationSettings.default({}),
	limits: sessionLimits.default({}),
});
export type AgentSettings = z.infer<typeof agentSettings>;

/** Of an agent, what decides which models it needs. */
export const agentModels = agentSettings.pick({ transcribe: true, chat: true, promptStart: true, llamaChat: true, speak: true, turnTaking: true });
export type AgentModels = z.infer<typeof agentModels>;
