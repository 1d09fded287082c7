import { z } from 'zod';

/** JSON of either length: `segments` only with `verbose_json`, and only from servers that know it. */
export const transcriptionAnswer = z.object({
	text: z.string(),
	segments: z
		.array(z.object({ avg_logprob: z.number().nullish(), no_speech_prob: z.number().nullish() }))
		.nullish(),
});
export type TranscriptionAnswer = z.infer<typeof transcriptionAnswer>;
