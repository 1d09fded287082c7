import { FRAME_MS, isAudible, samplesToMs, SPEAK_RATES } from '../../audio/pcm';
import { VoiceError } from '../../contract/errors';
import type { Milliseconds } from '../../lib/clock';
import { MOST_TAKEN_BACK_MS } from '../../rpc/media-protocol';

/** One utterance of the agent: its sound that is still to be sent, and how much was. */
export class PlayoutUtterance {
	readonly frameLength: number;
	private readonly queue = new SampleQueue();
	/** What was sent last, the newest at the end. */
	private readonly sent: Array<{ readonly at: Milliseconds; readonly frame: Int16Array }> = [];
	played = 0;
	started = false;
	/** No more sound will come. */
	ended = false;
	audible = false;

	constructor(
		readonly id: string,
		readonly sampleRate: number,
		readonly interruptible: boolean,
	) {
		if (!SPEAK_RATES.some((rate) => rate === sampleRate)) {
			throw new VoiceError('VOICE_ERR_BAD_REQUEST', `Sound at ${sampleRate} Hz cannot be played. Supported rates: ${SPEAK_RATES.join(', ')} Hz.`);
		}
		// 22 050 Hz has no whole 10 ms; wrtc takes 220 samples then.
		this.frameLength = Math.floor((sampleRate * FRAME_MS) / 1000);
	}

	get buffered(): number {
		return this.queue.length;
	}

	get finished(): boolean {
		return this.ended && this.queue.length === 0;
	}

	/** Can a whole frame be sent, or the shorter last one? */
	get hasFrame(): boolean {
		return this.queue.length >= this.frameLength || (this.ended && this.queue.length > 0);
	}

	write(pcm: Int16Array): void {
		if (!this.ended) this.queue.push(pcm);
	}

	/** The next 10 ms, to be sent at `at`, filled up with silence, and how many samples of it are the utterance's. */
	take(at: Milliseconds): { frame: Int16Array; samples: number } {
		const frame = new Int16Array(this.frameLength);
		const samples = this.queue.take(frame);
		this.played += samples;
		this.started ||= samples > 0;
		this.sent.push({ at, frame: frame.slice(0, samples) });
		if (this.sent.length > MOST_TAKEN_BACK_MS / FRAME_MS) this.sent.shift();
		return { frame, samples };
	}

	/** What was sent after `heardUntil` is sent again. @returns whether anything was. */
	takeBack(heardUntil: Milliseconds): boolean {
		const unheard = this.sent.splice(this.sent.findLastIndex(({ at }) => at <= heardUntil) + 1);
		for (const { frame } of unheard.reverse()) {
			this.queue.unshift(frame);
			this.played -= frame.length;
		}
		return unheard.length > 0;
	}

	/** If sound gets audible within this frame for the first time: how far into it, ms. */
	audibleFrom(frame: Int16Array): number | undefined {
		if (this.audible) return undefined;
		const index = frame.findIndex(isAudible);
		if (index < 0) return undefined;
		this.audible = true;
		return samplesToMs(index, this.sampleRate);
	}
}

/** Sound that waits to be sent: written in pieces of any length, taken in frames. */
export class SampleQueue {
	private readonly pieces: Int16Array[] = [];
	/** Samples of pieces[0] that are taken already. */
	private offset = 0;
	private total = 0;

	get length(): number {
		return this.total;
	}

	push(piece: Int16Array): void {
		if (piece.length === 0) return;
		this.pieces.push(piece);
		this.total += piece.length;
	}

	/** Puts back what was taken last. */
	unshift(piece: Int16Array): void {
		const [first] = this.pieces;
		if (first) this.pieces[0] = first.subarray(this.offset);
		this.offset = 0;
		if (piece.length === 0) return;
		this.pieces.unshift(piece);
		this.total += piece.length;
	}

	/** Moves up to `into.length` samples into the front of `into`; returns how many. */
	take(into: Int16Array): number {
		let filled = 0;
		for (;;) {
			const piece = this.pieces[0];
			if (!piece || filled === into.length) break;
			const part = piece.subarray(this.offset, this.offset + into.length - filled);
			into.set(part, filled);
			filled += part.length;
			this.offset += part.length;
			if (this.offset === piece.length) {
				this.pieces.shift();
				this.offset = 0;
			}
		}
		this.total -= filled;
		return filled;
	}
}
