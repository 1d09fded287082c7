import { z } from 'zod';
import type { Protocol } from '../../../../rpc/protocol';
import { CODES, CODES_PER_FRAME, type Frame } from '../tokens/frame-assembler';

const code = z.number().int().min(0).max(CODES - 1);
const frame = z.array(code).length(CODES_PER_FRAME).transform((codes) => codes as unknown as Frame);

/** `instanceof` fails across realms: see audio/pcm. */
const samples = z.custom<Float32Array>((value) => Object.prototype.toString.call(value) === '[object Float32Array]');

const none = z.never();

/** What a decoder's thread can be asked. It works on one call at a time, in order. */
export const snacWorkerProtocol = {
	load: { params: z.object({ file: z.string(), threads: z.number().int().positive() }), input: none, event: none, result: z.object({}) },
	/** `samples`: 24 kHz, -1..1, 2048 a frame. */
	decode: {
		params: z.object({ frames: z.array(frame).min(1).max(64) }),
		input: none,
		event: none,
		result: z.object({ samples }),
	},
	/** The thread ends after it. */
	stop: { params: z.object({}), input: none, event: none, result: z.object({}) },
} as const satisfies Protocol;

export type SnacWorkerProtocol = typeof snacWorkerProtocol;
