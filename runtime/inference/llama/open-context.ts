import type { LlamaContext, LlamaModel } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { z } from 'zod';

/** At most this share of the memory that is free goes to the sequences of one model. */
const FREE_SHARE = 0.25;
/** A prompt is read in chunks of up to this many tokens. */
const BATCH_TOKENS = 512;
/** llama.cpp takes no more in one context (LLAMA_MAX_SEQ). */
const MOST_SEQUENCES = 256;

/** What the sequences of a model may come to at most. */
interface Caps {
	readonly sequences: number;
	/** Of all of them together, bytes. */
	readonly memory: number;
}

/** On a GPU its memory decides, and nothing else: a bigger card carries more. `onProcessor`: what the processor can do at a time. */
export function capsOn(onGpu: boolean, onProcessor: Caps): Caps {
	return onGpu ? { sequences: MOST_SEQUENCES, memory: Number.POSITIVE_INFINITY } : onProcessor;
}

/** What a model's context should be. */
interface ContextWish extends Caps {
	/** Tokens that a sequence may hold. */
	readonly contextTokens: number;
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

/** Are all of its layers on a GPU? */
export function isWhollyOnGpu({ gpuLayers, fileInsights }: LlamaModel): boolean {
	return gpuLayers >= fileInsights.totalLayers;
}

/** How many sequences suit the memory where the model is. */
async function sequencesOn(model: LlamaModel, wish: ContextWish): Promise<number> {
	const { metadata } = model.fileInfo;
	const free = model.gpuLayers > 0 ? (await model.llama.getVramState()).free : process.availableMemory();
	return sequencesFor(bytesPerToken(metadata[metadata.general.architecture]), free, wish);
}

function opening(model: LlamaModel, { contextTokens, threads }: ContextWish) {
	return async (sequences: number): Promise<LlamaContext> =>
		await model.createContext({ contextSize: contextTokens, sequences, batchSize: BATCH_TOKENS, threads });
}

/** A context with as many sequences as memory allows, on the GPU where the model is on one. */
export async function openContext(model: LlamaModel, wish: ContextWish): Promise<LlamaContext> {
	return await withFewer(await sequencesOn(model, wish), opening(model, wish));
}

/** `total` in at most `most` parts as even as can be, of which none is smaller than `least` where there are several. */
export function parts(total: number, most: number, least: number): number[] {
	const count = Math.max(1, Math.min(most, Math.floor(total / least)));
	return Array.from({ length: count }, (_, index) => Math.floor((total + index) / count));
}

/** The same sequences in several contexts, which compute side by side: as many of them as memory allows, at least one. */
export async function openContexts(model: LlamaModel, wish: ContextWish, most: number, least: number): Promise<LlamaContext[]> {
	const [first = 1, ...others] = parts(await sequencesOn(model, wish), most, least);
	const open = opening(model, wish);
	const contexts = [await withFewer(first, open)];
	for (const size of others) {
		const context = await open(size).catch(() => undefined);
		if (!context) break;
		contexts.push(context);
	}
	return contexts;
}
