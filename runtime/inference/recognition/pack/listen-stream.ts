import { VoiceError } from '../../../contract/errors';
import type { RpcCall } from '../../../rpc/client';
import type { Input } from '../../../rpc/protocol';
import type { Recognition, RecognitionListener, RecognitionStream } from '../engine';
import type { EarEvent, ListenWorkerProtocol } from './worker-protocol';

interface Waiting {
	readonly resolve: (recognition: Recognition) => void;
	readonly reject: (error: VoiceError) => void;
}

/** This process's end of an ear in the worker. */
export class ListenStream implements RecognitionStream {
	private readonly flushes = new Map<string, Waiting>();
	private asked = 0;
	private utterance = 0;
	private closed = false;
	private readonly ended: Promise<void>;

	constructor(
		private readonly call: RpcCall<Input<ListenWorkerProtocol['listen']>, unknown>,
		private readonly listener: RecognitionListener,
		readonly partials: boolean,
	) {
		this.ended = call.result.then(
			() => undefined,
			(thrown: unknown) => this.fail(VoiceError.from(thrown)),
		);
	}

	/** Who hears along has only the last moment left to hear. */
	get quick(): boolean {
		return this.partials;
	}

	push(pcm: Int16Array): void {
		// The view may be a corner of a large buffer, which would be copied whole.
		if (!this.closed) this.call.send({ type: 'sound', pcm: pcm.slice() });
	}

	async flush(): Promise<Recognition> {
		if (this.closed) throw closedError();
		const id = String(this.asked++);
		return await new Promise<Recognition>((resolve, reject) => {
			this.flushes.set(id, { resolve, reject });
			this.call.send({ type: 'flush', id });
		});
	}

	reset(): void {
		this.utterance++;
		if (!this.closed) this.call.send({ type: 'reset', utterance: this.utterance });
	}

	async close(): Promise<void> {
		if (!this.closed) {
			this.closed = true;
			this.call.send({ type: 'close' });
			this.rejectFlushes(closedError());
		}
		await this.ended;
	}

	receive(event: EarEvent): void {
		if (this.closed) return;
		if (event.type === 'partial') {
			// A partial of the utterance before may still be under way when it is forgotten.
			if (event.utterance === this.utterance) this.listener.onPartial(event.text);
		} else if (event.type === 'final') {
			this.flushes.get(event.id)?.resolve(event.recognition);
			this.flushes.delete(event.id);
		}
	}

	private fail(error: VoiceError): void {
		if (this.closed) return;
		this.closed = true;
		this.rejectFlushes(error);
		this.listener.onFailed(error);
	}

	private rejectFlushes(error: VoiceError): void {
		for (const { reject } of this.flushes.values()) reject(error);
		this.flushes.clear();
	}
}

function closedError(): VoiceError {
	return new VoiceError('VOICE_ERR_CANCELLED', 'The stream was closed.');
}
