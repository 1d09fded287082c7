import { z } from 'zod';

const voiceName = z.union([
	z.string().min(1).transform((id) => ({ id, name: id })),
	z
		.object({ id: z.string().min(1), name: z.string().nullish() })
		.transform(({ id, name }) => ({ id, name: name ?? id })),
	z.object({ voice_id: z.string().min(1), name: z.string().nullish() }).transform(({ voice_id: id, name }) => ({ id, name: name ?? id })),
	z.object({ name: z.string().min(1) }).transform(({ name }) => ({ id: name, name })),
]);

/** vLLM-Omni, Kokoro-FastAPI and Orpheus-FastAPI: `voices`; others: `data`. */
export const voiceList = z.union([
	z.object({ voices: z.array(voiceName).max(1000) }).transform(({ voices }) => voices),
	z.object({ data: z.array(voiceName).max(1000) }).transform(({ data }) => data),
]);
