import { z } from 'zod';

/** What a process has used. */
export const processLoad = z.object({
	rssBytes: z.number(),
	/** CPU since the process started, ms. */
	cpuMs: z.number(),
});
export type ProcessLoad = z.infer<typeof processLoad>;

export const mediaStats = processLoad.extend({
	sessions: z.number().int(),
	/** Event-loop delay p99 since the last asking, ms. */
	loopDelayMs: z.number(),
});

const work = z.object({ running: z.number(), done: z.number(), cancelled: z.number(), failed: z.number() });

/** Counters since the process started. */
export const inferenceStats = processLoad.extend({
	chats: work,
	speaks: work,
	listens: work,
	tokens: z.number(),
	/** Steps of the models by what they were for: see inference/scheduler/steps.ts. */
	steps: z.record(z.number()),
	/** Batches that the steps shared. */
	rounds: z.number(),
});

/** `silent`: it lives, but has not answered for some seconds. If that lasts it is killed and started again. */
export const processState = z.enum(['starting', 'ready', 'silent', 'down']);
export type ProcessState = z.infer<typeof processState>;

/** 0 where there is no process. */
const pid = z.number().int();
const child = { pid, state: processState };

/**
 * What each process of the runtime has done so far: what tests, benches and the operator look at. It waits for nobody: a
 * process that does not answer is told by its `state`, and has the figures that it gave last, or zeros.
 */
export const runtimeStats = z.object({
	gateway: processLoad.extend({ pid }),
	media: z.array(mediaStats.extend(child)),
	inference: inferenceStats.extend(child),
});
export type RuntimeStats = z.infer<typeof runtimeStats>;
