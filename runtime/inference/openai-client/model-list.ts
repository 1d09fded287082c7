import { z } from 'zod';

/** What `/v1/models` answers; `owned_by` tells whose server it is. */
export const modelList = z.object({ data: z.array(z.object({ id: z.string().min(1), owned_by: z.string().nullish() })) });
export type ModelList = z.infer<typeof modelList>;
