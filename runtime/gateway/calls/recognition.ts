import type { TranscribeSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import type { RpcCall } from '../../rpc/client';
import type { HeardText, ListenEvent, ListenInput } from '../../rpc/inference-protocol';
import type { InferenceServer } from './call-deps';

export interface CallRecognitionListener {
	/** Recognition works: at the start, again after a failure, and when another recogniser has taken over. `partials`: words come while the caller speaks. */
	onReady(partials: boolean): void;
	onPartial(text: string): void;
	/** What was asked for. */
	onText(heard: HeardText): void;
	onFailed(error: VoiceError): void;
}

/** Waits before the stream is opened again: at once after one crash, seldom while the process keeps crashing. */
const REOPEN_AFTER_MS = [0, 250, 1000, 3000];

/**
 * The recogniser's stream for one call. When the inference process dies, the stream is opened again in its successor:
 * the words of the utterance under way are lost, the call is not. A model that cannot be loaded stays so, and a
 * runtime that shuts down opens nothing any more.
 */
export class CallRecognition {
	private stream: Promise<RpcCall<ListenInput, unknown>> | undefined;
	private reopening: NodeJS.Timeout | undefined;
	private failures = 0;
	private closed = false;

	constructor(
		private readonly inference: InferenceServer,
		private readonly settings: TranscribeSettings,
		private readonly listener: CallRecognitionListener,
	) {
		this.open();
	}

	/** 16 kHz sound of the caller. */
	push(pcm: Int16Array): void {
		this.send({ type: 'audio', pcm });
	}

	/** Asks for the text so far; it comes as onText with this id. */
	flush(id: string): void {
		this.send({ type: 'flush', id });
	}

	/** Asks for the text so far, if that is quick: then it comes as onText with this id. */
	askSoFar(id: string): void {
		this.send({ type: 'soFar', id });
	}

	/** The next sound begins a new utterance. */
	reset(): void {
		this.send({ type: 'reset' });
	}

	/** The listener hears nothing after this. */
	close(): void {
		if (this.closed) return;
		this.send({ type: 'close' });
		this.closed = true;
		clearTimeout(this.reopening);
	}

	private send(input: ListenInput): void {
		if (!this.closed) void this.stream?.then((stream) => stream.send(input), () => undefined);
	}

	private open(): void {
		const opening = this.inference.ready().then((client) => client.call('listen', { settings: this.settings }, (event) => this.receive(event)));
		this.stream = opening;
		opening.then((stream) => stream.result).catch((thrown: unknown) => this.failed(VoiceError.from(thrown, 'VOICE_ERR_INFERENCE_LOST')));
	}

	private receive(event: ListenEvent): void {
		if (this.closed) return;
		if (event.type === 'ready') {
			this.failures = 0;
			this.listener.onReady(event.partials);
		} else if (event.type === 'partial') this.listener.onPartial(event.text);
		else this.listener.onText(event);
	}

	private failed(error: VoiceError): void {
		if (this.closed) return;
		this.stream = undefined;
		this.listener.onFailed(error);
		if (error.code !== 'VOICE_ERR_INFERENCE_LOST') return;
		const wait = REOPEN_AFTER_MS[Math.min(this.failures++, REOPEN_AFTER_MS.length - 1)];
		this.reopening = setTimeout(() => this.open(), wait);
	}
}
