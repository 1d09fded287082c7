import type { TranscribeSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import type { RpcCall } from '../../rpc/client';
import type { InferenceProtocol, ListenEvent, ListenInput } from '../../rpc/inference-protocol';
import type { RestartingProcess } from '../children/restarting-process';

export interface CallRecognitionListener {
	/** Recognition works: at the start, and again after a failure. */
	onReady(): void;
	onPartial(text: string): void;
	onFinal(final: Extract<ListenEvent, { type: 'final' }>): void;
	onFailed(error: VoiceError): void;
}

/**
 * The recogniser's stream for one session. When the inference process dies the stream is opened again in its
 * successor; the words of the utterance under way are lost, the session is not.
 */
export class CallRecognition {
	private call: Promise<RpcCall<ListenInput, unknown>> | undefined;
	private closed = false;

	constructor(
		private readonly inference: RestartingProcess<InferenceProtocol>,
		readonly settings: TranscribeSettings,
		private readonly listener: CallRecognitionListener,
	) {
		this.open();
	}

	push(pcm: Int16Array): void {
		this.send({ type: 'audio', pcm });
	}

	/** Asks for the text so far; it comes as onFinal with this id. */
	flush(id: string): void {
		this.send({ type: 'flush', id });
	}

	reset(): void {
		this.send({ type: 'reset' });
	}

	close(): void {
		this.closed = true;
		this.send({ type: 'close' });
	}

	private send(input: ListenInput): void {
		void this.call?.then((call) => call.send(input), () => undefined);
	}

	private open(): void {
		const opening = this.inference.ready().then((client) =>
			client.call('listen', { settings: this.settings }, (event) => {
				if (event.type === 'ready') this.listener.onReady();
				else if (event.type === 'partial') this.listener.onPartial(event.text);
				else this.listener.onFinal(event);
			}),
		);
		this.call = opening;
		opening.then((call) => call.result).catch((thrown: unknown) => {
			if (this.closed) return;
			const error = VoiceError.from(thrown, 'VOICE_ERR_INFERENCE_LOST');
			this.listener.onFailed(error);
			// A model that cannot be loaded stays so; a process that died comes back.
			if (error.code === 'VOICE_ERR_INFERENCE_LOST') this.open();
			else this.call = undefined;
		});
	}
}
