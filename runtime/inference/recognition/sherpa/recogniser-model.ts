import path from 'node:path';
import { LISTEN_RATE } from '../../../audio/pcm';
import { VoiceError } from '../../../contract/errors';
import { modelsFolder } from '../../models/store/store';
import { lookingAt } from '../../models/unreadable';
import { readOnnxMetadata } from '../../workers/onnx/metadata';
import { filesOf, ModelFolder } from '../../workers/sherpa/folder';
import { assertTask } from '../../workers/sherpa/folder-kind';
import { huggingFaceExport } from './hugging-face';
import { assertOneWhisper } from './whisper-parts';

/** How sherpa opens a recogniser: an entry of its `modelConfig`, and the tokens. */
interface Opening {
	readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
	readonly tokens: string;
}

/** Hears while one speaks. `windowMs`: of sound that it must have before it can work on any of it. */
export type StreamingModel = Opening & { readonly streaming: true; readonly windowMs: number };
/** Hears an utterance when it is over. */
export type UtteranceModel = Opening & {
	readonly streaming: false;
	/** What it understands; undefined where it does not say. */
	readonly languages?: readonly string[];
};

/** A feature frame of sherpa's streaming models. */
const FRAME_MS = 10;

/** Where what sherpa-onnx needs and a model does not bring is kept. */
function preparedFolder(): string {
	return path.join(modelsFolder(process.env), '.prepared');
}

/**
 * Finds out what recogniser lies in a folder, or which a file belongs to. Rejects with VOICE_ERR_MODEL_MISSING, which
 * names what it lacks, VOICE_ERR_MODEL_BROKEN, or VOICE_ERR_BAD_REQUEST for what cannot be run.
 */
export async function readRecogniserModel(place: string, prepared = preparedFolder()): Promise<StreamingModel | UtteranceModel> {
	return await lookingAt(async () => await readFolder(place, prepared));
}

async function readFolder(place: string, prepared: string): Promise<StreamingModel | UtteranceModel> {
	const folder = await ModelFolder.read(place);
	await assertTask(folder, 'recogniser');
	const exported = await huggingFaceExport(folder, prepared);
	if (exported) {
		const { tokens, ...moonshine } = exported;
		folder.assertOnlyModel(Object.values(moonshine));
		return { streaming: false, files: { moonshine }, tokens };
	}
	if (folder.has('preprocess*.onnx')) {
		const { tokens, ...moonshine } = await filesOf(folder, {
			preprocessor: 'preprocess*.onnx',
			encoder: 'encode*.onnx',
			uncachedDecoder: 'uncached_decode*.onnx',
			cachedDecoder: 'cached_decode*.onnx',
			tokens: 'tokens.txt',
		});
		folder.assertOnlyModel(Object.values(moonshine));
		return { streaming: false, files: { moonshine }, tokens };
	}
	if (folder.has('*-encoder*.onnx') || folder.has('*-decoder*.onnx')) return await whisper(folder, '*-');
	if (!folder.has('joiner*.onnx') && (await saysWhisper(folder))) return await whisper(folder, '');
	if (folder.has('encoder*.onnx')) {
		const { tokens, ...transducer } = await filesOf(folder, { encoder: 'encoder*.onnx', decoder: 'decoder*.onnx', joiner: 'joiner*.onnx', tokens: 'tokens.txt' });
		folder.assertOnlyModel(Object.values(transducer));
		return { streaming: true, files: { transducer }, tokens, windowMs: windowOf(place, await readOnnxMetadata(transducer.encoder)) };
	}
	if (folder.has('*.onnx')) {
		const { tokens, model } = await filesOf(folder, { model: '*.onnx', tokens: 'tokens.txt' });
		const about = await readOnnxMetadata(model);
		const kind = about.has('window_size') ? 'nemoCtc' : 'zipformer2Ctc';
		return { streaming: true, files: { [kind]: { model } }, tokens, windowMs: windowOf(place, about) };
	}
	throw new VoiceError('VOICE_ERR_MODEL_MISSING', `There is no recogniser in ${place}: ${folder.contents}.${folder.foreign}`, {
		remedy: 'Choose the folder that holds the .onnx files of a recogniser: a streaming Zipformer or NeMo model, Moonshine or Whisper, as sherpa-onnx publishes them, or Moonshine or Whisper as Hugging Face does.',
	});
}

/** Whoever renames its files leaves `encoder.onnx`, as a Zipformer has it. */
async function saysWhisper(folder: ModelFolder): Promise<boolean> {
	const encoder = folder.find('encoder*.onnx');
	return encoder !== undefined && ((await readOnnxMetadata(encoder)).get('model_type')?.startsWith('whisper') ?? false);
}

/** @param before what stands in front of its parts' names */
async function whisper(folder: ModelFolder, before: string): Promise<UtteranceModel> {
	const { tokens, ...graphs } = await filesOf(folder, { encoder: `${before}encoder*.onnx`, decoder: `${before}decoder*.onnx`, tokens: '*tokens.txt' });
	folder.assertOnlyModel(Object.values(graphs));
	const about = await readOnnxMetadata(graphs.encoder);
	await assertOneWhisper({ ...graphs, tokens }, about);
	return { streaming: false, files: { whisper: graphs }, tokens, languages: languagesOf(about) };
}

/** Whisper's encoder tells them, or that it knows English only. sherpa ends its process for one that is not among them. */
function languagesOf(about: ReadonlyMap<string, string>): readonly string[] | undefined {
	if (about.get('is_multilingual') === '0') return ['en'];
	return about.get('all_language_codes')?.split(',');
}

/** Only streaming models say how many frames they take at a time: Zipformers call it T, those of NeMo window_size. */
function windowOf(place: string, about: ReadonlyMap<string, string>): number {
	const frames = Number(about.get('T') ?? about.get('window_size'));
	if (frames > 0 && frames < 10_000) return frames * FRAME_MS;
	const named = about.has('T') ? 'T' : 'window_size';
	const found = about.has(named) ? `says ${named} ${String(about.get(named)).slice(0, 20)}` : 'does not say it';
	throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `The model in ${place} cannot be used. A streaming model says in its metadata how much sound it takes at a time (T or window_size); this one ${found}.`, {
		remedy: 'It may hear whole utterances only, or come from another exporter than sherpa-onnx. Choose a streaming Zipformer or NeMo model that sherpa-onnx publishes, Moonshine or Whisper.',
	});
}

/** What sherpa opens it with. */
export function sherpaConfig({ files, tokens }: Opening, numThreads: number): { readonly featConfig: object; readonly modelConfig: object; readonly decodingMethod: string } {
	return {
		featConfig: { sampleRate: LISTEN_RATE, featureDim: 80 },
		modelConfig: { ...files, tokens, numThreads, provider: 'cpu' },
		decodingMethod: 'greedy_search',
	};
}

/** It threw `cause` at the model. */
export function unusable(folder: string, cause: unknown): VoiceError {
	const why = cause instanceof Error ? cause.message : String(cause);
	return new VoiceError('VOICE_ERR_MODEL_BROKEN', `The model in ${folder} cannot be used: ${why}`, { cause });
}
