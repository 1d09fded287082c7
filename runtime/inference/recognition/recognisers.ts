import { access } from 'node:fs/promises';
import path from 'node:path';
import { VoiceError } from '../../contract/errors';
import type { FixedLanguages } from '../fallback/language-remark';
import { usableCores } from '../machine/cores';
import type { Locate } from '../models/resolve';
import { lookingAt } from '../models/unreadable';
import { startModelProcess } from '../workers/model-process';
import { ModelFolder } from '../workers/sherpa/folder';
import { startSherpa } from '../workers/sherpa/start-sherpa';
import type { StreamingRecogniser, UtteranceCost } from './engine';
import { createListenEngine, openRecogniser } from './pack/listen-engine';
import { listenWorkerProtocol } from './pack/worker-protocol';
import { SharedRecogniser } from './shared-recogniser';
import { readRecogniserModel } from './sherpa/recogniser-model';
import { UtteranceEngine } from './utterances/utterance-engine';
import { UtterancePool } from './utterances/utterance-pool';
import type { WorkerOptions } from './utterances/utterance-workers';
import { utteranceWorkerProtocol } from './utterances/worker-protocol';
import { readWhisperExport } from './whisper/whisper-export';

interface Opened {
	/** Of its files. */
	readonly version: string;
	readonly recogniser: Promise<SharedRecogniser>;
}

/** The recognisers of this process: each model's is made on first use, and anew when its files were replaced, and shared by all callers. */
export class Recognisers {
	private readonly opened = new Map<string, Opened>();

	constructor(
		private readonly create: (folder: string) => Promise<StreamingRecogniser>,
		private readonly locate: Locate,
	) {}

	/** Rejects with VOICE_ERR_MODEL_MISSING or _BROKEN; the next asking tries again. */
	async get(model: string): Promise<StreamingRecogniser> {
		const folder = await this.locate(model, 'transcribe');
		const version = await versionOf(folder);
		const known = this.opened.get(folder);
		try {
			return await (known?.version === version ? known.recogniser : this.openNew(folder, version, known?.recogniser));
		} catch (error) {
			throw VoiceError.from(error, 'VOICE_ERR_MODEL_FAILED');
		}
	}

	/** Loads nothing: undefined for a model that was not used yet, too. */
	async utteranceCost(model: string): Promise<UtteranceCost | undefined> {
		try {
			return (await this.opened.get(await this.locate(model, 'transcribe'))?.recogniser)?.utteranceCost;
		} catch {
			return undefined;
		}
	}

	/** `before`: of the files as they were. It goes on where the new ones are no model, or not whole yet. */
	private async openNew(folder: string, version: string, before: Promise<SharedRecogniser> | undefined): Promise<SharedRecogniser> {
		const recogniser = this.create(folder).then(
			async (made) => {
				(await before)?.retire();
				return new SharedRecogniser(made);
			},
			async (error: unknown) => {
				if (before) return await before;
				throw error;
			},
		);
		this.opened.set(folder, { version, recogniser });
		recogniser.catch(() => {
			if (this.opened.get(folder)?.recogniser === recogniser) this.opened.delete(folder);
		});
		return await recogniser;
	}
}

/** '' where there is nothing to look at: whoever opens it says what is wrong. */
async function versionOf(place: string): Promise<string> {
	return await ModelFolder.read(place).then(async (folder) => await folder.version()).catch(() => '');
}

/** The offline pack's graph. */
const OURS = 'listen.onnx';
const STREAMING = 'inference/recognition/sherpa/sherpa-worker.js';
const UTTERANCES = 'inference/recognition/sherpa/utterance-worker.js';

const whisperProgram = {
	file: 'inference/recognition/whisper/whisper-worker.js',
	protocol: utteranceWorkerProtocol,
	lostCode: 'VOICE_ERR_INFERENCE_LOST',
	engine: 'onnxruntime',
	remedy: 'Its files may belong to different models. Fetch them again from one place, or choose another precision of it, such as the files with "_quantized" in their names.',
} as const;

/**
 * The recogniser that lies in a folder: our own (models/listen), a Whisper as Hugging Face exports it, or one of
 * sherpa-onnx: streaming Zipformer and NeMo models, Moonshine, Whisper. Rejects with VOICE_ERR_MODEL_MISSING, which names
 * what is missing, or VOICE_ERR_MODEL_BROKEN.
 */
export async function createRecogniser(place: string): Promise<StreamingRecogniser> {
	const folder = path.basename(place) === OURS ? path.dirname(place) : place;
	const ours = await access(path.join(folder, OURS)).then(
		() => true,
		() => false,
	);
	if (ours) return await createListenEngine(folder);
	const whisper = await lookingAt(async () => await readWhisperExport(await ModelFolder.read(place)));
	return whisper ? await createWhisper(place, whisper.languages) : await createSherpaRecogniser(place);
}

async function createSherpaRecogniser(folder: string): Promise<StreamingRecogniser> {
	const model = await readRecogniserModel(folder);
	if (model.streaming) return await openRecogniser(async () => await startStreaming(folder), 'unknown');
	// Moonshine and Whisper.
	const start: WorkerOptions['start'] = async (threads) =>
		await startSherpa(UTTERANCES, utteranceWorkerProtocol, 'VOICE_ERR_INFERENCE_LOST', folder, async (client) => await client.call('load', { folder, threads }).result);
	return await openUtteranceRecogniser(start, model.languages, 'moonshine' in model.files ? 'unknown' : undefined);
}

async function startStreaming(folder: string): ReturnType<Parameters<typeof openRecogniser>[0]> {
	return await startSherpa(STREAMING, listenWorkerProtocol, 'VOICE_ERR_INFERENCE_LOST', folder, async (client) => await client.call('load', { packDir: folder }).result);
}

async function createWhisper(folder: string, languages: readonly string[]): Promise<StreamingRecogniser> {
	return await openUtteranceRecogniser(async (threads) => await startModelProcess(whisperProgram, folder, async (client) => await client.call('load', { folder, threads }).result), languages);
}

async function openUtteranceRecogniser(start: WorkerOptions['start'], known: readonly string[] | undefined, languages?: FixedLanguages): Promise<StreamingRecogniser> {
	const pool = new UtterancePool({ start, cores: usableCores(), availableBytes: () => process.availableMemory() });
	await pool.ready();
	return new UtteranceEngine(pool, known, languages);
}
