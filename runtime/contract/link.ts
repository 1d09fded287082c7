import { z } from 'zod';

/** The network between caller and runtime since the figures before, as the runtime sees it. Shares are 0..1. */
export const linkFigures = z.object({
	/** So much sound they are of: a second, or less where the caller has begun or ended to speak. */
	ms: z.number(),
	/** Of the caller's packets, those that did not arrive. */
	lostIn: z.number(),
	/**
	 * Of the sound that the recogniser was given, what was made up in the caller's place, whether packets were lost or came
	 * too late. Packets that repeat the one before make it less.
	 */
	concealed: z.number(),
	/** Of which so much was in one piece, at most. */
	concealedMs: z.number(),
	/** Of that sound, what was left out or put in between, to make up for packets that came late: it is quicker or slower than it was said. */
	stretched: z.number(),
	jitterMs: z.number(),
	/** null before it was measured. */
	roundTripMs: z.number().nullable(),
	/** Of our packets, as the caller's end reports every few seconds; null before its first report. */
	lostOut: z.number().nullable(),
});
export type LinkFigures = z.infer<typeof linkFigures>;

/** The link while a caller spoke: in the turn's data, so that a workflow can ask back. */
export const turnLink = z.object({
	/** Of the caller's packets, the mean while they spoke. */
	lostPercent: z.number(),
	/** Of their sound, the mean of what was made up: packets were lost, or came too late. */
	concealedPercent: z.number().default(0),
	/** Lost, or made up, in the worst second. */
	worstPercent: z.number(),
	/** Made up in one piece, at most: in as much as a word needs, another word may have been heard. */
	concealedMs: z.number().default(0),
	/** Of which nothing is known, within what they said or right after it: words may be missing. */
	missedMs: z.number(),
	jitterMs: z.number(),
	roundTripMs: z.number().nullable(),
});
export type TurnLink = z.infer<typeof turnLink>;

/** What an end has learnt about how much it can send, for the call's next connection. */
export const sendMemory = z.object({
	/** Of SEND_LEVELS (lib/send-quality), the one in effect. */
	at: z.number().int().nonnegative(),
	/** For each level: so long the one below must do before it is tried, s. */
	waits: z.array(z.number()).max(16).readonly(),
	/** The shortest round trip of late, ms; null before the first. */
	shortestMs: z.number().nullable(),
	/** The networks that it was learnt in. */
	paths: z.array(z.string()).max(16).readonly(),
});
export type SendMemory = Readonly<z.infer<typeof sendMemory>>;
