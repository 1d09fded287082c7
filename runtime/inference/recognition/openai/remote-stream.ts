import { LISTEN_RATE, joinPcm } from '../../../audio/pcm';
import { VoiceError } from '../../../contract/errors';
import type { Recognition, RecognitionListener, RecognitionStream } from '../engine';

/** Of one utterance the last two minutes are kept: nobody speaks longer without a pause. */
const MAX_SAMPLES = 120 * LISTEN_RATE;

type Recognise = (pcm: Int16Array, signal: AbortSignal) => Promise<Recognition>;

/** One caller's ear: keeps the utterance's sound and has it recognised when it is flushed. */
export class RemoteStream implements RecognitionStream {
	readonly partials = false;
	readonly quick = true;
	private pieces: Int16Array[] = [];
	private samples = 0;
	/** What was asked for the sound as it is now. */
	private known: Promise<Recognition> | undefined;
	private readonly closing = new AbortController();
	private readonly running = new Set<Promise<unknown>>();

	constructor(
		private readonly recognise: Recognise,
		private readonly listener: RecognitionListener,
		private readonly onClosed: () => void,
	) {}

	push(pcm: Int16Array): void {
		if (this.closing.signal.aborted || pcm.length === 0) return;
		this.pieces.push(pcm.slice());
		this.samples += pcm.length;
		this.known = undefined;
		while (this.samples - (this.pieces[0]?.length ?? 0) >= MAX_SAMPLES) this.samples -= this.pieces.shift()?.length ?? 0;
	}

	async flush(): Promise<Recognition> {
		if (this.closing.signal.aborted) throw this.reason();
		return await (this.known ??= this.ask());
	}

	reset(): void {
		this.pieces = [];
		this.samples = 0;
		this.known = undefined;
	}

	async close(): Promise<void> {
		this.end(new VoiceError('VOICE_ERR_CANCELLED', 'The stream was closed.'));
		await Promise.allSettled(this.running);
	}

	/** The recogniser is gone. */
	lose(error: VoiceError): void {
		if (this.closing.signal.aborted) return;
		this.end(error);
		this.listener.onFailed(error);
	}

	private end(error: VoiceError): void {
		if (this.closing.signal.aborted) return;
		this.closing.abort(error);
		this.reset();
		this.onClosed();
	}

	private ask(): Promise<Recognition> {
		const asked = this.recognise(joinPcm(this.pieces), this.closing.signal).catch((error: unknown) => {
			// The same sound may be asked for again: the fault may have passed.
			if (this.known === asked) this.known = undefined;
			throw this.closing.signal.aborted ? this.reason() : error;
		});
		this.running.add(asked);
		void asked.catch(() => undefined).finally(() => this.running.delete(asked));
		return asked;
	}

	private reason(): VoiceError {
		return VoiceError.from(this.closing.signal.reason, 'VOICE_ERR_CANCELLED');
	}
}
