import { isAudible, joinPcm, msToSamples } from './pcm';

/** Kept before the first audible sample (-50 dBFS): an onset's own rise, no more, for silence here is delay. */
export const LEAD_MS = 5;
/** Kept after the last: the pause between two sentences. */
export const TAIL_MS = 150;

/** The sound without most of the silence around it; nothing at all if none of it is audible. */
export function trimSilence(pcm: Int16Array, sampleRate: number): Int16Array {
	const first = pcm.findIndex(isAudible);
	if (first < 0) return new Int16Array(0);
	const last = pcm.findLastIndex(isAudible);
	const from = Math.max(0, first - msToSamples(LEAD_MS, sampleRate));
	const to = Math.min(pcm.length, last + 1 + msToSamples(TAIL_MS, sampleRate));
	return pcm.slice(from, to);
}

/** What `trimSilence` does to a whole sound, done while it is still being made: all pieces together are equal to it. */
export class StreamingTrim {
	private readonly lead: number;
	private readonly tail: number;
	/** Not given out yet: silence that may turn out to be the end, or the last of what may be the beginning. */
	private held: Int16Array[] = [];
	private heardAny = false;
	/** Silent samples since the last audible one. */
	private silent = 0;

	constructor(sampleRate: number) {
		this.lead = msToSamples(LEAD_MS, sampleRate);
		this.tail = msToSamples(TAIL_MS, sampleRate);
	}

	/** What of the sound so far is certain to be heard. */
	push(pcm: Int16Array): Int16Array {
		const last = pcm.findLastIndex(isAudible);
		if (last < 0) return this.silence(pcm);
		const from = this.heardAny ? 0 : pcm.findIndex(isAudible);
		const before = this.heardAny ? joinPcm(this.held) : this.beginning(pcm.subarray(0, from));
		const to = Math.min(pcm.length, last + 1 + this.tail);
		this.heardAny = true;
		this.silent = pcm.length - (last + 1);
		this.held = to < pcm.length ? [pcm.slice(to)] : [];
		return joinPcm([before, pcm.subarray(from, to)]);
	}

	private silence(pcm: Int16Array): Int16Array {
		if (!this.heardAny) {
			this.held = [this.beginning(pcm)];
			return new Int16Array(0);
		}
		const room = Math.max(0, Math.min(pcm.length, this.tail - this.silent));
		this.silent += pcm.length;
		if (room < pcm.length) this.held.push(pcm.slice(room));
		return pcm.slice(0, room);
	}

	/** The last of the silence before the first audible sample. */
	private beginning(pcm: Int16Array): Int16Array {
		return joinPcm([...this.held, pcm]).slice(-this.lead);
	}
}
