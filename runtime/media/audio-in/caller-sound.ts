import { LISTEN_RATE, msToSamples } from '../../audio/pcm';
import { Resampler } from '../../audio/resampler';
import type { Clock } from '../../lib/clock';
import type { MediaEvent } from '../../rpc/media-protocol';
import { VAD_FRAME_SAMPLES, type VadStream } from '../vad/silero';
import { SpeechDetector } from '../vad/speech-detector';
import { ArrivalClock } from './arrival-clock';

/** Covers the two frames VAD needs to be sure and the soft beginning of a word before them. */
const PRE_ROLL_SAMPLES = msToSamples(320, LISTEN_RATE);
/** Pieces that the recogniser gets: half of its own 160 ms step. */
const PIECE_SAMPLES = msToSamples(80, LISTEN_RATE);
/** Pre-roll, and two seconds in which VAD may lag behind on an overloaded machine. */
const MEMORY_SAMPLES = PRE_ROLL_SAMPLES + msToSamples(2000, LISTEN_RATE);

type CallerType = 'speechStarted' | 'speechPaused' | 'speechWentOn' | 'speechStopped' | 'audio';
export type CallerEvent = Extract<MediaEvent, { type: CallerType }>;

/** 10 ms as wrtc's sink gives them; the rate changes in mid-session. */
export interface IncomingFrame {
	readonly samples: Int16Array;
	readonly sampleRate: number;
	readonly channelCount?: number;
}

/** Whether packets come: the frames of wrtc's sink do in any case. */
export interface ArrivalWatch {
	/** As was last looked. */
	readonly missing: boolean;
	/** Looks now. */
	look(): boolean;
}

const ALWAYS: ArrivalWatch = { missing: false, look: () => false };

/** From the frames of the caller's track to speech events and 16 kHz sound for the recogniser. */
export class CallerSound {
	private resampler = new Resampler(LISTEN_RATE, LISTEN_RATE);
	private readonly memory = new SoundMemory(MEMORY_SAMPLES);
	private readonly arrival = new ArrivalClock(LISTEN_RATE);
	private readonly detector: SpeechDetector;
	/** Samples before this number went to VAD. */
	private judged = 0;
	/** Samples before this number were sent; undefined while resting. */
	private sent: number | undefined;
	private leavesOut = false;

	constructor(
		private readonly vad: VadStream,
		private readonly clock: Clock,
		flushSilenceMs: number,
		private readonly emit: (event: CallerEvent) => void,
		private readonly onFailure: (error: unknown) => void,
		private readonly packets: ArrivalWatch = ALWAYS,
	) {
		this.detector = new SpeechDetector(flushSilenceMs);
	}

	push(frame: IncomingFrame): void {
		if (frame.sampleRate !== this.resampler.from) this.resampler = new Resampler(frame.sampleRate, LISTEN_RATE);
		this.memory.push(this.resampler.push(firstChannel(frame)));
		this.arrival.arrived(this.memory.end, this.clock.now());
		while (this.memory.end - this.judged >= VAD_FRAME_SAMPLES) {
			const from = this.judged;
			this.judged += VAD_FRAME_SAMPLES;
			this.vad
				.judge(this.memory.read(from, this.judged))
				.then((probability) => this.decide(probability, from + VAD_FRAME_SAMPLES))
				.catch(this.onFailure);
		}
		this.leaveOut();
		this.send();
	}

	/** An utterance is under way: from speech until `rest`. */
	get listening(): boolean {
		return this.sent !== undefined;
	}

	/** What is made up while packets are missing is not the caller's sound. */
	private leaveOut(): void {
		const { missing } = this.packets;
		if (missing && !this.leavesOut) this.send(this.memory.end);
		if (missing && this.sent !== undefined) this.sent = this.memory.end;
		this.leavesOut = missing;
	}

	/**
	 * The turn is over: no more sound until the caller speaks again. Who is speaking at this moment has begun to
	 * speak again already: then the order comes too late and the sound goes on.
	 */
	rest(): void {
		if (!this.detector.speaking) this.sent = undefined;
	}

	private decide(probability: number, end: number): void {
		const missing = this.packets.missing || (this.detector.takesForSilence(probability) && this.packets.look());
		const edge = this.detector.push(probability, this.arrival.timeOf(end), missing);
		if (edge?.type === 'started') {
			this.emit({ type: 'speechStarted', at: edge.at, speechAt: edge.speechAt });
			this.sent ??= Math.max(end - PRE_ROLL_SAMPLES, this.memory.start);
			this.send();
		} else if (edge?.type === 'wentOn') this.emit({ type: 'speechWentOn', at: edge.at });
		else if (edge) {
			// The recogniser is asked next: it must have all of the speech by then.
			this.send(end);
			this.emit({ type: edge.type === 'paused' ? 'speechPaused' : 'speechStopped', at: edge.at, speechEndAt: edge.speechEndAt });
		}
	}

	/** Sends whole pieces, and the rest before sample number `until` if that is given. */
	private send(until = 0): void {
		while (this.sent !== undefined) {
			const from: number = this.sent;
			const to = this.memory.end - from >= PIECE_SAMPLES ? from + PIECE_SAMPLES : Math.min(until, this.memory.end);
			if (to <= from) return;
			this.sent = to;
			this.emit({ type: 'audio', at: this.arrival.timeOf(to), pcm: this.memory.read(from, to) });
		}
	}
}

function firstChannel({ samples, channelCount = 1 }: IncomingFrame): Int16Array {
	if (channelCount <= 1) return samples;
	return Int16Array.from({ length: Math.floor(samples.length / channelCount) }, (_, i) => samples[i * channelCount] ?? 0);
}

/**
 * The last samples of an endless sound, each known by its number since the beginning. Sound older than the
 * capacity is forgotten.
 */
export class SoundMemory {
	private readonly ring: Int16Array;
	private written = 0;

	constructor(capacity: number) {
		this.ring = new Int16Array(capacity);
	}

	/** The number that the next sample will have. */
	get end(): number {
		return this.written;
	}

	/** The oldest sample that is still known. */
	get start(): number {
		return Math.max(this.written - this.ring.length, 0);
	}

	push(samples: Int16Array): void {
		const capacity = this.ring.length;
		const kept = samples.subarray(Math.max(samples.length - capacity, 0));
		const at = (this.written + samples.length - kept.length) % capacity;
		const room = Math.min(kept.length, capacity - at);
		this.ring.set(kept.subarray(0, room), at);
		this.ring.set(kept.subarray(room), 0);
		this.written += samples.length;
	}

	/** A copy of the samples numbered `from` to before `to`; what is forgotten or not yet there is left out. */
	read(from: number, to: number): Int16Array {
		const first = Math.max(from, this.start);
		const copy = new Int16Array(Math.max(Math.min(to, this.written) - first, 0));
		const at = first % this.ring.length;
		const room = Math.min(copy.length, this.ring.length - at);
		copy.set(this.ring.subarray(at, at + room));
		copy.set(this.ring.subarray(0, copy.length - room), room);
		return copy;
	}
}
