import { z } from 'zod';
import { errorShape } from './errors';
import { pageEvent, pageRequest } from './page-events';
import { sessionId } from './turn';

/**
 * How a caller sets up a call and keeps it going: one protocol, carried over HTTP or over a WebSocket. docs/signalling.md
 * tells it to people.
 *
 * HTTP, at the trigger's own URL, and for a call that there is at /v1/calls of the runtime:
 *
 *   POST   callerOffer                     -> 201 callerAnswer, `Location`, `ETag`, `Link` for each ICE server
 *   PATCH  callerOffer                     -> 200 callerAnswer: an ICE restart, another microphone
 *   PATCH  callerPatch                     -> 204: candidates, what the page asks
 *   GET    ?after=SEQ                      -> 200 heldMessages: held until there is something to tell
 *   DELETE                                 -> 204
 *
 * An offer may be bare SDP (`application/sdp`, as WHIP and OpenAI's /v1/realtime/calls do it), candidates an SDP fragment
 * (`application/trickle-ice-sdpfrag`, RFC 8840); then the answer comes in the same form. At the trigger's URL the call is
 * named by `?session=ID`, at the runtime by the path.
 *
 * Over the WebSocket at /v1/signal of the runtime the same go as messages: callerMessage and runtimeMessage.
 *
 * Errors: the status of the error's kind, body `{error: errorShape}`; over the WebSocket a message.
 */

export const MAX_SDP_CHARACTERS = 100_000;
/** More candidates in one message than any machine has addresses for. */
export const MAX_CANDIDATES = 64;
/** Of one message over the socket: an offer, escaped as JSON. */
export const MAX_SIGNAL_BYTES = 256 * 1024;

/** As RTCPeerConnection.onicecandidate gives it; `candidate: ''` says that there are no more. */
export const iceCandidate = z.object({
	candidate: z.string().max(1000),
	sdpMid: z.string().max(32).nullish(),
	sdpMLineIndex: z.number().int().min(0).max(15).nullish(),
	usernameFragment: z.string().max(256).nullish(),
});
export type IceCandidate = z.infer<typeof iceCandidate>;

/** As RTCConfiguration.iceServers has it. */
export const iceServer = z.object({
	urls: z.array(z.string().max(500)).min(1).max(16),
	username: z.string().max(500).optional(),
	credential: z.string().max(500).optional(),
});
export type IceServer = z.infer<typeof iceServer>;

/** Proves that its holder is in this call, and opens nothing else. */
const callToken = z.string().min(16).max(200);
/** Brings the caller back into the same conversation. */
const resumeToken = z.string().min(16).max(2000);

const sdp = z.string().min(1).max(MAX_SDP_CHARACTERS);

export const callerOffer = z.object({
	type: z.literal('offer'),
	sdp,
	/** Candidates may follow the offer, and the answer: the caller takes them. Without it the answer has all of them. */
	trickle: z.boolean().default(false),
	/** Of the answer to an earlier offer. */
	resumeToken: resumeToken.optional(),
});
export type CallerOffer = z.input<typeof callerOffer>;

/** Where events come from and requests go beside the data channel. */
export const signalSocket = z.object({ url: z.string().url() });

export const callerAnswer = z.object({
	type: z.literal('answer'),
	sdp,
	sessionId,
	/** For all that follows in this call, as the header below and over the WebSocket. Absent in answers to later offers. */
	token: callToken.optional(),
	/** Good for this call. An answer with them is applied before gathering begins. */
	iceServers: z.array(iceServer).max(16).optional(),
	resumeToken: resumeToken.optional(),
	/** Absent where the runtime cannot be reached by the page. */
	socket: signalSocket.optional(),
	/** The number before the first message that the page can still get. */
	after: z.number().int().min(0).optional(),
});
export type CallerAnswer = z.infer<typeof callerAnswer>;

/** The name of the ICE session that a description belongs to, its user fragment; '' where it has none. */
export function ufragOf(description: string): string {
	return /^a=ice-ufrag:(\S+)/m.exec(description)?.[1] ?? '';
}

export const SDP_TYPE = 'application/sdp';
export const SDP_FRAGMENT_TYPE = 'application/trickle-ice-sdpfrag';

/** Header with the call's token, for requests about a call. */
export const CALL_TOKEN_HEADER = 'x-voice-call-token';
/** Of who asks for STUN and TURN servers to go on with a call: a log-in, or an invitation, was good for its beginning. */
export const RESUME_TOKEN_HEADER = 'x-voice-resume-token';

const candidates = z.object({ type: z.literal('candidates'), candidates: z.array(iceCandidate).min(1).max(MAX_CANDIDATES) });
const request = z.object({ type: z.literal('request'), request: pageRequest });

/** What a PATCH with JSON says, where it makes no offer. */
export const callerPatch = z.discriminatedUnion('type', [candidates, request]);
export type CallerPatch = z.infer<typeof callerPatch>;

const seq = z.number().int().positive();

/**
 * What the runtime tells the page, numbered in one row for each call, from the time of its start on. The same number is the
 * same message, over whichever way it comes. The data channel carries it as `numberedPageEvent`.
 */
export const numberedMessage = z.discriminatedUnion('type', [
	z.object({ type: z.literal('event'), seq, event: pageEvent }),
	z.object({ type: z.literal('candidate'), seq, candidate: iceCandidate }),
]);
export type NumberedMessage = z.infer<typeof numberedMessage>;

/** Over the data channel: a page event with its number. */
export const numberedPageEvent = z.intersection(pageEvent, z.object({ seq: seq.optional() }));
export type NumberedPageEvent = z.infer<typeof numberedPageEvent>;
/** The same of a candidate. */
export const numberedCandidate = numberedMessage.options[1];
export type NumberedCandidate = z.infer<typeof numberedCandidate>;

/** The answer to a held GET. Ask again with `after` = the last number. */
export const heldMessages = z.object({
	messages: z.array(numberedMessage),
	/** There will be no more. */
	ended: z.boolean(),
});
export type HeldMessages = z.infer<typeof heldMessages>;

/** What a caller sends over the WebSocket. */
export const callerMessage = z.discriminatedUnion('type', [
	/** First message: into the call that the token was given for. `after`: the last number that the page has. */
	z.object({ type: z.literal('join'), sessionId, token: callToken, after: z.number().int().min(0).default(0) }),
	/** Renegotiates. `id` comes back with the answer. */
	callerOffer.extend({ id: z.string().max(40).default('') }),
	candidates,
	request,
	/** Everything up to this number has arrived. */
	z.object({ type: z.literal('ack'), seq: z.number().int().min(0) }),
	/** Answered at once: is the socket alive? */
	z.object({ type: z.literal('ping') }),
	z.object({ type: z.literal('bye') }),
]);
export type CallerMessage = z.input<typeof callerMessage>;

/** What the runtime sends over the WebSocket. */
export const runtimeMessage = z.discriminatedUnion('type', [
	z.object({ type: z.literal('joined') }),
	/** `sessionId` is absent in answers to later offers. */
	callerAnswer.extend({ id: z.string(), sessionId: sessionId.optional() }),
	...numberedMessage.options,
	z.object({ type: z.literal('pong') }),
	/** `id` of the offer that it answers. Without one the socket is closed after it. */
	z.object({ type: z.literal('error'), id: z.string().optional(), error: errorShape }),
	/** The call is over; nothing follows. */
	z.object({ type: z.literal('bye') }),
]);
export type RuntimeMessage = z.infer<typeof runtimeMessage>;

/** What a trigger for users of its n8n answers to a GET for JSON without a ticket: where to ask n8n for one, and how to hand it in. */
export const ticketOffer = z.object({ ticket: z.object({ rest: z.string(), ticketHeader: z.string(), body: z.record(z.unknown()) }) });
/** n8n's answer. */
export const ticketsGiven = z.object({ data: z.array(z.object({ value: z.string() })).min(1) });
