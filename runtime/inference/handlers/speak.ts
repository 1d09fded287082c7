import { msToSamples, samplesToMs } from '../../contract/audio';
import { monotonicClock } from '../../contract/clock';
import { VoiceError } from '../../contract/errors';
import type { Handlers } from '../../ipc/server';
import type { InferenceProtocol, SpeakEvent, SpeakInput } from '../../ipc/inference-protocol';
import type { Rooms } from '../rooms';
import type { Sound } from '../voices/voice';
import { voiceKey } from './capacity';

/** Sound travels in messages of at most a second, so that none keeps the channel for long. */
const MESSAGE_MS = 1000;

/** Inputs as they come; ends after `end`, throws when aborted. */
async function* inputs(onInput: (listener: (input: SpeakInput) => void) => void, signal: AbortSignal): AsyncGenerator<SpeakInput> {
	const waiting: SpeakInput[] = [];
	let wake = (): void => undefined;
	onInput((input) => {
		waiting.push(input);
		wake();
	});
	signal.addEventListener('abort', () => wake(), { once: true });
	for (;;) {
		if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'The speech was cancelled.');
		const input = waiting.shift();
		if (input) yield input;
		else {
			await new Promise<void>((resolve) => {
				wake = resolve;
			});
		}
	}
}

function* messages(piece: number, { pcm, sampleRate }: Sound): Generator<SpeakEvent> {
	const step = msToSamples(MESSAGE_MS, sampleRate);
	for (let from = 0; from < pcm.length; from += step) {
		yield { type: 'audio', piece, pcm: pcm.slice(from, from + step), sampleRate };
	}
}

/** Speaks pieces in order, each as soon as it is there, until `end`. */
export function speakHandler({ voices, counters, realTime }: Rooms): Handlers<InferenceProtocol>['speak'] {
	return async ({ settings }, { signal, emit, onInput }) =>
		await counters.count(counters.speaks, signal, async () => {
			const engine = await voices.engine(settings);
			let total = 0;
			// When the caller will have heard all that was given so far, if playing it is never stopped.
			let heardOutAt = 0;
			const unheard = (): number => heardOutAt - monotonicClock.now();
			for await (const input of inputs(onInput, signal)) {
				if (input.type === 'end') break;
				let samples = 0;
				await realTime.measure(voiceKey(settings.engine), async () => {
					for await (const sound of engine.speak(input.text, { ...settings, unheard }, signal)) {
						samples += sound.pcm.length;
						heardOutAt = Math.max(heardOutAt, monotonicClock.now()) + samplesToMs(sound.pcm.length, sound.sampleRate);
						for (const event of messages(input.piece, sound)) emit(event);
					}
					return samplesToMs(samples, engine.sampleRate);
				});
				emit({ type: 'pieceEnd', piece: input.piece, samples });
				total += samples;
			}
			return { samples: total, sampleRate: engine.sampleRate };
		});
}
