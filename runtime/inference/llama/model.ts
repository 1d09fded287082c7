import type { ChatWrapper, LlamaContextSequence, LlamaModel } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { VoiceError } from '../../contract/errors';
import type { ModelFile } from '../models/resolve';
import { chatWrapperFor } from './chat-format';
import type { Backend, Library } from './library';
import { openContext } from './open-context';
import { ChunkPace } from './prefill';
import { SequencePool } from './sequences';
import { threadsFor } from './threads';

/** Room for a conversation: half an hour of talk. A model made for less gets less. */
const CONTEXT_TOKENS = 4096;
/** Conversations kept in memory: more than a machine can speak with at a time on its CPU. */
const MOST_SEQUENCES = 16;
/** Memory for all conversations together, at most. */
const MEMORY_BYTES = 2 * 1024 ** 3;

export interface ChatModel {
	readonly library: Library;
	readonly model: LlamaModel;
	readonly wrapper: ChatWrapper;
	/** Tokens a conversation may have. */
	readonly contextTokens: number;
	readonly pool: SequencePool<LlamaContextSequence>;
	readonly pace: ChunkPace;
}

/** Loads a model file that has been approved. `sequences` limits the conversations kept in memory. */
export async function loadChatModel(backend: Backend, file: ModelFile, sequences = MOST_SEQUENCES): Promise<ChatModel> {
	try {
		const model = await backend.llama.loadModel({ modelPath: file.path });
		const contextTokens = Math.min(CONTEXT_TOKENS, model.trainContextSize);
		const threads = threadsFor(file.bytes, backend.cores);
		const context = await openContext(model, { contextTokens, sequences, memory: MEMORY_BYTES, threads });
		const places = Array.from({ length: context.totalSequences }, () => context.getSequence());
		const wrapper = await chatWrapperFor(model);
		return { library: backend.library, model, wrapper, contextTokens, pool: new SequencePool(places), pace: new ChunkPace() };
	} catch (cause) {
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file.path} could not be loaded: ${String(cause)}`, { cause });
	}
}
