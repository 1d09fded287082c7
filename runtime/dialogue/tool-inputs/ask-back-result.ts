import { z } from 'zod';

/** The result of a tool call that was not run, for the model: it asks the caller. */
const askBack = z.object({
	status: z.enum(['not said', 'unclear']),
	/** In words: "time", "day and time of start". */
	what: z.string(),
	/** By their names; those of a group as "event.start". */
	inputs: z.array(z.string()).min(1),
	note: z.string(),
});
export type AskBack = z.infer<typeof askBack>;

/** undefined where a tool has given it. */
export function asAskBack(result: unknown): AskBack | undefined {
	return askBack.safeParse(result).data;
}
