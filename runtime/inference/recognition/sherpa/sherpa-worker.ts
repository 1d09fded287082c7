import { setImmediate as nextRound } from 'node:timers/promises';
import { LISTEN_RATE, joinPcm, samplesToMs } from '../../../audio/pcm';
import { VoiceError } from '../../../contract/errors';
import { monotonicClock } from '../../../lib/clock';
import { pipeToParent } from '../../../rpc/pipes';
import { type Handlers, serve } from '../../../rpc/server';
import { usableCores } from '../../machine/cores';
import { sherpaLibrary } from '../../workers/sherpa/library';
import type { Recognition } from '../engine';
import { type ListenWorkerProtocol, listenWorkerProtocol } from '../pack/worker-protocol';
import { joinedUtterances, utterancesOf } from '../utterances/utterances';
import { type Hear, openStreaming } from './hearing';
import { readRecogniserModel, unusable } from './recogniser-model';

/** More threads than this do not make one utterance's recognition quicker. */
const MOST_THREADS = 2;

/** What a process that listens with sherpa-onnx does: what the pack's recogniser does, and by the same protocol. */
function sherpaWorker(end: () => void): Handlers<ListenWorkerProtocol> {
	let loaded: Hear | undefined;
	const ready = (): Hear => {
		if (!loaded) throw new VoiceError('VOICE_ERR_INTERNAL', 'The recogniser was used before it was loaded.');
		return loaded;
	};

	return {
		load: async ({ packDir: folder }) => {
			const model = await readRecogniserModel(folder);
			if (!model.streaming) throw new VoiceError('VOICE_ERR_INTERNAL', `The model in ${folder} hears whole utterances.`);
			const sherpa = await sherpaLibrary();
			try {
				loaded = openStreaming(sherpa, model, Math.min(MOST_THREADS, usableCores()));
			} catch (cause) {
				throw unusable(folder, cause);
			}
			return {};
		},

		listen: async (_, { emit, onInput, signal }) => {
			const begin = ready();
			let hearing = begin();
			let utterance = 0;
			let shown = '';
			emit({ type: 'ready', partials: true });
			await new Promise<void>((resolve) => {
				signal.addEventListener('abort', () => resolve());
				onInput((input) => {
					if (input.type === 'sound') {
						const text = hearing.push(input.pcm) ?? '';
						if (text !== shown && text !== '') emit({ type: 'partial', utterance, text });
						if (text !== '') shown = text;
					} else if (input.type === 'flush') emit({ type: 'final', id: input.id, recognition: hearing.result() });
					else if (input.type === 'reset') {
						hearing = begin();
						({ utterance } = input);
						shown = '';
					} else resolve();
				});
			});
			return {};
		},

		transcribe: async ({ pcm }, { signal }) => {
			const begin = ready();
			const began = monotonicClock.now();
			const whole = joinPcm(pcm);
			const heard: Recognition[] = [];
			for (const utterance of utterancesOf(whole)) {
				const hearing = begin();
				for (let from = 0; from < utterance.length; from += LISTEN_RATE) {
					// Callers have their turn after every second of it.
					await nextRound();
					if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'The transcription was cancelled.');
					hearing.push(utterance.subarray(from, from + LISTEN_RATE));
				}
				heard.push(hearing.result());
			}
			return { ...joinedUtterances(heard), durationMs: samplesToMs(whole.length, LISTEN_RATE), computeMs: monotonicClock.now() - began };
		},

		stop: async () => {
			setImmediate(end);
			return {};
		},
	};
}

/** A process of its own: see sherpa/start-sherpa. */
function end(): void {
	void process.kill(process.pid, 'SIGKILL');
}
const pipe = pipeToParent();
pipe.onClose(end);
serve(listenWorkerProtocol, pipe, sherpaWorker(end));
