import { z } from 'zod';

/**
 * What a caller's page and the Voice Session Trigger say to each other. Either as JSON, as below, or as bare
 * SDP (`application/sdp`, as WHIP does it); the answer comes in the form the offer had.
 *
 *   GET                        the voice page
 *   POST   offer            -> 201 answer, `Location: ?session=ID`
 *   PATCH  ?session=ID offer -> 200 answer, for a changed network
 *   DELETE ?session=ID      -> 204
 *
 * Errors: the status of the error's kind, body `{error: errorShape}`.
 */
export const callerOffer = z.object({ type: z.literal('offer'), sdp: z.string().min(1).max(100_000) });
export type CallerOffer = z.infer<typeof callerOffer>;

export interface CallerAnswer {
	readonly type: 'answer';
	readonly sdp: string;
	readonly sessionId: string;
}

/** What a trigger for users of its n8n answers to a GET for JSON without a ticket: where to ask n8n for one, and how to hand it in. */
export const ticketOffer = z.object({ ticket: z.object({ rest: z.string(), ticketHeader: z.string(), body: z.record(z.unknown()) }) });
/** n8n's answer. */
export const ticketsGiven = z.object({ data: z.array(z.object({ value: z.string() })).min(1) });
