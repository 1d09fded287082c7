import type { LlamaContext, LlamaModel } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { z } from 'zod';

/** At most this share of the memory that is free goes to the sequences of one model. */
const FREE_SHARE = 0.25;
/** A prompt is read in chunks of up to this many tokens. */
const BATCH_TOKENS = 512;

/** What a model's context should be. */
export interface ContextWish {
	/** Tokens that a sequence may hold. */
	readonly contextTokens: number;
	/** Sequences at most, and memory for all of them together at most, in bytes. */
	readonly sequences: number;
	readonly memory: number;
	readonly threads: number;
}

/** What a GGUF says about its shape. Some architectures give a list for each layer; those get the defaults of an 8B model. */
const shape = z.object({
	block_count: z.number().positive().catch(32),
	embedding_length: z.number().positive().catch(4096),
	attention: z
		.object({ head_count: z.number().positive().catch(32), head_count_kv: z.number().positive().optional().catch(undefined) })
		.catch({ head_count: 32 }),
});

/** Bytes that one token takes in a model's memory: a key and a value of 16 bit floats in each layer. */
export function bytesPerToken(shapeOfModel: unknown): number {
	const { block_count: layers, embedding_length: width, attention } = shape.parse(shapeOfModel ?? {});
	const shared = attention.head_count_kv ?? attention.head_count;
	return layers * (width / attention.head_count) * shared * 2 * 2;
}

/** How many sequences fit, by the memory that is free where they will be. At least one. */
export function sequencesFor(tokenBytes: number, free: number, { contextTokens, sequences, memory }: ContextWish): number {
	const fitting = Math.floor(Math.min(memory, free * FREE_SHARE) / (tokenBytes * contextTokens));
	return Math.max(1, Math.min(sequences, fitting));
}

/** `open` with `most`, or with fewer where that fails: an estimate of memory can be wrong. */
export async function withFewer<T>(most: number, open: (sequences: number) => Promise<T>): Promise<T> {
	for (let sequences = most; ; sequences = Math.ceil(sequences / 2)) {
		try {
			return await open(sequences);
		} catch (error) {
			if (sequences === 1) throw error;
		}
	}
}

/** A context with as many sequences as memory allows, on the GPU where the model is on one. */
export async function openContext(model: LlamaModel, wish: ContextWish): Promise<LlamaContext> {
	const { metadata } = model.fileInfo;
	const free = model.gpuLayers > 0 ? (await model.llama.getVramState()).free : process.availableMemory();
	const most = sequencesFor(bytesPerToken(metadata[metadata.general.architecture]), free, wish);
	const { contextTokens: contextSize, threads } = wish;
	return await withFewer(most, async (sequences) => await model.createContext({ contextSize, sequences, batchSize: BATCH_TOKENS, threads }));
}
