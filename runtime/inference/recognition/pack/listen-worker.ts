import { parentPort } from 'node:worker_threads';
import { LISTEN_RATE, joinPcm, samplesToMs } from '../../../audio/pcm';
import type { Transcription } from '../../../contract/control';
import { VoiceError } from '../../../contract/errors';
import { monotonicClock } from '../../../lib/clock';
import { type Handlers, serve } from '../../../rpc/server';
import { pipeToStarter } from '../../../rpc/pipes';
import type { Recognition } from '../engine';
import { AcousticModel } from './acoustic-model';
import { CallerStream } from './caller-stream';
import { readPack } from './pack';
import { Recording } from './whole-recording';
import { SharedRuns } from './shared-runs';
import { Vocabularies } from './vocabularies';
import { type ListenWorkerProtocol, listenWorkerProtocol } from './worker-protocol';

interface Loaded {
	readonly model: AcousticModel;
	readonly vocabularies: Vocabularies;
	readonly scheduler: SharedRuns;
}

async function load(packDir: string): Promise<Loaded> {
	const pack = await readPack(packDir);
	const model = await AcousticModel.open(pack.graphPath, pack.units.length);
	// A run that fails has no answer for its callers: the thread dies of it, and the engine starts another.
	const scheduler = new SharedRuns(model, (error) => setImmediate(() => { throw error; }));
	return { model, vocabularies: new Vocabularies(pack), scheduler };
}

/** What the recogniser's thread does. `end` is called when it has nothing left to do. */
function listenWorker(end: () => void): Handlers<ListenWorkerProtocol> {
	let loaded: Loaded | undefined;
	const ready = (): Loaded => {
		if (!loaded) throw new VoiceError('VOICE_ERR_INTERNAL', 'The recogniser was used before it was loaded.');
		return loaded;
	};

	return {
		load: async ({ packDir }) => {
			loaded = await load(packDir);
			return {};
		},

		listen: async ({ settings }, { emit, onInput, signal }) => {
			const { model, vocabularies, scheduler } = ready();
			const ear = new CallerStream(vocabularies.for(settings), model.silence, {
				onPartial: (utterance, text) => emit({ type: 'partial', utterance, text }),
				onFinal: (id, recognition) => emit({ type: 'final', id, recognition }),
			});
			scheduler.add(ear);
			emit({ type: 'ready', partials: true });
			await new Promise<void>((resolve) => {
				signal.addEventListener('abort', () => resolve());
				onInput((input) => {
					if (input.type === 'sound') ear.push(input.pcm);
					else if (input.type === 'flush') ear.flush(input.id);
					else if (input.type === 'reset') ear.reset(input.utterance);
					else resolve();
					scheduler.wake();
				});
			});
			scheduler.remove(ear);
			return {};
		},

		transcribe: async ({ settings, pcm }, { signal }) => {
			const { model, vocabularies, scheduler } = ready();
			const whole = joinPcm(pcm);
			const began = monotonicClock.now();
			const recognition = await new Promise<Recognition>((resolve, reject) => {
				const recording = new Recording(whole, vocabularies.for(settings), model.silence, (result) => {
					scheduler.remove(recording);
					resolve(result);
				});
				signal.addEventListener('abort', () => {
					scheduler.remove(recording);
					reject(new VoiceError('VOICE_ERR_CANCELLED', 'The transcription was cancelled.'));
				});
				scheduler.add(recording);
				scheduler.wake();
			});
			const times: Pick<Transcription, 'durationMs' | 'computeMs'> = {
				durationMs: samplesToMs(whole.length, LISTEN_RATE),
				computeMs: monotonicClock.now() - began,
			};
			return { ...recognition, ...times };
		},

		stop: async () => {
			await loaded?.scheduler.stop();
			await loaded?.model.release();
			setImmediate(end);
			return {};
		},
	};
}

serve(listenWorkerProtocol, pipeToStarter(), listenWorker(() => parentPort?.close()));
