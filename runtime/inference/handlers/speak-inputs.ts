import { VoiceError } from '../../contract/errors';
import type { SpeakInput } from '../../rpc/inference-protocol';

type Piece = Extract<SpeakInput, { type: 'piece' }>;

interface InputListener {
	/** The caller has `unheardMs` left to hear, and the voice goes on. */
	onResumed(unheardMs: number): void;
	/** What was held is heard from now on. */
	onLetGo(): void;
	/** This piece comes after the one that is spoken. */
	onWaiting(text: string): void;
}

/** What a voice is told while it speaks: pieces in order, and when to rest. */
export class SpeakInputs {
	private readonly pieces: Piece[] = [];
	private ended = false;
	private held = false;
	private wake: () => void = () => undefined;

	constructor(
		private readonly signal: AbortSignal,
		private readonly listener: InputListener,
	) {
		signal.addEventListener('abort', () => this.wake(), { once: true });
	}

	take(input: SpeakInput): void {
		if (input.type === 'piece') this.pieces.push(input);
		else if (input.type === 'end') this.ended = true;
		else if (input.type === 'letGo') this.listener.onLetGo();
		else {
			if (this.held && !input.hold) this.listener.onResumed(input.unheardMs);
			this.held = input.hold;
		}
		this.wake();
	}

	/** The next piece; undefined after the last. Throws when aborted. */
	async next(): Promise<Piece | undefined> {
		for (;;) {
			this.assertLive();
			const piece = this.pieces.shift();
			if (piece || this.ended) return piece;
			await this.change();
		}
	}

	/** Says which piece waits, if one does. */
	offerWaiting(): void {
		const [waiting] = this.pieces;
		if (waiting) this.listener.onWaiting(waiting.text);
	}

	/** Resolves while nobody asks the voice to rest. Throws when aborted. */
	async mayGoOn(): Promise<void> {
		while (this.held && !this.signal.aborted) await this.change();
		this.assertLive();
	}

	private assertLive(): void {
		if (this.signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'The speech was cancelled.');
	}

	private async change(): Promise<void> {
		await new Promise<void>((resolve) => {
			this.wake = resolve;
		});
	}
}
