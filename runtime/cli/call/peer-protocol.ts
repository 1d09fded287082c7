import { z } from 'zod';
import { pcm } from '../../audio/pcm';
import { iceServer } from '../../contract/signalling';
import type { Protocol } from '../../rpc/protocol';

/** What a caller gathers its candidates with. */
export const callerNetwork = z.object({
	iceServers: z.array(iceServer).default([]),
	/** Through a TURN server or not at all. */
	relayOnly: z.boolean().default(false),
});
export type CallerNetwork = z.infer<typeof callerNetwork>;

/** A caller in a process of its own, for whoever cannot load wrtc: jest, benches. Times are lib/clock's. */
export const peerProtocol = {
	/** One caller. The first event is its offer; lives until `hangUp`. */
	peer: {
		/** `hear`: what it receives comes back as `heard`. */
		params: z.object({ hear: z.boolean(), network: callerNetwork.default({}) }),
		input: z.discriminatedUnion('type', [
			z.object({ type: z.literal('answer'), sdp: z.string() }),
			/** Another `offer` follows. */
			z.object({ type: z.literal('restartIce') }),
			/** 16 kHz. `spoken` follows with the same id. */
			z.object({ type: z.literal('say'), id: z.string(), pcm }),
			z.object({ type: z.literal('request'), json: z.string() }),
			z.object({ type: z.literal('hangUp') }),
		]),
		event: z.discriminatedUnion('type', [
			z.object({ type: z.literal('offer'), sdp: z.string() }),
			z.object({ type: z.literal('state'), state: z.string() }),
			/** First and last audible sample sent. */
			z.object({ type: z.literal('spoken'), id: z.string(), from: z.number(), to: z.number() }),
			/** 16 kHz. `at` is when its last sample came in. */
			z.object({ type: z.literal('heard'), at: z.number(), pcm }),
			z.object({ type: z.literal('event'), json: z.string() }),
			z.object({ type: z.literal('channelClosed') }),
		]),
		result: z.object({}),
	},
	stats: {
		params: z.object({}),
		input: z.never(),
		event: z.never(),
		result: z.object({ cpuMs: z.number(), loopDelayMs: z.number() }),
	},
} as const satisfies Protocol;

export type PeerProtocol = typeof peerProtocol;
export type PeerInput = z.infer<PeerProtocol['peer']['input']>;
export type PeerEvent = z.infer<PeerProtocol['peer']['event']>;
