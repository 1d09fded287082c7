import type { LlamaContextSequence, LlamaModel } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { PACK_CHAT } from '../../../contract/engines';
import { VoiceError } from '../../../contract/errors';
import { type ModelFile, modelPath } from '../../models/resolve';
import type { Scheduler } from '../../scheduler/scheduler';
import type { Lane } from '../../scheduler/steps';
import type { PromptFormat } from './prompt-format';
import type { Backend, Library } from '../../llama/library';
import { capsOn, isWhollyOnGpu, openContext } from '../../llama/open-context';
import { ChunkPace } from '../../llama/prefill';
import { sequencesOf, SequencePool } from '../../llama/sequences';
import { quickerThreads } from '../../llama/thread-check';
import { threadsFor } from '../../machine/cores';

/** Room for a conversation: half an hour of talk. A model made for less gets less. */
const CONTEXT_TOKENS = 4096;
/** Conversations kept in memory: more than a machine can speak with at a time on its CPU. */
const ON_PROCESSOR = { sequences: 16, memory: 2 * 1024 ** 3 };

export interface ChatModel {
	readonly library: Library;
	readonly model: LlamaModel;
	readonly format: PromptFormat;
	/** Tokens a conversation may have. */
	readonly contextTokens: number;
	readonly pool: SequencePool<LlamaContextSequence>;
	readonly pace: ChunkPace;
	readonly scheduler: Scheduler;
	readonly lane: Lane;
	/** It has learned words only, and no figures. */
	readonly wordsOnly: boolean;
}

/**
 * Loads a model file that has been approved. Until `hurry` is aborted there is time to find out how many threads suit it.
 * `onRead`: how much of the file has been read, 0 to 1.
 */
export async function loadChatModel(backend: Backend, scheduler: Scheduler, file: ModelFile, format: PromptFormat, hurry: AbortSignal, onRead: (share: number) => void): Promise<ChatModel> {
	try {
		const model = await backend.llama.loadModel({ modelPath: file.path, onLoadProgress: onRead });
		const contextTokens = Math.min(CONTEXT_TOKENS, model.trainContextSize);
		const threads = await quickerThreads(model, file.bytes, threadsFor(file.bytes, backend.cores, isWhollyOnGpu(model)), scheduler, hurry);
		const context = await openContext(model, { ...capsOn(model.gpuLayers > 0, ON_PROCESSOR), contextTokens, threads });
		const { library } = backend;
		const lane = scheduler.lane(file.path, model.gpuLayers > 0);
		const wordsOnly = file.path === modelPath(PACK_CHAT);
		return { library, model, wordsOnly, format, contextTokens, pool: new SequencePool(sequencesOf(context)), pace: new ChunkPace(), scheduler, lane };
	} catch (cause) {
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file.path} could not be loaded: ${String(cause)}`, { cause });
	}
}
