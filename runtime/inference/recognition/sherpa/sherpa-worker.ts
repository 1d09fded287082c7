import { setImmediate as nextRound } from 'node:timers/promises';
import { LISTEN_RATE, joinPcm, samplesToMs } from '../../../audio/pcm';
import { VoiceError } from '../../../contract/errors';
import { monotonicClock } from '../../../lib/clock';
import { pipeToParent } from '../../../rpc/pipes';
import { type Handlers, serve } from '../../../rpc/server';
import { usableCores } from '../../machine/cores';
import { sherpaLibrary } from '../../workers/sherpa/library';
import { NOTHING_HEARD, type Recognition } from '../engine';
import { UNCLEAR_MARK } from '../without-noise';
import { type ListenWorkerProtocol, listenWorkerProtocol } from '../pack/worker-protocol';
import { type Hear, openModel } from './hearing';
import { readRecogniserModel } from './recogniser-model';
import { utterancesOf } from './utterances';

/** More threads than this do not make one utterance's recognition quicker. */
const MOST_THREADS = 2;

/** What a process that listens with sherpa-onnx does: what the pack's recogniser does, and by the same protocol. */
function sherpaWorker(end: () => void): Handlers<ListenWorkerProtocol> {
	let loaded: { hear: Hear; streaming: boolean } | undefined;
	const ready = (): { hear: Hear; streaming: boolean } => {
		if (!loaded) throw new VoiceError('VOICE_ERR_INTERNAL', 'The recogniser was used before it was loaded.');
		return loaded;
	};

	return {
		load: async ({ packDir: folder }) => {
			const model = await readRecogniserModel(folder);
			const sherpa = await sherpaLibrary();
			try {
				loaded = { hear: openModel(sherpa, model, Math.min(MOST_THREADS, usableCores())), streaming: model.streaming };
			} catch (cause) {
				const why = cause instanceof Error ? cause.message : String(cause);
				throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `The model in ${folder} cannot be used: ${why}`, { cause });
			}
			return {};
		},

		listen: async ({ settings: { language } }, { emit, onInput, signal }) => {
			const { hear: begin, streaming } = ready();
			let hearing = begin(language);
			let utterance = 0;
			let shown = '';
			emit({ type: 'ready', partials: streaming });
			await new Promise<void>((resolve) => {
				signal.addEventListener('abort', () => resolve());
				onInput((input) => {
					if (input.type === 'sound') {
						const text = hearing.push(input.pcm) ?? '';
						if (text !== shown && text !== '') emit({ type: 'partial', utterance, text });
						if (text !== '') shown = text;
					} else if (input.type === 'flush') emit({ type: 'final', id: input.id, recognition: hearing.result() });
					else if (input.type === 'reset') {
						hearing = begin(language);
						({ utterance } = input);
						shown = '';
					} else resolve();
				});
			});
			return {};
		},

		transcribe: async ({ settings: { language }, pcm }, { signal }) => {
			const { hear: begin } = ready();
			const began = monotonicClock.now();
			const whole = joinPcm(pcm);
			const heard: Recognition[] = [];
			for (const utterance of utterancesOf(whole)) {
				const hearing = begin(language);
				for (let from = 0; from < utterance.length; from += LISTEN_RATE) {
					// Callers have their turn after every second of it.
					await nextRound();
					if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'The transcription was cancelled.');
					hearing.push(utterance.subarray(from, from + LISTEN_RATE));
				}
				heard.push(hearing.result());
			}
			return { ...joined(heard), durationMs: samplesToMs(whole.length, LISTEN_RATE), computeMs: monotonicClock.now() - began };
		},

		stop: async () => {
			setImmediate(end);
			return {};
		},
	};
}

/** The utterances of one recording as one text. */
function joined(heard: readonly Recognition[]): Recognition {
	const understood = heard.filter((each) => each.understood);
	if (understood.length === 0) return NOTHING_HEARD;
	const text = heard.map((each) => (each.understood ? each.text : UNCLEAR_MARK)).join(' ');
	return { text, understood: true, confidence: Math.min(...understood.map(({ confidence }) => confidence)) };
}

/** A process of its own: see sherpa/start-sherpa. */
function end(): void {
	void process.kill(process.pid, 'SIGKILL');
}
const pipe = pipeToParent();
pipe.onClose(end);
serve(listenWorkerProtocol, pipe, sherpaWorker(end));
