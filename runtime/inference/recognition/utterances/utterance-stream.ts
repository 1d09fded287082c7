import { VoiceError } from '../../../contract/errors';
import { unlessCancelled } from '../../../lib/async';
import { mayBeSpeech, NOTHING_HEARD, type Recognition, type RecognitionListener, type RecognitionStream } from '../engine';
import type { UtteranceOwner } from './fair-queue';
import { KeptSound } from './kept-sound';
import type { Utterance } from './utterance-pool';

/** Has an utterance recognised; see UtterancePool.recognise. */
export type Recognise = (owner: UtteranceOwner, utterance: Utterance, signal: AbortSignal) => Promise<Recognition>;

/** One caller's ear that keeps the utterance, and has it recognised when it is flushed. */
export class UtteranceStream implements RecognitionStream, UtteranceOwner {
	readonly partials = false;
	/** One worker hears at a time, for a second or so. */
	readonly quick = false;
	readonly live = true;
	private kept = new KeptSound();
	/** The text of what is kept, once it was asked for. */
	private known: Promise<Recognition> | undefined;
	private readonly leaving = new AbortController();
	/** All that is recognised for it. */
	private readonly work = new Set<Promise<unknown>>();

	constructor(
		private readonly recognise: Recognise,
		private readonly language: string,
		private readonly listener: RecognitionListener,
		private readonly onClosed: () => void,
	) {}

	push(pcm: Int16Array): void {
		if (this.leaving.signal.aborted || pcm.length === 0) return;
		// The view may be a corner of a buffer that is used again.
		this.kept.push(pcm.slice());
		this.known = undefined;
	}

	async flush(): Promise<Recognition> {
		const { signal } = this.leaving;
		if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'The stream was closed.');
		this.known ??= this.heard();
		return await unlessCancelled(this.known, signal);
	}

	reset(): void {
		this.kept = new KeptSound();
		this.known = undefined;
	}

	async close(): Promise<void> {
		this.leave();
		await Promise.allSettled(this.work);
	}

	/** The engine is gone. */
	fail(error: VoiceError): void {
		if (this.leaving.signal.aborted) return;
		this.listener.onFailed(error);
		this.leave();
	}

	private leave(): void {
		if (this.leaving.signal.aborted) return;
		this.leaving.abort();
		this.onClosed();
	}

	private async heard(): Promise<Recognition> {
		const pcm = this.kept.all();
		if (!mayBeSpeech(pcm)) return NOTHING_HEARD;
		const work = this.recognise(this, { pcm, language: this.language }, this.leaving.signal);
		this.work.add(work);
		try {
			return await work;
		} catch (error) {
			// Whoever asks again is heard again.
			this.known = undefined;
			throw error;
		} finally {
			this.work.delete(work);
		}
	}
}
