import type { ChatReply } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import type { ChatEngine, ChatListener, ChatRequest } from '../chat/engine';
import type { Recognition, RecognitionListener, RecognitionStream, StreamingRecogniser } from '../recognition/engine';
import type { Sound, VoiceEngine } from '../speech/engine';

/** Engines for tests of the chains: each does what it is told to, or fails where it is told to. */

export function lost(what = 'gone'): VoiceError {
	return new VoiceError('VOICE_ERR_ENGINE_UNREACHABLE', what);
}

/** Writes its words; with `failAfter` so many of them, and then it fails. */
export class ScriptedChat implements ChatEngine {
	readonly asked: ChatRequest[] = [];

	constructor(
		private readonly words: readonly string[],
		private readonly failAfter = Infinity,
	) {}

	async chat(request: ChatRequest, listener: ChatListener): Promise<ChatReply> {
		this.asked.push(request);
		for (const [at, word] of this.words.entries()) {
			if (at >= this.failAfter) throw lost();
			listener.onText(word);
			await Promise.resolve();
		}
		if (this.failAfter <= this.words.length) throw lost();
		const usage = { promptTokens: 1, reusedTokens: 0, completionTokens: this.words.length };
		return { text: this.words.join(''), toolCalls: [], stopReason: 'end', usage, ttftMs: 0, durationMs: 0 };
	}

	forget(): void {
		this.asked.length = 0;
	}

	async warm(): Promise<void> {
		if (this.failAfter === 0) throw lost();
		await Promise.resolve();
	}
}

/** 100 samples a letter, each its letter's code; fails after `failAfter` letters, or stops there and hangs. */
export class ScriptedVoice implements VoiceEngine {
	readonly voices = [{ value: 'a', name: 'A' }];
	readonly said: string[] = [];
	running = 0;

	constructor(
		readonly sampleRate: number,
		private readonly fault: { failAfter?: number; hangAfter?: number } = {},
		readonly sideBySide = false,
	) {}

	async *speak(text: string, _settings: unknown, signal: AbortSignal): AsyncGenerator<Sound> {
		this.said.push(text);
		this.running++;
		try {
			for (const [at, letter] of [...text].entries()) {
				if (at >= (this.fault.failAfter ?? Infinity)) throw lost();
				if (at >= (this.fault.hangAfter ?? Infinity)) await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(lost())));
				yield { pcm: new Int16Array(100).fill(letter.charCodeAt(0)), sampleRate: this.sampleRate };
			}
			if (this.fault.failAfter === [...text].length) throw lost();
		} finally {
			this.running--;
		}
	}

	async warm(): Promise<void> {
		await Promise.resolve();
		if (this.fault.failAfter === 0) throw lost();
	}
}

/** Hears as many samples as it was given. */
export class ScriptedEar implements StreamingRecogniser {
	readonly streams: Array<{ listener: RecognitionListener; heard: number; closed: boolean }> = [];

	/** `writes` instead of the number of samples. */
	constructor(
		private readonly fault: { open?: boolean; flush?: boolean; writes?: string } = {},
		private readonly partials = true,
		private readonly quick = partials,
	) {}

	async open(_settings: unknown, listener: RecognitionListener): Promise<RecognitionStream> {
		await Promise.resolve();
		if (this.fault.open) throw lost();
		const own = { listener, heard: 0, closed: false };
		this.streams.push(own);
		const { partials, quick } = this;
		return {
			partials,
			quick,
			push: (pcm) => {
				own.heard += pcm.length;
				if (partials) listener.onPartial(this.fault.writes ?? `${own.heard}`);
			},
			flush: async (): Promise<Recognition> => {
				await Promise.resolve();
				if (this.fault.flush) throw lost();
				return { text: this.fault.writes ?? `${own.heard}`, understood: true, confidence: 1 };
			},
			reset: () => (own.heard = 0),
			close: async () => {
				own.closed = true;
				await Promise.resolve();
			},
		};
	}

	async transcribeAll(_settings: unknown, pcm: Int16Array) {
		await Promise.resolve();
		if (this.fault.open) throw lost();
		return { text: this.fault.writes ?? `${pcm.length}`, understood: true, confidence: 1, durationMs: 0, computeMs: 0 };
	}

	async close(): Promise<void> {
		await Promise.resolve();
	}
}
