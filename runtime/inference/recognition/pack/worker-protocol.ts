import { z } from 'zod';
import { transcribeSettings } from '../../../contract/agent-settings';
import { transcription } from '../../../contract/control';
import { pcm } from '../../../audio/pcm';
import type { Protocol } from '../../../rpc/protocol';

const earInput = z.discriminatedUnion('type', [
	z.object({ type: z.literal('sound'), pcm }),
	z.object({ type: z.literal('flush'), id: z.string() }),
	z.object({ type: z.literal('reset'), utterance: z.number().int() }),
	z.object({ type: z.literal('close') }),
]);

const earEvent = z.discriminatedUnion('type', [
	z.object({ type: z.literal('ready'), partials: z.boolean() }),
	z.object({ type: z.literal('partial'), utterance: z.number().int(), text: z.string() }),
	z.object({
		type: z.literal('final'),
		id: z.string(),
		recognition: transcription.pick({ text: true, understood: true, confidence: true }),
	}),
]);

const none = z.never();

/** What the recogniser's worker can be asked. */
export const listenWorkerProtocol = {
	load: { params: z.object({ packDir: z.string() }), input: none, event: none, result: z.object({}) },
	listen: {
		params: z.object({ settings: transcribeSettings }),
		input: earInput,
		event: earEvent,
		result: z.object({}),
	},
	/** `pcm`: pieces of one recording. */
	transcribe: {
		params: z.object({ settings: transcribeSettings, pcm: z.array(pcm) }),
		input: none,
		event: none,
		result: transcription,
	},
	/** The thread ends after it. */
	stop: { params: z.object({}), input: none, event: none, result: z.object({}) },
} as const satisfies Protocol;

export type ListenWorkerProtocol = typeof listenWorkerProtocol;
export type EarEvent = z.infer<typeof earEvent>;
