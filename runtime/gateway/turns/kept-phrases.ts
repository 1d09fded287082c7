import type { SpeakSettings } from '../../contract/agent-settings';
import { type DoneBy, doneByOf } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { Log } from '../../lib/log';
import { RpcClient } from '../../rpc/client';
import { type SpeakEvent, type SpeakInput, inferenceProtocol } from '../../rpc/inference-protocol';
import type { Pipe, WireMessage } from '../../rpc/protocol';
import { SentenceSplitter } from '../../speech-text/sentence-splitter';
import { speakableIn } from '../../speech-text/speakable';
import type { InferenceServer, Phrases } from '../calls/call-deps';

type Sound = Extract<SpeakEvent, { type: 'audio' }>;

/** Recorded once, and the same whoever calls: agents of one runtime have few voices. */
const MOST_KEPT = 16;
const RECORD_LIMIT_MS = 60_000;

interface Recording {
	readonly doneBy: DoneBy;
	/** By the text that the voice was given. */
	readonly pieces: ReadonlyMap<string, readonly Sound[]>;
}

/**
 * What has to be heard when no voice can be had: recorded while the voice is well, and played without inference. A
 * recording counts for these settings and this text only.
 */
export class KeptPhrases implements Phrases {
	private readonly kept = new Map<string, Promise<Recording | undefined>>();
	private readonly done = new Map<string, Recording>();

	constructor(
		private readonly inference: InferenceServer,
		private readonly log: Log,
	) {}

	/** Records it, unless that was done. `settings`: as an utterance would have them. */
	async keep(settings: SpeakSettings, text: string): Promise<void> {
		const key = keyOf(settings, text);
		if (text === '' || this.kept.has(key)) return;
		if (this.kept.size >= MOST_KEPT) this.forget([...this.kept.keys()][0] ?? '');
		const recording = this.record(settings, text).catch((thrown: unknown) => {
			this.log.debug({ code: VoiceError.from(thrown).code }, 'a phrase could not be recorded');
			this.forget(key);
			return undefined;
		});
		this.kept.set(key, recording);
		const made = await recording;
		if (made && this.kept.has(key)) this.done.set(key, made);
	}

	/** Speaks it as inference would; undefined where there is no recording. */
	find(settings: SpeakSettings, text: string): InferenceServer | undefined {
		const recording = this.done.get(keyOf(settings, text));
		if (!recording) return undefined;
		const client = new RpcClient(inferenceProtocol, new RecordedVoice(recording), 'VOICE_ERR_INFERENCE_LOST');
		return { ready: async () => await Promise.resolve(client) };
	}

	private forget(key: string): void {
		this.kept.delete(key);
		this.done.delete(key);
	}

	private async record(settings: SpeakSettings, text: string): Promise<Recording> {
		const splitter = new SentenceSplitter();
		const speakable = speakableIn(settings.language);
		const texts = [...splitter.push(text), ...splitter.flush()].map(speakable).filter((each) => each !== '');
		const sounds = texts.map((): Sound[] => []);
		let doneBy: DoneBy = { engine: settings.engine, replaced: [] };
		const client = await this.inference.ready();
		// Nobody listens meanwhile: what is heard now goes first.
		const call = client.call('speak', { settings, realTime: false }, (event) => {
			if (event.type === 'audio') sounds[event.piece]?.push(event);
			else if (event.type === 'doneBy') doneBy = doneByOf(event);
		});
		const limit = setTimeout(() => call.cancel(), RECORD_LIMIT_MS);
		try {
			texts.forEach((each, piece) => call.send({ type: 'piece', piece, text: each }));
			call.send({ type: 'end' });
			await call.result;
		} finally {
			clearTimeout(limit);
		}
		return { doneBy, pieces: new Map(texts.map((each, index) => [each, sounds[index] ?? []])) };
	}
}

/** Whether it may be interrupted makes no other sound. */
function keyOf(settings: SpeakSettings, text: string): string {
	return JSON.stringify([{ ...settings, interruptible: true }, text]);
}

/** The other end of a `speak` call, without a process behind it. */
class RecordedVoice implements Pipe {
	private listener: (message: unknown) => void = () => undefined;
	private samples = 0;
	private sampleRate = 0;
	private cancelled = false;

	constructor(private readonly recording: Recording) {}

	onMessage(listener: (message: unknown) => void): void {
		this.listener = listener;
	}

	onClose(): void {
		// There is nothing that could end.
	}

	send(message: WireMessage): void {
		// As from another process: never before the caller has gone on.
		queueMicrotask(() => this.take(message));
	}

	private take(message: WireMessage): void {
		const { id } = message;
		if (message.kind === 'call') this.listener({ kind: 'event', id, value: { type: 'doneBy', ...this.recording.doneBy } });
		else if (message.kind === 'cancel' && !this.cancelled) {
			this.cancelled = true;
			this.listener({ kind: 'error', id, error: new VoiceError('VOICE_ERR_CANCELLED', 'The speech was cancelled.').toShape() });
		} else if (message.kind === 'input') this.hear(id, message.value as SpeakInput);
	}

	private hear(id: number, input: SpeakInput): void {
		if (input.type === 'piece') {
			const { piece, text } = input;
			const sounds = this.recording.pieces.get(text) ?? [];
			for (const sound of sounds) this.listener({ kind: 'event', id, value: { ...sound, piece } });
			const samples = sounds.reduce((sum, { pcm }) => sum + pcm.length, 0);
			this.sampleRate = sounds[0]?.sampleRate ?? this.sampleRate;
			this.samples += samples;
			this.listener({ kind: 'event', id, value: { type: 'pieceEnd', piece, samples } });
		} else if (input.type === 'end') this.listener({ kind: 'result', id, value: { samples: this.samples, sampleRate: this.sampleRate } });
	}
}
