import { transcribeSettings } from '../../../runtime/contract/agent-settings';
import { LISTEN_RATE } from '../../../runtime/audio/pcm';
import { Cooldowns } from '../../../runtime/inference/fallback/cooldowns';
import type { Recognition, StreamingRecogniser } from '../../../runtime/inference/recognition/engine';
import { RecogniserFallback } from '../../../runtime/inference/recognition/fallback';
import { createRecogniser } from '../../../runtime/inference/recognition/recognisers';
import { monotonicClock } from '../../../runtime/lib/clock';
import { weights } from './weights';

/** Recognisers of real weights, each opened once, heard as in a call. */
export class Ears {
	private readonly opened: StreamingRecogniser[] = [];
	private readonly ears = new Map<string, RecogniserFallback>();

	/** `pcm`, 16 kHz, is pushed as it comes, and asked for when it ends. `name`: of the weights' folder or file. */
	async heard(name: string, pcm: Int16Array, language = 'en'): Promise<Recognition> {
		const recogniser = await this.ear(name);
		const stream = await recogniser.open(transcribeSettings.parse({ model: name, language }), { onPartials: () => undefined, onPartial: () => undefined, onFailed: () => undefined });
		try {
			for (let from = 0; from < pcm.length; from += LISTEN_RATE) stream.push(pcm.slice(from, from + LISTEN_RATE));
			return await stream.flush();
		} finally {
			await stream.close();
		}
	}

	/** It is closed with the others. */
	keep<T extends StreamingRecogniser>(recogniser: T): T {
		this.opened.push(recogniser);
		return recogniser;
	}

	async close(): Promise<void> {
		await Promise.all(this.opened.map(async (recogniser) => await recogniser.close()));
	}

	private async ear(name: string): Promise<RecogniserFallback> {
		const known = this.ears.get(name);
		if (known) return known;
		const recogniser = this.keep(await createRecogniser(weights(name)));
		const fallback = new RecogniserFallback({ get: () => Promise.resolve(recogniser) }, new Cooldowns(monotonicClock));
		this.ears.set(name, fallback);
		return fallback;
	}
}
