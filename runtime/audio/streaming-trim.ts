import { joinPcm, msToSamples } from './pcm';
import { AUDIBLE, LEAD_MS, TAIL_MS } from './trim';

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
		const last = pcm.findLastIndex(audible);
		if (last < 0) return this.silence(pcm);
		const from = this.heardAny ? 0 : pcm.findIndex(audible);
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

const audible = (sample: number): boolean => Math.abs(sample) >= AUDIBLE;
