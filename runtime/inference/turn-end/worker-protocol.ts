import { z } from 'zod';
import { pcm } from '../../audio/pcm';
import type { Protocol } from '../../rpc/protocol';

const none = z.never();

/** What the judge's thread can be asked. It works on one call at a time, in order. */
export const turnEndWorkerProtocol = {
	load: { params: z.object({ file: z.string(), threads: z.number().int().positive() }), input: none, event: none, result: z.object({}) },
	/** `pcm`: 16 kHz, of which the last 8 s count. */
	judge: { params: z.object({ pcm }), input: none, event: none, result: z.object({ probability: z.number() }) },
	/** The thread ends after it. */
	stop: { params: z.object({}), input: none, event: none, result: z.object({}) },
} as const satisfies Protocol;

export type TurnEndWorkerProtocol = typeof turnEndWorkerProtocol;
