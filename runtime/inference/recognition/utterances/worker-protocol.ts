import { z } from 'zod';
import { transcription } from '../../../contract/control';
import { pcm } from '../../../audio/pcm';
import type { Protocol } from '../../../rpc/protocol';

const none = z.never();

/** What a worker can be asked that hears one whole utterance at a time. */
export const utteranceWorkerProtocol = {
	load: { params: z.object({ folder: z.string(), threads: z.number().int().min(1) }), input: none, event: none, result: z.object({}) },
	/** `pcm`: pieces of one utterance. `language`: as the model names it, '' for that it finds out. */
	recognise: {
		params: z.object({ pcm: z.array(pcm), language: z.string() }),
		input: none,
		event: none,
		result: z.object({
			recognition: transcription.pick({ text: true, understood: true, confidence: true }),
			/** Time of a processor that it took. */
			coreMs: z.number().min(0),
			/** Of the whole worker, its model included. */
			memoryBytes: z.number().min(0),
		}),
	},
} as const satisfies Protocol;

export type UtteranceWorkerProtocol = typeof utteranceWorkerProtocol;
