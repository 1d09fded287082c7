import { LISTEN_RATE } from '../../audio/pcm';
import type { TranscribeSettings } from '../../contract/agent-settings';
import type { TranscriptionDone } from '../../contract/control';
import type { DoneBy } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { Cooldowns } from '../fallback/cooldowns';
import { FallbackChain, OpenWork } from '../fallback/fallback-chain';
import { languageRemark } from '../fallback/language-remark';
import { type ChainLink, chainLinks, eachAlone, type LinksOf } from '../fallback/links';
import type { RecognitionListener, Recognition, RecognitionStream, StreamingRecogniser } from './engine';
import { withoutNoise } from './without-noise';

/** Finds a model's recogniser. */
export interface RecogniserSource {
	/** Rejects where there is no such model, or it cannot hear. */
	get(model: string): Promise<StreamingRecogniser>;
}

export interface FallbackListener extends RecognitionListener {
	/** Whether words come while one speaks: at the start, and when that changes with another recogniser. */
	onPartials(come: boolean): void;
}

/** Hears with the first model of a chain that can. */
export class RecogniserFallback {
	/** Callers who are heard, and recordings. */
	private readonly heard = new OpenWork();

	constructor(
		private readonly recognisers: RecogniserSource,
		private readonly cooldowns: Cooldowns,
		private readonly linksOf: LinksOf = eachAlone,
	) {}

	/** Rejects with the last model's error. */
	async open(settings: TranscribeSettings, listener: FallbackListener): Promise<FallbackStream> {
		return await FallbackStream.open(this.recognisers, this.chain(settings), settings, listener);
	}

	async transcribeAll(settings: TranscribeSettings, pcm: Int16Array, signal: AbortSignal): Promise<TranscriptionDone> {
		const chain = this.chain(settings);
		const done = await chain.first(async ({ name }) => {
			const recogniser = await this.recognisers.get(name);
			const heard = spoken(await recogniser.transcribeAll({ ...settings, model: name }, pcm, signal));
			return { ...heard, ...languageRemark(name, 'understands', settings.language, recogniser.languages) };
		}, signal);
		chain.worked();
		return { ...done, ...chain.doneBy };
	}

	/** Makes the first model ready that can be. */
	async warm(settings: TranscribeSettings): Promise<void> {
		await this.chain(settings).warm(async ({ name }) => await (await this.recognisers.get(name)).warm?.());
	}

	private chain({ model, fallbacks }: TranscribeSettings): FallbackChain<ChainLink> {
		return new FallbackChain(chainLinks([model, ...fallbacks], this.linksOf), this.cooldowns, this.heard);
	}
}

/** Whatever recogniser it was: a sound that it describes is no word, and no turn. */
function spoken<R extends Recognition>(heard: R): R {
	return { ...heard, text: withoutNoise(heard.text) };
}

/** Of one utterance the last two minutes are kept: nobody speaks longer without a pause. */
const KEPT_SAMPLES = 120 * LISTEN_RATE;

/**
 * One caller's ear that outlives its recogniser: the sound of the utterance under way is kept, and given to the
 * next recogniser of the chain when one fails. So no word is lost, and a text that is asked for meanwhile comes
 * from whoever hears then.
 */
export class FallbackStream {
	private kept: Int16Array[] = [];
	private keptSamples = 0;
	private stream: RecognitionStream | undefined;
	private recogniser: StreamingRecogniser | undefined;
	/** Settles when somebody hears, or nobody can. */
	private opening: Promise<void> = Promise.resolve();
	private closed = false;
	/** Counts the recognisers, so that a late word of one that was replaced is told apart. */
	private generation = 0;
	private partials: boolean | undefined;
	/** This caller is no longer counted where they are heard. */
	private done: () => void = () => undefined;

	private constructor(
		private readonly recognisers: RecogniserSource,
		private readonly chain: FallbackChain<ChainLink>,
		private readonly settings: TranscribeSettings,
		private readonly listener: FallbackListener,
	) {}

	/** Rejects with the last recogniser's error where none can hear. */
	static async open(recognisers: RecogniserSource, chain: FallbackChain<ChainLink>, settings: TranscribeSettings, listener: FallbackListener): Promise<FallbackStream> {
		const stream = new FallbackStream(recognisers, chain, settings, listener);
		await stream.begin();
		return stream;
	}

	push(pcm: Int16Array): void {
		if (this.closed) return;
		this.kept.push(pcm);
		this.keptSamples += pcm.length;
		while (this.keptSamples - (this.kept[0]?.length ?? 0) >= KEPT_SAMPLES) this.keptSamples -= this.kept.shift()?.length ?? 0;
		this.stream?.push(pcm);
	}

	reset(): void {
		this.kept = [];
		this.keptSamples = 0;
		this.stream?.reset();
	}

	async flush(): Promise<Recognition & DoneBy> {
		for (;;) {
			await this.opening;
			const { stream, generation } = this;
			if (this.closed) throw new VoiceError('VOICE_ERR_CANCELLED', 'The stream was closed.');
			// Lost while it was waited for: another is being opened.
			if (!stream) continue;
			try {
				const heard = spoken(await stream.flush());
				this.chain.worked();
				return { ...heard, ...this.doneBy };
			} catch (thrown) {
				if (this.closed) throw thrown;
				this.failed(generation, VoiceError.from(thrown, 'VOICE_ERR_MODEL_FAILED'));
			}
		}
	}

	/** The text so far, where that is quick; undefined where it is not, or cannot be told now. What has failed is found out by flush(). */
	async soFar(): Promise<(Recognition & DoneBy) | undefined> {
		const { stream } = this;
		return stream?.quick ? await stream.flush().then((heard) => ({ ...spoken(heard), ...this.doneBy }), () => undefined) : undefined;
	}

	private get doneBy(): DoneBy {
		const { doneBy } = this.chain;
		return { ...doneBy, ...languageRemark(doneBy.engine, 'understands', this.settings.language, this.recogniser?.languages) };
	}

	async close(): Promise<void> {
		this.closed = true;
		this.done();
		await this.opening.catch(() => undefined);
		await this.stream?.close();
		this.stream = undefined;
	}

	/** A recogniser can hear no more. It may be said twice: by its stream and by what was asked of it. */
	private failed(generation: number, error: VoiceError): void {
		if (this.generation !== generation || this.closed) return;
		this.generation++;
		this.done();
		void this.stream?.close();
		this.stream = undefined;
		// Until the next one hears, nobody does.
		this.tellPartials(false);
		this.opening = this.replace(error);
		this.opening.catch((last: unknown) => {
			if (!this.closed) this.listener.onFailed(VoiceError.from(last));
		});
	}

	private tellPartials(come: boolean): void {
		if (this.partials !== come && !this.closed) this.listener.onPartials(come);
		this.partials = come;
	}

	private async replace(error: VoiceError): Promise<void> {
		this.chain.next(error);
		await this.begin();
	}

	/** Opens the chain's engine, or the first after it that can hear, and lets it hear what was kept. */
	private async begin(): Promise<void> {
		for (;;) {
			const { engine, done } = this.chain.take();
			this.done = done;
			const model = engine.name;
			const generation = ++this.generation;
			try {
				const recogniser = await this.recognisers.get(model);
				const stream = await recogniser.open(
					{ ...this.settings, model },
					{
						onPartial: (text) => {
							const words = withoutNoise(text);
							if (this.generation === generation && words !== '') this.listener.onPartial(words);
						},
						onFailed: (error) => this.failed(generation, error),
					},
				);
				this.stream = stream;
				this.recogniser = recogniser;
				this.tellPartials(stream.partials);
				for (const pcm of this.kept) stream.push(pcm);
				return;
			} catch (thrown) {
				done();
				const error = VoiceError.from(thrown, 'VOICE_ERR_MODEL_FAILED');
				if (this.closed) throw error;
				this.chain.next(error, engine);
			}
		}
	}
}
