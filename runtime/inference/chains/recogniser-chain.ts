import type { TranscribeSettings } from '../../contract/agent';
import type { TranscriptionDone } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import type { RecognitionListener } from '../transcribe';
import { Chain, type Link } from './chain';
import { ChainStream } from './chain-stream';
import type { Rests } from './rests';
import type { RecogniserSource } from './sources';

/** Hears with the first model of a chain that can. */
export class RecogniserChain {
	constructor(
		private readonly recognisers: RecogniserSource,
		private readonly rests: Rests,
	) {}

	/** Rejects with the last model's error. */
	async open(settings: TranscribeSettings, listener: RecognitionListener): Promise<ChainStream> {
		return await ChainStream.open(this.recognisers, this.chain(settings), settings, listener);
	}

	async transcribeAll(settings: TranscribeSettings, pcm: Int16Array, signal: AbortSignal): Promise<TranscriptionDone> {
		const chain = this.chain(settings);
		for (;;) {
			try {
				const model = chain.engine.name;
				const recogniser = await this.recognisers.get(model);
				const done = await recogniser.transcribeAll({ ...settings, model }, pcm, signal);
				chain.worked();
				return { ...done, ...chain.doneBy };
			} catch (thrown) {
				const error = VoiceError.from(thrown, 'VOICE_ERR_MODEL_FAILED');
				if (signal.aborted || error.code === 'VOICE_ERR_CANCELLED') throw error;
				chain.next(error);
			}
		}
	}

	/** Makes the first model ready that can be. */
	async warm(settings: TranscribeSettings): Promise<void> {
		const chain = this.chain(settings);
		for (;;) {
			try {
				await this.recognisers.get(chain.engine.name);
				return;
			} catch (thrown) {
				chain.next(VoiceError.from(thrown, 'VOICE_ERR_MODEL_FAILED'));
			}
		}
	}

	private chain({ model, fallbacks }: TranscribeSettings): Chain<Link> {
		return new Chain([{ name: model }, ...fallbacks.map((name) => ({ name }))], this.rests);
	}
}
