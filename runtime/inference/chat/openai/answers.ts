import { z } from 'zod';

/**
 * What servers answer, as far as we use it. Everything a dialect leaves out may be missing or null; nothing
 * that a dialect adds is refused.
 */

const count = z.number().int().nonnegative();

const usage = z.object({
	prompt_tokens: count.nullish(),
	completion_tokens: count.nullish(),
	prompt_tokens_details: z.object({ cached_tokens: count.nullish() }).nullish(),
});

export const toolCallFragment = z.object({
	index: count.nullish(),
	id: z.string().nullish(),
	function: z
		.object({
			name: z.string().nullish(),
			/** A piece of the JSON text, all of it, or (Ollama's own API and some proxies) the object itself. */
			arguments: z.union([z.string(), z.record(z.unknown())]).nullish(),
		})
		.nullish(),
});
export type ToolCallFragment = z.infer<typeof toolCallFragment>;

const chatPart = z.object({
	content: z.string().nullish(),
	tool_calls: z.array(toolCallFragment).nullish(),
});

/** A piece of a streamed answer, or, from a server that does not stream, the whole (`message`). */
export const chatChunk = z.object({
	choices: z
		.array(z.object({ delta: chatPart.nullish(), message: chatPart.nullish(), finish_reason: z.string().nullish() }))
		.nullish(),
	usage: usage.nullish(),
	/** llama-server: tokens it found in its memory. */
	timings: z.object({ cache_n: count.nullish() }).nullish(),
});
export type ChatChunk = z.infer<typeof chatChunk>;
