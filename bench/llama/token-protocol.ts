import { z } from 'zod';
import type { Protocol } from '../../runtime/rpc/protocol';

const none = z.never();

const sampling = z.object({ temperature: z.number(), topP: z.number(), topK: z.number(), repetitionPenalty: z.number() });

/** What the process with Orpheus's language model can be asked. */
export const tokenProtocol = {
	/** What node-llama-cpp found on this machine. `gpu`: its kind, and the cards' names. `refused`: what did not pass its trial, and why. */
	look: { params: z.object({}), input: none, event: none, result: z.object({ gpu: z.string(), cards: z.array(z.string()), refused: z.array(z.string()) }) },
	/** Loads a model. `libraries`: the files of llama.cpp that this process runs. */
	open: {
		params: z.object({ file: z.string(), sequences: z.number().int().positive() }),
		input: none,
		event: none,
		result: z.object({ threads: z.number(), onGpu: z.boolean(), libraries: z.array(z.string()) }),
	},
	/**
	 * `tokens` in each of so many sequences at a time. Wall and processor time from the first tokens on, ms. `depth`: tokens
	 * that a sequence held by then, which all later ones attend to.
	 */
	write: {
		params: z.object({ sampling, sequences: z.number().int().positive(), tokens: z.number().int().positive() }),
		input: none,
		event: none,
		result: z.object({ wallMs: z.number(), cpuMs: z.number(), depth: z.number().int() }),
	},
	/**
	 * So many callers who begin to listen within `spreadMs`, for so long. Each: wait for the first sound, and the longest wait for more
	 * of it, ms. `snacCallers`: whom the decoder's threads, or the card, could serve. `eventsMs`: how late the event loop was, 99 of 100 times less.
	 */
	voices: {
		params: z.object({ decoder: z.string(), sampling, streams: z.number().int().positive(), seconds: z.number().positive(), spreadMs: z.number().nonnegative() }),
		input: none,
		event: none,
		result: z.object({ callers: z.array(z.object({ firstMs: z.number(), lateMs: z.number() })), cpuMs: z.number(), snacOnCard: z.boolean(), snacCallers: z.number(), eventsMs: z.number() }),
	},
} as const satisfies Protocol;

export type TokenProtocol = typeof tokenProtocol;
