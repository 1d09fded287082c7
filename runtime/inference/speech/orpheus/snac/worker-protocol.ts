import { z } from 'zod';
import type { Protocol } from '../../../../rpc/protocol';
import { CODES, CODES_PER_FRAME, type Frame } from '../tokens/frame-assembler';

const code = z.number().int().min(0).max(CODES - 1);
const frame = z.array(code).length(CODES_PER_FRAME).transform((codes) => codes as unknown as Frame);

/** `instanceof` fails across realms: see audio/pcm. */
function ofClass<T>(name: string): z.ZodType<T> {
	return z.custom<T>((value) => Object.prototype.toString.call(value) === `[object ${name}]`);
}
const samples = ofClass<Float32Array>('Float32Array');
/** Seen by all threads, never copied. */
const shared = ofClass<SharedArrayBuffer>('SharedArrayBuffer');

const none = z.never();
const natural = z.number().int().nonnegative();

const shape = z.object({ channels: natural, first: natural, hold: natural, right: natural });
/** A decoder that was rewritten to decode run by run. `graph`: an ONNX file. */
const streaming = z.object({ graph: shared, plan: z.object({ codes: z.array(z.string()), states: z.array(shape), lookAhead: natural }) });
export type StreamingDecoder = z.infer<typeof streaming>;

/** What a decoder's thread can be asked. It works on one call at a time, in order. */
export const snacWorkerProtocol = {
	/** Rewrites the file's decoder. `why`: for what reason that was not possible. */
	prepare: { params: z.object({ file: z.string() }), input: none, event: none, result: z.object({ streaming: streaming.nullable(), why: z.string() }) },
	/** Loads the rewritten decoder, or without one the file's. */
	load: { params: z.object({ file: z.string(), threads: z.number().int().positive(), streaming: streaming.nullable() }), input: none, event: none, result: z.object({}) },
	/** Loads the rewritten decoder on the card, and decodes windows of all lengths once: a card compiles what it runs. */
	loadOnCard: { params: z.object({ streaming }), input: none, event: none, result: z.object({}) },
	/** Of the file's decoder. `samples`: 24 kHz, -1..1, 2048 a frame. */
	decode: {
		params: z.object({ frames: z.array(frame).min(1).max(64) }),
		input: none,
		event: none,
		result: z.object({ samples }),
	},
	/** Of the rewritten one: the next samples of the speech to which `state` belongs. */
	run: {
		params: z.object({ frames: z.array(frame).max(64), first: z.boolean(), last: z.boolean(), state: shared }),
		input: none,
		event: none,
		result: z.object({ samples }),
	},
	/** The thread ends after it. */
	stop: { params: z.object({}), input: none, event: none, result: z.object({}) },
} as const satisfies Protocol;

export type SnacWorkerProtocol = typeof snacWorkerProtocol;
