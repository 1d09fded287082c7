import { FRAME_MS } from '../../audio/pcm';
import type { Milliseconds } from '../../lib/clock';
import type { MediaEvent } from '../../rpc/media-protocol';
import { PlayoutUtterance } from './utterance';

type PlayoutType = 'playing' | 'audible' | 'progress' | 'gap' | 'paused' | 'played';
export type PlayoutEvent = Extract<MediaEvent, { type: PlayoutType }>;

/** 10 ms of sound. undefined: silence. */
export interface OutgoingFrame {
	readonly samples: Int16Array;
	readonly sampleRate: number;
}

const PROGRESS_FRAMES = 100 / FRAME_MS;
/** Frames that come later than this one after the other are no longer bridged by the caller's jitter buffer. */
const STALL_MS = 100;

/**
 * What the caller hears, frame by frame: the agent's utterances in order, which can be paused, resumed and
 * flushed. Every pause and flush takes one frame of 10 ms, in which the sound is faded out, so it never clicks
 * and nothing is sent twice: the sound goes on at the sample after the fade. Has no clock and no timer of its
 * own; the pacer asks for the frames.
 */
export class Playout {
	private queue: PlayoutUtterance[] = [];
	/** Dropped by a flush; the first one is still sounding and gets one last, fading frame. */
	private dropped: PlayoutUtterance[] = [];
	private mode: 'playing' | 'pausing' | 'paused' = 'playing';
	/** The last frame ended in silence in mid-sound. */
	private fadeNextIn = false;
	private framesToProgress = PROGRESS_FRAMES;
	/** Nothing to send in mid-utterance, since then. */
	private starvedSince: Milliseconds | undefined;
	/** The path is dead: nothing is sent. */
	private held = false;
	/** When the last frame of sound was sent; undefined after a silence that is none of ours. */
	private soundAt: Milliseconds | undefined;

	/** @param arrives whether sound comes in from the caller at this moment: an utterance is over when it was heard. */
	constructor(
		private readonly emit: (event: PlayoutEvent) => void,
		private readonly arrives: () => boolean = () => true,
	) {}

	/** Something is to be heard, or is just heard. */
	get active(): boolean {
		return this.queue.length > 0;
	}

	/** The path is dead. What was sent after `heardUntil` was not heard: it is sent again once the path is back. */
	hold(heardUntil: Milliseconds): void {
		if (this.held) return;
		this.held = true;
		this.endSound();
		const [head] = this.queue;
		if (!head?.takeBack(heardUntil)) return;
		this.fadeNextIn = true;
		this.reportProgress(head);
	}

	/** The path is back. */
	release(): void {
		this.held = false;
	}

	/** Ids that are known already are ignored. */
	announce(id: string, sampleRate: number, interruptible: boolean): void {
		if (!this.find(id)) this.queue.push(new PlayoutUtterance(id, sampleRate, interruptible));
	}

	/** Sound for an utterance that is over or was flushed is dropped: it crossed with the flush. */
	write(id: string, pcm: Int16Array): void {
		this.find(id)?.write(pcm);
	}

	end(id: string): void {
		const utterance = this.find(id);
		if (utterance) utterance.ended = true;
	}

	/** The caller began to speak: the agent falls silent if it may be interrupted. */
	callerSpeaks(): void {
		const head = this.queue[0];
		if (head?.started && head.interruptible && this.mode === 'playing') this.mode = 'pausing';
	}

	resume(): void {
		if (this.mode === 'paused') this.fadeNextIn = true;
		this.mode = 'playing';
	}

	flush(at: Milliseconds): void {
		const [head] = this.queue;
		const sounding = this.mode !== 'paused' && head?.started && head.buffered > 0;
		// The caller may have broken off what stuttered.
		if (head && this.starvedSince !== undefined) this.reportGap(head, at);
		this.dropped.push(...this.queue);
		this.queue = [];
		this.mode = 'playing';
		if (!sounding) this.reportDropped(at);
	}

	/** The next 10 ms, to be sent at `at`. */
	next(at: Milliseconds): OutgoingFrame | undefined {
		const [dropped] = this.dropped;
		if (dropped) return this.lastOfDropped(dropped, at);
		this.reportFinished(at);
		const head = this.queue[0];
		if (!head || this.mode === 'paused') return undefined;
		if (this.mode === 'pausing') return this.lastBeforePause(head, at);
		if (this.held) return undefined;
		if (head.hasFrame) return this.play(head, at);
		if (head.started && !head.ended) this.starvedSince ??= at;
		return undefined;
	}

	private play(head: PlayoutUtterance, at: Milliseconds): OutgoingFrame {
		this.reportGap(head, at);
		this.soundAt = at;
		const first = !head.started;
		const { frame, samples } = head.take(at);
		const audibleFrom = head.audibleFrom(frame);
		if (this.fadeNextIn) fadeIn(frame, samples);
		// Synthesis is late: end in silence now rather than in a click.
		this.fadeNextIn = !head.ended && !head.hasFrame;
		if (this.fadeNextIn) fadeOut(frame, samples);
		if (first) this.emit({ type: 'playing', utteranceId: head.id, at });
		if (audibleFrom !== undefined) this.emit({ type: 'audible', utteranceId: head.id, at: at + audibleFrom });
		if (--this.framesToProgress <= 0) this.reportProgress(head);
		this.reportFinished(at);
		return { samples: frame, sampleRate: head.sampleRate };
	}

	/** It was silent until `at`, in the middle of the utterance. */
	private reportGap(head: PlayoutUtterance, at: Milliseconds): void {
		const { starvedSince, soundAt } = this;
		this.endSound();
		if (starvedSince !== undefined) this.emit({ type: 'gap', utteranceId: head.id, at: starvedSince, ms: at - starvedSince, why: 'late' });
		else if (soundAt !== undefined && at - soundAt >= STALL_MS) this.emit({ type: 'gap', utteranceId: head.id, at: soundAt, ms: at - soundAt - FRAME_MS, why: 'stalled' });
	}

	/** The silence that follows is no gap. */
	private endSound(): void {
		this.starvedSince = undefined;
		this.soundAt = undefined;
	}

	private lastBeforePause(head: PlayoutUtterance, at: Milliseconds): OutgoingFrame | undefined {
		this.reportGap(head, at);
		const frame = this.fading(head, at);
		this.reportFinished(at);
		const held = this.queue[0];
		this.mode = held ? 'paused' : 'playing';
		if (held) this.emit({ type: 'paused', utteranceId: held.id, playedSamples: held.played, at });
		return frame;
	}

	private lastOfDropped(dropped: PlayoutUtterance, at: Milliseconds): OutgoingFrame | undefined {
		const frame = this.fading(dropped, at);
		this.reportDropped(at);
		return frame;
	}

	private fading(utterance: PlayoutUtterance, at: Milliseconds): OutgoingFrame | undefined {
		// After a starved frame nothing sounds, so there is nothing to fade.
		if (utterance.buffered === 0 || this.fadeNextIn || this.held) return undefined;
		const { frame, samples } = utterance.take(at);
		fadeOut(frame, samples);
		return { samples: frame, sampleRate: utterance.sampleRate };
	}

	private reportFinished(at: Milliseconds): void {
		for (let head = this.queue[0]; head?.finished && this.arrives(); head = this.queue[0]) {
			this.queue.shift();
			this.endSound();
			this.fadeNextIn = false;
			this.framesToProgress = PROGRESS_FRAMES;
			this.reportPlayed(head, true, at);
		}
	}

	private reportDropped(at: Milliseconds): void {
		this.endSound();
		this.fadeNextIn = false;
		this.framesToProgress = PROGRESS_FRAMES;
		for (const utterance of this.dropped.splice(0)) this.reportPlayed(utterance, utterance.finished, at);
	}

	private reportPlayed({ id, played }: PlayoutUtterance, complete: boolean, at: Milliseconds): void {
		this.emit({ type: 'played', utteranceId: id, playedSamples: played, complete, at });
	}

	private reportProgress({ id, played }: PlayoutUtterance): void {
		this.framesToProgress = PROGRESS_FRAMES;
		this.emit({ type: 'progress', utteranceId: id, playedSamples: played });
	}

	private find(id: string): PlayoutUtterance | undefined {
		return this.queue.find((utterance) => utterance.id === id);
	}
}

/** A raised cosine: no corner at either end, so nothing clicks. `i` of `length` samples into a fade in. */
function gain(i: number, length: number): number {
	return 0.5 - 0.5 * Math.cos((Math.PI * (i + 0.5)) / length);
}

/** Fades the first `length` samples of a frame in, in place. */
export function fadeIn(frame: Int16Array, length: number): void {
	for (let i = 0; i < length; i++) frame[i] = Math.round((frame[i] ?? 0) * gain(i, length));
}

/** Fades the first `length` samples of a frame out, in place; what follows them is silence already. */
export function fadeOut(frame: Int16Array, length: number): void {
	for (let i = 0; i < length; i++) frame[i] = Math.round((frame[i] ?? 0) * gain(length - 1 - i, length));
}
