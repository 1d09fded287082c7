import { z } from 'zod';

const positive = z.number().int().min(1);
const ids = z.array(z.number().int()).nullish();

/** config.json. */
export const whisperConfig = z.object({
	model_type: z.string(),
	num_mel_bins: positive.max(512).default(80),
	max_source_positions: positive.max(10_000).default(1500),
	max_target_positions: positive.max(10_000).default(448),
	vocab_size: positive.max(1_000_000).nullish(),
	d_model: positive.max(100_000).default(384),
	decoder_attention_heads: positive.max(1000).default(6),
	decoder_start_token_id: z.number().int().nullish(),
	eos_token_id: z.number().int().nullish(),
	suppress_tokens: ids,
	begin_suppress_tokens: ids,
});

/** generation_config.json, which older exports lack. */
export const generationConfig = z.object({
	is_multilingual: z.boolean().nullish(),
	lang_to_id: z.record(z.number().int()).nullish(),
	task_to_id: z.record(z.number().int()).nullish(),
	no_timestamps_token_id: z.number().int().nullish(),
	decoder_start_token_id: z.number().int().nullish(),
	eos_token_id: z.union([z.number().int(), z.array(z.number().int())]).nullish(),
	max_length: positive.nullish(),
	suppress_tokens: ids,
	begin_suppress_tokens: ids,
});

export type WhisperConfig = z.infer<typeof whisperConfig>;
export type GenerationConfig = z.infer<typeof generationConfig>;
