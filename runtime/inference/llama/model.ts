import type { ChatWrapper, LlamaContext, LlamaContextSequence, LlamaModel } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import os from 'node:os';
import { z } from 'zod';
import { VoiceError } from '../../contract/errors';
import type { ModelFile } from '../models/resolve';
import type { Scheduler } from '../scheduler/scheduler';
import type { Lane } from '../scheduler/steps';
import { chatWrapperFor } from './chat-format';
import type { Backend, Library } from './library';
import { ChunkPace } from './prefill';
import { SequencePool } from './sequences';
import { quickerThreads } from './thread-check';
import { threadsFor } from './threads';

/** Room for a conversation: half an hour of talk. A model made for less gets less. */
const CONTEXT_TOKENS = 4096;
/** Conversations kept in memory: more than a machine can speak with at a time on its CPU. */
const MOST_SEQUENCES = 16;
/** Memory for all conversations together, at most; and at most this share of what is free. */
const MEMORY_BYTES = 2 * 1024 ** 3;
const FREE_SHARE = 0.25;
/** A prompt is read in chunks of up to this many tokens. */
const BATCH_TOKENS = 512;

export interface ChatModel {
	readonly library: Library;
	readonly model: LlamaModel;
	readonly wrapper: ChatWrapper;
	/** Tokens a conversation may have. */
	readonly contextTokens: number;
	readonly pool: SequencePool<LlamaContextSequence>;
	readonly pace: ChunkPace;
	readonly scheduler: Scheduler;
	readonly lane: Lane;
}

/** What a GGUF says about its shape. Some architectures give a list for each layer; those get the defaults of an 8B model. */
const shape = z.object({
	block_count: z.number().positive().catch(32),
	embedding_length: z.number().positive().catch(4096),
	attention: z
		.object({ head_count: z.number().positive().catch(32), head_count_kv: z.number().positive().optional().catch(undefined) })
		.catch({ head_count: 32 }),
});

/** Bytes that one token takes in the model's memory: a key and a value of 16 bit floats in each layer. */
function bytesPerToken(model: LlamaModel): number {
	const { metadata } = model.fileInfo;
	const { block_count: layers, embedding_length: width, attention } = shape.parse(metadata[metadata.general.architecture] ?? {});
	const shared = attention.head_count_kv ?? attention.head_count;
	return layers * (width / attention.head_count) * shared * 2 * 2;
}

function sequencesFor(model: LlamaModel, contextTokens: number): number {
	const memory = Math.min(MEMORY_BYTES, os.freemem() * FREE_SHARE);
	const fitting = Math.floor(memory / (bytesPerToken(model) * contextTokens));
	return Math.max(1, Math.min(MOST_SEQUENCES, fitting));
}

/** A context with as many sequences as memory allows: estimates can be wrong, so fewer are tried on failure. */
async function openContext(model: LlamaModel, contextTokens: number, most: number, threads: number): Promise<LlamaContext> {
	for (let sequences = most; ; sequences = Math.ceil(sequences / 2)) {
		try {
			return await model.createContext({ contextSize: contextTokens, sequences, batchSize: BATCH_TOKENS, threads });
		} catch (error) {
			if (sequences === 1) throw error;
		}
	}
}

/**
 * Loads a model file that has been approved. `sequences` limits the conversations kept in memory. Until `hurry` is
 * aborted there is time to find out how many threads suit it.
 */
export async function loadChatModel(backend: Backend, file: ModelFile, hurry: AbortSignal, sequences = MOST_SEQUENCES): Promise<ChatModel> {
	try {
		const model = await backend.llama.loadModel({ modelPath: file.path });
		const contextTokens = Math.min(CONTEXT_TOKENS, model.trainContextSize);
		const most = Math.min(sequences, sequencesFor(model, contextTokens));
		const threads = await quickerThreads(model, file.bytes, threadsFor(file.bytes, backend.cores), backend.scheduler, hurry);
		const context = await openContext(model, contextTokens, most, threads);
		const places = Array.from({ length: context.totalSequences }, () => context.getSequence());
		const wrapper = await chatWrapperFor(model);
		const { library, scheduler } = backend;
		const lane = scheduler.lane(file.path, model.gpuLayers > 0);
		return { library, model, wrapper, contextTokens, pool: new SequencePool(places), pace: new ChunkPace(), scheduler, lane };
	} catch (cause) {
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file.path} could not be loaded: ${String(cause)}`, { cause });
	}
}
