import type { SpeakSettings } from '../../../contract/agent-settings';
import { usableCores } from '../../machine/cores';
import { type PoolWorker, WorkerPool } from '../../workers/worker-pool';
import { startSherpa } from '../../workers/sherpa/start-sherpa';
import type { VoiceChoice, VoiceEngine } from '../engine';
import type { VoiceKind } from '../voices';
import { SherpaVoice } from './sherpa-voice';
import { readVoiceModel, type VoiceModel, type VoicePlaces } from './voice-model';
import { type SherpaVoiceProtocol, sherpaVoiceProtocol } from './worker-protocol';

const WORKER = 'inference/speech/sherpa/sherpa-voice-worker.js';

/** Each process holds the whole model, Kokoro's 350 MB: more threads are cheaper than more processes. */
const MOST_PROCESSES = 2;
const MOST_THREADS = 4;
const CORES_FOR_TWO = 8;

type Started = PoolWorker<SherpaVoiceProtocol> & { readonly loaded: { readonly sampleRate: number; readonly speakers: number } };

interface Opened {
	readonly version: string;
	readonly pool: WorkerPool<SherpaVoiceProtocol>;
	readonly voice: SherpaVoice;
}

/** The voices of sherpa-onnx, each a folder of files or a Piper voice's own two. Opened on first use and shared by all callers. */
export class SherpaVoices implements VoiceKind {
	readonly description = 'A natural voice that a CPU speaks in real time: Kokoro, Pocket TTS, Piper and others.';
	readonly voices = [];
	private readonly opened = new Map<string, Promise<Opened>>();

	/** @param locate the folder or file behind what a setting says */
	constructor(
		private readonly locate: (name: string) => Promise<string>,
		private readonly places: VoicePlaces,
		private readonly cores = usableCores(),
	) {}

	/** Rejects as `locate`, with VOICE_ERR_MODEL_MISSING for what the folder lacks, and with VOICE_ERR_MODEL_BROKEN. */
	async engine({ engine }: Pick<SpeakSettings, 'engine'>): Promise<VoiceEngine> {
		const model = await readVoiceModel(await this.locate(engine), this.places);
		const known = this.opened.get(model.folder);
		const still = await known?.catch(() => undefined);
		if (still?.version === model.version) return still.voice;
		// Somebody else may have begun while we looked.
		let pending = this.opened.get(model.folder);
		if (!pending || pending === known) {
			pending = this.open(model);
			this.opened.set(model.folder, pending);
			void still?.pool.close();
		}
		return (await pending).voice;
	}

	async voicesOf(engine: string): Promise<VoiceChoice[]> {
		const { names } = await readVoiceModel(await this.locate(engine), this.places);
		return names.map((name) => ({ value: name, name }));
	}

	/** Resolves when all its processes are gone. */
	async close(): Promise<void> {
		const opened = await Promise.allSettled(this.opened.values());
		this.opened.clear();
		await Promise.all(opened.map(async (each) => (each.status === 'fulfilled' ? await each.value.pool.close() : undefined)));
	}

	private async open(model: VoiceModel): Promise<Opened> {
		const numThreads = Math.max(1, Math.min(MOST_THREADS, Math.floor(this.cores / 2)));
		const start = async (): Promise<Started> => await startProcess(model, numThreads);
		// The first tells what the model is, and waits for its first call.
		let first: Started | undefined = await start();
		const { sampleRate, speakers } = first.loaded;
		const pool = new WorkerPool(
			async () => {
				const ready = first;
				first = undefined;
				return ready ?? (await start());
			},
			this.cores >= CORES_FOR_TWO ? MOST_PROCESSES : 1,
		);
		await pool.warm(1);
		const count = Math.max(1, model.references.length, speakers);
		const voices = Array.from({ length: count }, (_, number) => model.names[number] ?? String(number)).map((name) => ({ value: name, name }));
		const pace = model.references.length === 0 ? (model.manner?.pace ?? 1) : undefined;
		const voice = new SherpaVoice(pool, { place: model.folder, voices, rate: sampleRate, pace, ...(model.reads && { reads: model.reads }), ...(model.languages && { languages: model.languages }) });
		return { version: model.version, pool, voice };
	}
}

async function startProcess({ folder, files, references, manner }: VoiceModel, numThreads: number): Promise<Started> {
	const config = { model: { ...files, ...(manner && { vits: { ...files.vits, ...manner.noise } }), numThreads, provider: 'cpu' }, maxNumSentences: 1 };
	return await startSherpa(WORKER, sherpaVoiceProtocol, 'VOICE_ERR_MODEL_FAILED', folder, async (client) => await client.call('load', { config, references: [...references] }).result);
}
