import type { SpeakSettings } from '../../contract/agent-settings';
import { VoiceError } from '../../contract/errors';
import type { RpcCall } from '../../rpc/client';
import type { SpeakEvent, SpeakInput } from '../../rpc/inference-protocol';
import type { InferenceServer } from '../calls/call-deps';

/** A voice that has something to say and makes no sound for so long will not any more. Orpheus on a processor may take half of it. */
const VOICE_SILENT_MS = 30_000;

export interface VoiceStreamListener {
	onVoice(event: SpeakEvent): void;
	/** It has said all. */
	onDone(): void;
	/** It says no more; VOICE_ERR_TOO_SLOW where it made no sound for 30 s. */
	onFailed(error: VoiceError): void;
	/** It need not make a sound now: it was told to rest, or has said all that it was given. */
	mayBeSilent(): boolean;
	/** Somebody still wants to hear it. */
	isWanted(): boolean;
	/** Nobody hears it before `letGo` is told. */
	isHeld(): boolean;
}

/** The voice of one utterance: opened with the first piece, watched while it has something to say. */
export class VoiceStream {
	private call: Promise<RpcCall<SpeakInput, unknown>> | undefined;
	private silence: NodeJS.Timeout | undefined;
	private mayBegin: boolean;

	/** @param before settles when the utterance before makes no more sound: media plays sound in the order in which it comes */
	constructor(
		private readonly inference: InferenceServer,
		private readonly settings: SpeakSettings,
		private readonly listener: VoiceStreamListener,
		private readonly before?: Promise<void>,
	) {
		this.mayBegin = before === undefined;
	}

	get opened(): boolean {
		return this.call !== undefined;
	}

	tell(input: SpeakInput): void {
		if (this.mayBegin) this.watch();
		this.call ??= this.open();
		void this.call.then((call) => call.send(input), () => undefined);
	}

	/** Stops it for good. */
	cancel(): void {
		void this.call?.then((call) => call.cancel(), () => undefined);
	}

	/** Nothing more is expected of it. */
	unwatch(): void {
		clearTimeout(this.silence);
	}

	private open(): Promise<RpcCall<SpeakInput, unknown>> {
		const ready = this.before ? this.before.then(async () => await this.begin()) : this.inference.ready();
		const opening = ready.then((client) => client.call('speak', { settings: this.settings, realTime: true, held: this.listener.isHeld() }, (event) => this.receive(event)));
		opening.then((call) => call.result).then(
			() => this.listener.onDone(),
			(thrown: unknown) => this.listener.onFailed(VoiceError.from(thrown, 'VOICE_ERR_INFERENCE_LOST')),
		);
		return opening;
	}

	/** The caller may have interrupted while it waited. */
	private async begin(): ReturnType<InferenceServer['ready']> {
		if (!this.listener.isWanted()) throw new VoiceError('VOICE_ERR_CANCELLED', 'Nobody waits for this any more.');
		this.mayBegin = true;
		this.watch();
		return await this.inference.ready();
	}

	private receive(event: SpeakEvent): void {
		if (!this.listener.isWanted()) return;
		this.watch();
		this.listener.onVoice(event);
	}

	/** From now on the voice has its time for the next sound. */
	private watch(): void {
		clearTimeout(this.silence);
		this.silence = setTimeout(() => {
			if (this.listener.mayBeSilent()) return;
			this.cancel();
			this.listener.onFailed(new VoiceError('VOICE_ERR_TOO_SLOW', `The voice made no sound for ${VOICE_SILENT_MS / 1000} s.`));
		}, VOICE_SILENT_MS);
	}
}
