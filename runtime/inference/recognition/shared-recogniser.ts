import type { TranscribeSettings } from '../../contract/agent-settings';
import type { Transcription } from '../../contract/control';
import type { FixedLanguages } from '../fallback/language-remark';
import type { RecognitionListener, RecognitionStream, StreamingRecogniser, UtteranceCost } from './engine';

/** Whoever was given it a moment ago has opened a stream by then. */
const GIVEN_MS = 1000;

/** One whose files were replaced: it hears to the end those whom it hears already, and is closed when they are gone. */
export class SharedRecogniser implements StreamingRecogniser {
	private users = 0;
	private retired = false;

	constructor(private readonly recogniser: StreamingRecogniser) {}

	get languages(): FixedLanguages | undefined {
		return this.recogniser.languages;
	}

	get utteranceCost(): UtteranceCost | undefined {
		return this.recogniser.utteranceCost;
	}

	async open(settings: TranscribeSettings, listener: RecognitionListener): Promise<RecognitionStream> {
		const leave = this.enter();
		try {
			const stream = await this.recogniser.open(settings, listener);
			return {
				partials: stream.partials,
				quick: stream.quick,
				push: (pcm) => stream.push(pcm),
				flush: async () => await stream.flush(),
				reset: () => stream.reset(),
				close: async () => await stream.close().finally(leave),
			};
		} catch (error) {
			leave();
			throw error;
		}
	}

	async warm(): Promise<void> {
		await this.recogniser.warm?.();
	}

	async transcribeAll(settings: TranscribeSettings, pcm: Int16Array, signal?: AbortSignal): Promise<Transcription> {
		const leave = this.enter();
		return await this.recogniser.transcribeAll(settings, pcm, signal).finally(leave);
	}

	async close(): Promise<void> {
		await this.recogniser.close();
	}

	/** Another one is given from now on. */
	retire(): void {
		setTimeout(() => {
			this.retired = true;
			this.closeUnused();
		}, GIVEN_MS).unref();
	}

	private enter(): () => void {
		this.users++;
		let left = false;
		return () => {
			if (left) return;
			left = true;
			this.users--;
			this.closeUnused();
		};
	}

	private closeUnused(): void {
		if (this.retired && this.users === 0) void this.recogniser.close();
	}
}
