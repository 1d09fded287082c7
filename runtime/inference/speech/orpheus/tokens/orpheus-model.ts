import type { LlamaContext, LlamaContextSequence } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import path from 'node:path';
import { z } from 'zod';
import { VoiceError } from '../../../../contract/errors';
import type { Backend } from '../../../llama/library';
import { capsOn, isWhollyOnGpu, openContexts } from '../../../llama/open-context';
import { ChunkPace } from '../../../llama/prefill';
import { numberOf, sequencesOf } from '../../../llama/sequences';
import { threadsFor } from '../../../machine/cores';
import type { ModelFile } from '../../../models/resolve';
import type { Scheduler } from '../../../scheduler/scheduler';
import type { Lane } from '../../../scheduler/steps';
import type { VoiceChoice } from '../../engine';
import { voicesOf } from '../voices';
import { SpeechPlaces } from './speech-places';
import { TopLogits } from './top-logits';
import { OrpheusVocabulary } from './vocabulary';

/** The longest text that Orpheus gets at a time, and all that it may write for it: see text/parts and runaway. */
const CONTEXT_TOKENS = 3072;
/**
 * On a CPU each speech takes its speed from the others. A GPU carries tens: as many as find room in its memory, where the
 * published model takes 352 MB for each.
 */
const ON_PROCESSOR = { sequences: 4, memory: 8 * 1024 ** 3 };
/**
 * On a GPU sampling, which the processor does over 156,940 tokens, takes longer than the model: while it goes on in one
 * context, another computes. On an H200 the model writes 8 speeches' tokens in 4.9 ms and 16 in 5.2; with sampling, then still
 * by llama.cpp with its penalty, in one context, 8 took 9.5 and 32 took 24.9, in four 7.3 and 14.1.
 */
const GPU_CONTEXTS = 4;
/** Smaller batches waste the GPU: it reads all weights for each. */
const LEAST_BATCH = 4;

/** Where a speech is written: a sequence of one of the model's contexts. */
export interface Place {
	readonly sequence: LlamaContextSequence;
	readonly topLogits: TopLogits;
	/** llama.cpp's number of it. */
	readonly number: number;
	readonly lane: Lane;
}

export interface OrpheusModel {
	readonly vocabulary: OrpheusVocabulary;
	readonly voices: readonly VoiceChoice[];
	/** Tokens of a prompt and its speech together. */
	readonly contextTokens: number;
	readonly places: SpeechPlaces<Place>;
	readonly pace: ChunkPace;
	readonly scheduler: Scheduler;
	/** Several speeches take hardly longer than one. */
	readonly sideBySide: boolean;
}

/** What a file says about itself. */
const general = z.object({
	name: z.string().catch(''),
	finetune: z.string().catch(''),
	languages: z.array(z.string()).catch([]),
});

/** Each context wants a core that waits for the GPU and others that sample. */
function contextsFor(cores: number, onGpu: boolean): number {
	return onGpu ? Math.max(1, Math.min(GPU_CONTEXTS, Math.floor(cores / 2))) : 1;
}

/** One of each context after the other: few speeches share them evenly, and those of a context are neighbours. */
function placesIn(contexts: readonly LlamaContext[], lanes: readonly Lane[]): Place[] {
	const all = lanes.flatMap((lane, index) => {
		const context = contexts[index];
		return context ? sequencesOf(context).map((sequence): Place => ({ sequence, topLogits: new TopLogits(sequence), number: numberOf(sequence), lane })) : [];
	});
	return all.sort((a, b) => a.number - b.number);
}

/** How much a model gets. Absent: what suits the machine. */
export interface OrpheusSize {
	/** Speeches written at a time, at most. */
	readonly sequences?: number;
	readonly contexts?: number;
}

/** Loads a model file that has been approved. `onRead`: how much of it has been read, 0 to 1. Rejects with VOICE_ERR_MODEL_BROKEN. */
export async function loadOrpheusModel({ llama, cores }: Backend, scheduler: Scheduler, file: ModelFile, size: OrpheusSize = {}, onRead?: (share: number) => void): Promise<OrpheusModel> {
	try {
		const model = await llama.loadModel({ modelPath: file.path, ...(onRead && { onLoadProgress: onRead }) });
		const vocabulary = OrpheusVocabulary.of(model, file.path);
		const contextTokens = Math.min(CONTEXT_TOKENS, model.trainContextSize);
		const onGpu = model.gpuLayers > 0;
		const threads = threadsFor(file.bytes, cores, isWhollyOnGpu(model));
		const caps = capsOn(onGpu, ON_PROCESSOR);
		const wish = { ...caps, sequences: size.sequences ?? caps.sequences, contextTokens, threads };
		const contexts = await openContexts(model, wish, size.contexts ?? contextsFor(cores, onGpu), size.contexts === undefined ? LEAST_BATCH : 1);
		const places = new SpeechPlaces(placesIn(contexts, scheduler.lanes(file.path, onGpu, contexts.length)));
		const { name, finetune, languages } = general.parse(model.fileInfo.metadata.general);
		const voices = voicesOf([path.basename(file.path), name, finetune], languages);
		return { vocabulary, voices, contextTokens, places, pace: new ChunkPace(), scheduler, sideBySide: onGpu };
	} catch (error) {
		if (error instanceof VoiceError) throw error;
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file.path} could not be loaded: ${String(error)}`, { cause: error });
	}
}
