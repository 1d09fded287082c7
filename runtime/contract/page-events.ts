import { z } from 'zod';
import { errorShape } from './errors';
import { boundedArguments } from './json-bounds';
import { loading } from './loading';
import { sessionId, speechGaps, turnId, turnTimings } from './turn';

/**
 * What the runtime tells the caller's page, as JSON text over the data channel named `events`.
 * The order of one turn: `caption.partial`*, `caption.final`, `state` thinking, `reply.partial`*,
 * `state` speaking, `reply.heard`, `turn.finished`, `state` listening.
 */
export const agentStates = ['listening', 'hearing', 'thinking', 'tool', 'speaking'] as const;

export const pageEvent = z.discriminatedUnion('type', [
	z.object({
		type: z.literal('session.started'),
		sessionId,
		agent: z.string(),
		/** The agent speaks first. */
		greets: z.boolean(),
		/** Shown below the captions, see `note`; '' where nothing is known yet. */
		note: z.string(),
		/** The caller has come back to a call that goes on: what was said so far follows, in the same events as the first time. */
		resumed: z.literal(true).optional(),
	}),
	/** What is shown below the captions from now on, in lines: what the demo pack understands, or which models are in use. */
	z.object({ type: z.literal('note'), text: z.string() }),
	/** The models that the call still waits for, whenever that changes; none: all are there. */
	z.object({ type: z.literal('loading'), models: z.array(loading) }),
	z.object({ type: z.literal('state'), state: z.enum(agentStates), tool: z.string().optional() }),
	z.object({ type: z.literal('caption.partial'), text: z.string() }),
	z.object({ type: z.literal('caption.final'), turnId, text: z.string(), understood: z.boolean() }),
	/** All of the reply that is written so far. `turnId` is absent for the greeting. */
	z.object({ type: z.literal('reply.partial'), turnId: turnId.optional(), text: z.string() }),
	/** What the caller really heard. */
	z.object({
		type: z.literal('reply.heard'),
		turnId: turnId.optional(),
		text: z.string(),
		interrupted: z.boolean(),
		/** It was longer than the agent may speak at a time, and ended there: nobody interrupted. */
		reachedLimit: z.boolean().optional(),
	}),
	z.object({
		type: z.literal('tool.started'),
		turnId,
		id: z.string(),
		name: z.string(),
		arguments: boundedArguments,
	}),
	z.object({
		type: z.literal('tool.finished'),
		turnId,
		id: z.string(),
		name: z.string(),
		ok: z.boolean(),
		durationMs: z.number(),
	}),
	/** `gaps`: of all that was said in the turn. */
	z.object({ type: z.literal('turn.finished'), turnId, timings: turnTimings, gaps: speechGaps.optional() }),
	z.object({ type: z.literal('error'), error: errorShape, turnId: turnId.optional() }),
	/** What an earlier `error` with this code and without a turn told of is over, and nothing was lost. */
	z.object({ type: z.literal('recovered'), code: z.string() }),
	/** The connection is gone for good, and the call waits for the caller's next offer with the resume token. */
	z.object({ type: z.literal('link.lost') }),
	/** `error` where the call did not end as it should. */
	z.object({ type: z.literal('session.ended'), reason: z.string(), error: errorShape.optional() }),
]);
export type PageEvent = z.infer<typeof pageEvent>;
export type AgentState = (typeof agentStates)[number];

/** What the page may ask over the same channel. */
export const pageRequest = z.discriminatedUnion('type', [
	z.object({ type: z.literal('hangup') }),
	/** A "stop talking" button: interrupts as speech does. The same `id` by another way is the same request. */
	z.object({ type: z.literal('interrupt'), id: z.string().max(40).optional() }),
	/** How many packets of sound have arrived, twice a second: what did not arrive was not heard. */
	z.object({ type: z.literal('received'), packets: z.number().int().min(0) }),
	/** Everything up to this number has arrived. */
	z.object({ type: z.literal('ack'), seq: z.number().int().min(0) }),
]);
export type PageRequest = z.infer<typeof pageRequest>;

export const EVENT_CHANNEL = 'events';
