import { z } from 'zod';
import { iceCandidate, iceServer } from '../contract/signalling';
import { linkFigures, sendMemory } from '../contract/link';
import { mediaStats } from '../contract/stats';
import { ping, type Protocol } from './protocol';
import { pcm } from '../audio/pcm';

/**
 * So much of what was sent last is kept at both ends, ms: it is sent again where the path turns out to have been dead. That is known after 400
 * ms mostly, and after 2.7 s at most where the caller sends no sound.
 */
export const MOST_TAKEN_BACK_MS = 3000;

const port = z.number().int().min(1).max(65_535);

/** How a peer connection is made, and what the caller is told of this machine's addresses. */
export const linkNetwork = z.object({
	/** The caller may be on this machine: loopback candidates are of use. */
	loopback: z.boolean().default(true),
	/** NAT 1:1: shown in place of the machine's own addresses, or of the one that `local` names. */
	publicAddresses: z.array(z.object({ address: z.string().ip(), local: z.string().ip().optional() })).max(16).default([]),
	/** Of UDP, and of TCP on the same numbers. Absent: any. */
	ports: z.object({ min: port, max: port }).optional(),
	/** For this end, which needs them only behind a NAT that lets nobody in. */
	iceServers: z.array(iceServer).max(16).default([]),
});
export type LinkNetwork = z.infer<typeof linkNetwork>;

/** Everything one session asks of media. `at` is always lib/clock's monotonic time, ms. */
const sessionInput = z.discriminatedUnion('type', [
	z.object({ type: z.literal('reoffer'), id: z.string(), offer: z.string(), trickle: z.boolean().optional() }),
	/** Found by the caller since the last offer. */
	z.object({ type: z.literal('candidates'), candidates: z.array(iceCandidate) }),
	/**
	 * Announces an utterance of the agent. The utterance after it starts when it has been played or flushed.
	 * `interruptible`: media pauses it by itself, with a fade, as soon as the caller speaks.
	 */
	z.object({
		type: z.literal('utterance'),
		utteranceId: z.string(),
		sampleRate: z.number().int().positive(),
		interruptible: z.boolean(),
	}),
	z.object({ type: z.literal('play'), utteranceId: z.string(), pcm }),
	/** No more sound will come for this utterance. */
	z.object({ type: z.literal('playEnd'), utteranceId: z.string() }),
	/** Goes on at the exact sample where it paused. */
	z.object({ type: z.literal('resume') }),
	/** Drops all utterances. `played` follows for each. */
	z.object({ type: z.literal('flush') }),
	/** The turn is over: stop sending sound until the caller speaks again. */
	z.object({ type: z.literal('rest') }),
	/** A page event, sent as it is over the data channel. */
	z.object({ type: z.literal('event'), json: z.string() }),
	z.object({ type: z.literal('close') }),
]);

const sessionEvent = z.discriminatedUnion('type', [
	/** `id` is the reoffer's, or '' for the answer to the first offer. */
	z.object({ type: z.literal('answer'), id: z.string(), answer: z.string() }),
	z.object({ type: z.literal('reofferFailed'), id: z.string(), message: z.string() }),
	/** One of ours that was found after the answer; an empty one says that there are no more. */
	z.object({ type: z.literal('candidate'), candidate: iceCandidate }),
	z.object({
		type: z.literal('connection'),
		state: z.enum(['connecting', 'connected', 'disconnected', 'failed', 'closed']),
	}),
	/** The data channel is open: page events reach the page from here on (earlier ones were kept for it). */
	z.object({ type: z.literal('channelOpen') }),
	z.object({ type: z.literal('request'), json: z.string() }),
	/** `speechAt`: when the speech really began, `at`: when that was clear (2 VAD frames later). */
	z.object({ type: z.literal('speechStarted'), at: z.number(), speechAt: z.number() }),
	/**
	 * 16 kHz sound of the caller, in order and without gaps from 320 ms before `speechStarted` until `rest`.
	 * `at` is the time of its last sample. What was made up between soundMissing and soundBack is left out.
	 */
	z.object({ type: z.literal('audio'), at: z.number(), pcm }),
	/** A moment without speech, some 96 ms, within it or at its end: `speechWentOn` or `speechStopped` follows. */
	z.object({ type: z.literal('speechPaused'), at: z.number(), speechEndAt: z.number() }),
	z.object({ type: z.literal('speechWentOn'), at: z.number() }),
	/** VAD fell silent. Sent once a stretch of speech, with the frame that ends nearest to `flushSilenceMs` of silence. */
	z.object({ type: z.literal('speechStopped'), at: z.number(), speechEndAt: z.number() }),
	/** No packets of the caller's sound come, since `since`. What they do meanwhile is not known: it is no silence. */
	z.object({ type: z.literal('soundMissing'), at: z.number(), since: z.number() }),
	/** They come again. `missedMs`: for so long nothing was known; 0 where the caller had sent no sound. */
	z.object({ type: z.literal('soundBack'), at: z.number(), missedMs: z.number() }),
	/** The network, once a second while connected. */
	z.object({ type: z.literal('link'), at: z.number(), ...linkFigures.shape }),
	/** What was learnt of how much can be sent: for the caller's next connection. */
	z.object({ type: z.literal('sending'), memory: sendMemory }),
	/** First sample sent / first audible sample sent (above -50 dBFS). */
	z.object({ type: z.literal('playing'), utteranceId: z.string(), at: z.number() }),
	z.object({ type: z.literal('audible'), utteranceId: z.string(), at: z.number() }),
	/** Every 100 ms while playing, and when the path turns out to be dead: then with what was surely heard, which is less. */
	z.object({ type: z.literal('progress'), utteranceId: z.string(), playedSamples: z.number().int() }),
	/**
	 * The utterance fell silent in the middle for `ms`, from `at` on. `late`: there was nothing to send, `stalled`: this
	 * process had no time. What the caller caused by speaking is none.
	 */
	z.object({ type: z.literal('gap'), utteranceId: z.string(), at: z.number(), ms: z.number(), why: z.enum(['late', 'stalled']) }),
	/** The caller speaks, so media paused by itself. */
	z.object({ type: z.literal('paused'), utteranceId: z.string(), playedSamples: z.number().int(), at: z.number() }),
	/** The utterance is over: `complete` or flushed. */
	z.object({
		type: z.literal('played'),
		utteranceId: z.string(),
		playedSamples: z.number().int(),
		complete: z.boolean(),
		at: z.number(),
	}),
]);

/** What the gateway may ask of a media process. */
export const mediaProtocol = {
	/** Lives as long as the peer connection. The first event is the answer; a bad offer fails the call. */
	session: {
		params: z.object({
			sessionId: z.string(),
			offer: z.string(),
			/** The caller takes candidates after the answer; without it the answer has all of them. */
			trickle: z.boolean().optional(),
			flushSilenceMs: z.number(),
			network: linkNetwork.default({}),
			/** Of the caller's connection before. */
			sending: sendMemory.optional(),
		}),
		input: sessionInput,
		event: sessionEvent,
		/** `nothingCame`: no packet of sound and no message, from its begin to its end. */
		result: z.object({ reason: z.string(), nothingCame: z.boolean().optional() }),
	},
	ping,
	stats: {
		params: z.object({}),
		input: z.never(),
		event: z.never(),
		result: mediaStats,
	},
} as const satisfies Protocol;

export type MediaProtocol = typeof mediaProtocol;
export type MediaInput = z.infer<typeof sessionInput>;
export type MediaEvent = z.infer<typeof sessionEvent>;
