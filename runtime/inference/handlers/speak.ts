import { msToSamples } from '../../audio/pcm';
import type { DoneBy } from '../../contract/engines';
import type { Handlers } from '../../rpc/server';
import type { InferenceProtocol, SpeakEvent } from '../../rpc/inference-protocol';
import type { InferenceDeps } from './counters';
import type { Sound } from '../speech/engine';
import { SpeakInputs } from './speak-inputs';

/** Sound travels in messages of at most a second, so that none keeps the channel for long. */
const MESSAGE_MS = 1000;

function* messages(piece: number, { pcm, sampleRate, waitedFor }: Sound): Generator<SpeakEvent> {
	const step = msToSamples(MESSAGE_MS, sampleRate);
	for (let from = 0; from < pcm.length; from += step) {
		yield { type: 'audio', piece, pcm: pcm.slice(from, from + step), sampleRate, ...(waitedFor && { waitedFor }) };
	}
}

/** Speaks pieces in order, each as soon as it is there, until `end`; rests while the caller has sound enough. */
export function speakHandler({ voices, callModels, counters }: InferenceDeps): Handlers<InferenceProtocol>['speak'] {
	return async ({ settings, realTime, held, call }, { signal, emit, onInput }) =>
		await counters.count(counters.speaks, signal, async () => {
			const speaker = voices.speaker(await callModels.speak(settings, call), realTime, held);
			const inputs = new SpeakInputs(signal, {
				onResumed: (unheardMs) => speaker.resumed(unheardMs),
				onLetGo: () => speaker.letGo(),
				onWaiting: (text) => speaker.prepare(text, signal),
			});
			onInput((input) => inputs.take(input));
			let total = 0;
			let told: DoneBy | undefined;
			const tellWho = (): void => {
				const { doneBy } = speaker;
				if (told?.engine === doneBy.engine && told.replaced.length === doneBy.replaced.length) return;
				told = doneBy;
				emit({ type: 'doneBy', ...doneBy });
			};
			try {
				for (let next = await inputs.next(); next; next = await inputs.next()) {
					let samples = 0;
					for await (const sound of speaker.speak(next.text, signal)) {
						tellWho();
						samples += sound.pcm.length;
						for (const event of messages(next.piece, sound)) emit(event);
						inputs.offerWaiting();
						await inputs.mayGoOn();
					}
					emit({ type: 'pieceEnd', piece: next.piece, samples });
					total += samples;
				}
			} finally {
				speaker.close();
			}
			return { samples: total, sampleRate: speaker.sampleRate };
		});
}
