import { z } from 'zod';
import { speakSettings, transcribeSettings } from '../contract/agent-settings';
import { chatMessage, chatSettings, toolSpec } from '../contract/chat';
import { chatDone, engines, enginesQuery, transcriptionDone } from '../contract/control';
import { doneBy, engineName } from '../contract/engines';
import { loading } from '../contract/loading';
import { inferenceStats } from '../contract/stats';
import { pcm } from '../audio/pcm';
import { ping, type Protocol } from './protocol';

const listenInput = z.discriminatedUnion('type', [
	/** 16 kHz mono, any length. */
	z.object({ type: z.literal('audio'), pcm }),
	/** Asks for the text so far as if the utterance ended here; recognition can still go on after it. */
	z.object({ type: z.literal('flush'), id: z.string() }),
	/** Asks for the text so far where that takes no time from other callers: `soFar` with this id, or nothing. */
	z.object({ type: z.literal('soFar'), id: z.string() }),
	/** Forgets the utterance: the next sound begins a new one. */
	z.object({ type: z.literal('reset') }),
	z.object({ type: z.literal('close') }),
]);

const listenEvent = z.discriminatedUnion('type', [
	/**
	 * Sound is taken. `partials`: whether words come while the caller speaks; said again when that changes, because another
	 * recogniser has taken over.
	 */
	z.object({ type: z.literal('ready'), partials: z.boolean() }),
	/** Sent when the text changed. */
	z.object({ type: z.literal('partial'), text: z.string() }),
	z.object({
		type: z.enum(['final', 'soFar']),
		id: z.string(),
		/** '' where `understood` is false. */
		text: z.string(),
		understood: z.boolean(),
		confidence: z.number(),
		...doneBy.shape,
	}),
]);

const speakInput = z.discriminatedUnion('type', [
	/** A sentence or clause, ready to be spoken. Pieces are spoken in order. */
	z.object({ type: z.literal('piece'), piece: z.number().int().nonnegative(), text: z.string() }),
	z.object({ type: z.literal('end') }),
	/** The caller has sound enough for now: the voice rests within a sound or two, until it is asked to go on. */
	z.object({ type: z.literal('hold'), hold: z.boolean(), unheardMs: z.number().nonnegative() }),
	/** What was `held` is heard from now on. */
	z.object({ type: z.literal('letGo') }),
]);

const speakEvent = z.discriminatedUnion('type', [
	/** `waitedFor`: what of a voice with several parts took longest, where it says so. */
	z.object({ type: z.literal('audio'), piece: z.number().int(), pcm, sampleRate: z.number().int(), waitedFor: z.enum(['tokens', 'decoder']).optional() }),
	/** All sound of the piece has been sent: `samples` in all. */
	z.object({ type: z.literal('pieceEnd'), piece: z.number().int(), samples: z.number().int() }),
	/** Who speaks: before the first sound, and again when another takes over. */
	z.object({ type: z.literal('doneBy'), ...doneBy.shape }),
]);

/** What can be measured by itself. SNAC is, with Orpheus. */
export const triedTasks = ['transcribe', 'chat', 'voice', 'orpheus', 'turn-end'] as const;
export type TriedTask = (typeof triedTasks)[number];

export function isTriedTask(name: string): name is TriedTask {
	return (triedTasks as readonly string[]).includes(name);
}

/** What a model takes on this machine. */
export const modelTrial = z.object({
	/** Until it could be used. */
	loadMs: z.number().nonnegative(),
	/** Until what is waited for: the text after the end of a sentence, the first word, the first sound, the judgement. */
	firstMs: z.number().nonnegative(),
	/** Of what hears or makes sound: seconds of work for a second of it. */
	workPerSecond: z.number().nonnegative().optional(),
	/** Of what writes. */
	tokensPerSecond: z.number().nonnegative().optional(),
	/** One call is carried, with something to spare. */
	holdsRealTime: z.boolean(),
});
export type ModelTrial = z.infer<typeof modelTrial>;

const none = z.never();

/** The call that a stage works for: its models go together, and stay the same until it ends. */
export const callOfModels = z.object({
	/** The session's id; '' where nothing is to be remembered. */
	id: z.string(),
	/** As the call's nodes say; null where the trigger could not read them. */
	transcribe: transcribeSettings.nullable(),
	chat: chatSettings.nullable(),
	/** Llama Chat answers; false: something else does. */
	llamaChat: z.boolean(),
});
export type CallOfModels = z.infer<typeof callOfModels>;

/** null: a recording, a prompt, a text outside of any call. */
const call = callOfModels.nullable().default(null);

/** What the gateway may ask of an inference process. Cancelling a call stops the work within one token. */
export const inferenceProtocol = {
	/** Streaming recognition; lives as long as the session. */
	listen: {
		params: z.object({ settings: transcribeSettings, call }),
		input: listenInput,
		event: listenEvent,
		result: z.object({}),
	},
	/** `conversation` names the session, so that its next call finds its tokens still in the model's memory. */
	chat: {
		params: z.object({
			conversation: z.string(),
			settings: chatSettings,
			messages: z.array(chatMessage),
			tools: z.array(toolSpec),
			call,
		}),
		input: none,
		/** `next`: the sign after it, where that is known. */
		event: z.object({ type: z.literal('text'), text: z.string(), next: z.string().optional() }),
		result: chatDone,
	},
	/** The session is over: its place in the model's memory is free. */
	forget: {
		params: z.object({ conversation: z.string() }),
		input: none,
		event: none,
		result: z.object({}),
	},
	/** Streaming synthesis; lives as long as one utterance of the agent. */
	speak: {
		params: z.object({
			settings: speakSettings,
			/** Somebody listens meanwhile: a voice that falls behind is replaced, if another can stand in. */
			realTime: z.boolean().default(false),
			/** It is made before it is certain that anybody will hear it: not before `letGo`. */
			held: z.boolean().default(false),
			call,
		}),
		input: speakInput,
		event: speakEvent,
		/** `sampleRate` is 0 where nothing was said. */
		result: z.object({ samples: z.number().int(), sampleRate: z.number().int() }),
	},
	/** A whole recording, 16 kHz mono. */
	transcribe: {
		params: z.object({ settings: transcribeSettings, pcm: z.array(pcm), call }),
		input: none,
		event: none,
		result: transcriptionDone,
	},
	/** Listens whether a caller who has fallen silent has finished. `pcm`: the end of what was said, 16 kHz, with 100 to 200 ms of the silence. */
	turnEnd: {
		params: z.object({ model: engineName, pcm, call }),
		input: none,
		event: none,
		result: z.object({ probability: z.number().min(0).max(1) }),
	},
	/** Loads what a session will need, so that its first turn is as fast as its second. */
	warm: {
		params: z.object({
			transcribe: transcribeSettings.nullable(),
			chat: chatSettings.nullable(),
			speak: speakSettings.nullable(),
			/** What the model will read before the caller's next words: read once all is loaded. null: not known. */
			prompt: z.object({ conversation: z.string(), messages: z.array(chatMessage), tools: z.array(toolSpec) }).nullable().default(null),
			/** What hears the end of a turn; null: nothing does. */
			turnEnd: engineName.nullable().default(null),
			call,
		}),
		input: none,
		/** What is being loaded and how far it is, whenever that changes: nothing of what is ready at once. */
		event: z.object({ loading: z.array(loading) }),
		result: z.object({}),
	},
	/** Which models the call uses, in words. */
	describe: {
		params: z.object({ speak: speakSettings.nullable(), call: callOfModels }),
		input: none,
		event: none,
		result: z.object({
			/** For every caller: what the offline pack understands; '' where it is not in use. */
			demo: z.string(),
			/** For whoever runs the agent: the models by name, and how to get better ones. */
			models: z.string(),
		}),
	},
	/** Measures a model of this machine as a call would use it; takes some seconds. */
	tryModel: {
		params: z.object({ task: z.enum(triedTasks), model: engineName }),
		input: none,
		event: none,
		result: modelTrial,
	},
	/** How many calls with these engines the machine can carry, from what was measured so far: answers at once. */
	capacity: {
		params: z.object({
			transcribe: transcribeSettings.nullable(),
			chat: chatSettings.nullable(),
			speak: speakSettings.nullable(),
			llamaChat: z.boolean().default(true),
		}),
		input: none,
		event: none,
		/** `sessions` is null where nothing was measured yet; `why` is a sentence for whoever is refused. */
		result: z.object({ sessions: z.number().int().min(1).nullable(), why: z.string() }),
	},
	engines: { params: enginesQuery, input: none, event: none, result: engines },
	ping,
	stats: {
		params: z.object({}),
		input: none,
		event: none,
		result: inferenceStats,
	},
} as const satisfies Protocol;

export type InferenceProtocol = typeof inferenceProtocol;
export type ListenInput = z.infer<typeof listenInput>;
export type ListenEvent = z.infer<typeof listenEvent>;
export type HeardText = Extract<ListenEvent, { id: string }>;
export type SpeakInput = z.infer<typeof speakInput>;
export type SpeakEvent = z.infer<typeof speakEvent>;
