import { z } from 'zod';

/** The network between caller and runtime over the last second, as the runtime sees it. Shares are 0..1. */
export const linkFigures = z.object({
	/** Of the caller's packets, those that did not arrive. */
	lostIn: z.number(),
	/** Of the caller's sound, what was made up in its place; packets that repeat the one before make it less. */
	concealed: z.number(),
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
	/** In the worst second of it. */
	worstPercent: z.number(),
	/** Of which nothing is known, within what they said or right after it: words may be missing. */
	missedMs: z.number(),
	jitterMs: z.number(),
	roundTripMs: z.number().nullable(),
});
export type TurnLink = z.infer<typeof turnLink>;
