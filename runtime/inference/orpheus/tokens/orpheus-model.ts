import type { LlamaContextSequence } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import path from 'node:path';
import { z } from 'zod';
import { VoiceError } from '../../../contract/errors';
import type { Backend } from '../../llama/library';
import { openContext } from '../../llama/open-context';
import { ChunkPace } from '../../llama/prefill';
import { sequencesOf } from '../../llama/sequence-numbers';
import { threadsFor } from '../../llama/threads';
import type { ModelFile } from '../../models/resolve';
import type { Scheduler } from '../../scheduler/scheduler';
import type { Lane } from '../../scheduler/steps';
import type { VoiceChoice } from '../../voices/voice';
import { voicesOf } from '../voices';
import { SpeechPlaces } from './speech-places';
import { OrpheusVocabulary } from './vocabulary';

/** The longest text that Orpheus gets at a time, and all that it may write for it: see text/parts and runaway. */
const CONTEXT_TOKENS = 3072;
/** Speeches written at a time. On a CPU each takes its speed from the others; a GPU carries tens. */
const CPU_SEQUENCES = 4;
const GPU_SEQUENCES = 32;
/** Memory for all of them together, at most. The published model takes 352 MB for each. */
const MEMORY_BYTES = 8 * 1024 ** 3;

export interface OrpheusModel {
	readonly vocabulary: OrpheusVocabulary;
	readonly voices: readonly VoiceChoice[];
	/** Tokens of a prompt and its speech together. */
	readonly contextTokens: number;
	readonly places: SpeechPlaces<LlamaContextSequence>;
	readonly pace: ChunkPace;
	readonly scheduler: Scheduler;
	readonly lane: Lane;
	/** Several speeches take hardly longer than one. */
	readonly sideBySide: boolean;
}

/** What a file says about itself. */
const general = z.object({
	name: z.string().catch(''),
	finetune: z.string().catch(''),
	languages: z.array(z.string()).catch([]),
});

/** Loads a model file that has been approved. `most` speeches at a time. Rejects with VOICE_ERR_MODEL_BROKEN. */
export async function loadOrpheusModel({ llama, cores, scheduler }: Backend, file: ModelFile, most?: number): Promise<OrpheusModel> {
	try {
		const model = await llama.loadModel({ modelPath: file.path });
		const vocabulary = OrpheusVocabulary.of(model, file.path);
		const contextTokens = Math.min(CONTEXT_TOKENS, model.trainContextSize);
		const sequences = most ?? (model.gpuLayers > 0 ? GPU_SEQUENCES : CPU_SEQUENCES);
		const context = await openContext(model, { contextTokens, sequences, memory: MEMORY_BYTES, threads: threadsFor(file.bytes, cores) });
		const places = new SpeechPlaces(sequencesOf(context));
		const { name, finetune, languages } = general.parse(model.fileInfo.metadata.general);
		const voices = voicesOf([path.basename(file.path), name, finetune], languages);
		const onGpu = model.gpuLayers > 0;
		const lane = scheduler.lane(file.path, onGpu);
		return { vocabulary, voices, contextTokens, places, pace: new ChunkPace(), scheduler, lane, sideBySide: onGpu };
	} catch (error) {
		if (error instanceof VoiceError) throw error;
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file.path} could not be loaded: ${String(error)}`, { cause: error });
	}
}
