import { z } from 'zod';

/** A piece of a streamed `/v1/completions`. Everything a dialect leaves out may be missing or null. */
export const completionChunk = z.object({
	choices: z.array(z.object({ text: z.string().nullish(), finish_reason: z.string().nullish() })).nullish(),
});
