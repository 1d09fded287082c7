import type { GenerationConfig, OfflineTts } from 'sherpa-onnx-node';
import { VoiceError } from '../../../contract/errors';
import { pipeToParent } from '../../../rpc/pipes';
import type { Params } from '../../../rpc/protocol';
import { serve } from '../../../rpc/server';
import { sherpaLibrary } from '../../workers/sherpa/library';
import { toPcm } from '../join';
import { RunWatch } from './run-watch';
import { type SherpaVoiceProtocol, sherpaVoiceProtocol } from './worker-protocol';

/** Samples a message carries at most: some seconds. */
const PIECE_SAMPLES = 96_000;

/** An imitator draws at random: with a seed it says the same text alike. */
const IMITATION = { extra: { seed: 42 } };

type SpeechAsk = Params<SherpaVoiceProtocol['speak']>;

/** A voice of sherpa-onnx. Runs on a thread of libuv's pool, so this one hears of a cancellation. */
class SherpaSpeaker {
	private readonly watch = new RunWatch();

	private constructor(
		private readonly tts: OfflineTts,
		private readonly references: ReadonlyArray<Pick<GenerationConfig, 'referenceAudio' | 'referenceSampleRate'>>,
	) {}

	/** Rejects with VOICE_ERR_MODEL_BROKEN, or ends the process: sherpa does either. */
	static async open(config: object, references: readonly string[]): Promise<SherpaSpeaker> {
		const { OfflineTts: Tts, readWave } = await sherpaLibrary();
		const tts = await Tts.createAsync(config).catch((cause: unknown) => {
			const why = cause instanceof Error ? cause.message : String(cause);
			throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `sherpa-onnx cannot use this model: ${why}`, { cause });
		});
		const sounds = references.map((file) => {
			const { samples, sampleRate } = readWave(file);
			return { referenceAudio: samples, referenceSampleRate: sampleRate };
		});
		return new SherpaSpeaker(tts, sounds);
	}

	get sampleRate(): number {
		return this.tts.sampleRate;
	}

	get speakers(): number {
		return this.tts.numSpeakers;
	}

	/**
	 * Gives each stretch as it is made: a sentence, of Pocket TTS some second of it. Ends early once aborted.
	 * Rejects with VOICE_ERR_MODEL_FAILED, also for a text without anything that the model can read.
	 */
	async speak({ text, speaker, speed, language }: SpeechAsk, onSound: (pcm: Int16Array) => void, signal: AbortSignal): Promise<void> {
		const reference = this.references[speaker];
		const settings = reference ? { sid: 0, speed, ...IMITATION, ...reference } : { sid: speaker, speed, ...(language === '' ? {} : { extra: { lang: language } }) };
		const onProgress = ({ samples }: { readonly samples: Float32Array }): boolean => {
			if (signal.aborted) return false;
			for (let from = 0; from < samples.length; from += PIECE_SAMPLES) onSound(toPcm(samples.subarray(from, from + PIECE_SAMPLES)));
			return true;
		};
		const run = async (): Promise<unknown> => await this.tts.generateAsync({ text, generationConfig: settings, onProgress });
		await this.watch.settled(run).catch((cause: unknown) => {
			const why = cause instanceof Error ? cause.message : String(cause);
			throw new VoiceError('VOICE_ERR_MODEL_FAILED', `The voice made no sound for a text. It may not know the script that the text is written in: ${why}`, { cause });
		});
	}
}

/** A process of its own: see sherpa/start-sherpa. */
let speaker: SherpaSpeaker | undefined;
let last: Promise<unknown> = Promise.resolve();

async function inTurn<T>(work: () => Promise<T>): Promise<T> {
	const mine = last.then(work);
	last = mine.catch(() => undefined);
	return await mine;
}

const pipe = pipeToParent();
// exit() would wait for the sentence to end.
pipe.onClose(() => process.kill(process.pid, 'SIGKILL'));
serve(sherpaVoiceProtocol, pipe, {
	load: async ({ config, references }) => {
		speaker = await SherpaSpeaker.open(config, references);
		return { sampleRate: speaker.sampleRate, speakers: speaker.speakers };
	},
	speak: async (ask, { emit, signal }) =>
		await inTurn(async () => {
			if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'The speech was cancelled.');
			if (!speaker) throw new VoiceError('VOICE_ERR_INTERNAL', 'The voice was used before it was loaded.');
			await speaker.speak(ask, (pcm) => emit({ pcm }), signal);
			return {};
		}),
});
