import type { TranscribeSettings } from '../../contract/agent-settings';
import type { TranscriptionDone } from '../../contract/control';
import type { RecognitionListener } from '.';
import { Chain, type Link } from '../fallback/fallback-chain';
import { ChainStream } from './chain-stream';
import type { Rests } from '../fallback/cooldowns';
import type { RecogniserSource } from '../fallback/sources';

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
		const done = await chain.first(async ({ name }) => {
			const recogniser = await this.recognisers.get(name);
			return await recogniser.transcribeAll({ ...settings, model: name }, pcm, signal);
		}, signal);
		chain.worked();
		return { ...done, ...chain.doneBy };
	}

	/** Makes the first model ready that can be. */
	async warm(settings: TranscribeSettings): Promise<void> {
		await this.chain(settings).first(async ({ name }) => await this.recognisers.get(name));
	}

	private chain({ model, fallbacks }: TranscribeSettings): Chain<Link> {
		return new Chain([{ name: model }, ...fallbacks.map((name) => ({ name }))], this.rests);
	}
}
