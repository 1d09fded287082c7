import { joinPcm, msToSamples } from '../../../../audio/pcm';
import { SNAC_RATE } from '../snac/snac-model';
import { FADE_SAMPLES } from '../../join';

/** Loudness is measured over this long: a single sample of noise says nothing. */
const BLOCK_MS = 10;
const BLOCK_SAMPLES = msToSamples(BLOCK_MS, SNAC_RATE);
/**
 * -42 dBFS. The real model does not begin with silence but with 0.4 to 0.7 s of noise, measured at -50 dBFS RMS
 * (peaks at -40) before speech at -24 (canopyai/Orpheus-TTS#299, #228).
 */
const NOISE = 262;
/** Kept before the first block that is louder: a soft h or f at the beginning of a word. */
const LEAD_BLOCKS = 6;
/** Kept after the last: the pause between two sentences. */
const TAIL_BLOCKS = 15;

/** Leaves out the noise before and after speech while it is still being made. Ends of 10 ms come one push later. */
export class NoiseTrim {
	private rest: Int16Array = new Int16Array(0);
	/** Not given out yet: noise that may turn out to be the end, or all that there is. */
	private held: Int16Array[] = [];
	private heardAny = false;
	private quiet = 0;

	/** How long there has been nothing but noise. */
	get quietMs(): number {
		return this.quiet * BLOCK_MS;
	}

	/** What of the sound so far is certain to be heard. */
	push(pcm: Int16Array): Int16Array {
		const whole = joinPcm([this.rest, pcm]);
		const given: Int16Array[] = [];
		let at = 0;
		for (; at + BLOCK_SAMPLES <= whole.length; at += BLOCK_SAMPLES) given.push(...this.block(whole.slice(at, at + BLOCK_SAMPLES)));
		this.rest = whole.slice(at);
		return joinPcm(given);
	}

	/** The rest, once there is no more. A speech that was never loud is given out whole: a sigh may be that soft. */
	end(): Int16Array {
		const given = this.rest.length > 0 ? this.block(this.rest) : [];
		return joinPcm(this.heardAny ? given : this.held);
	}

	private block(block: Int16Array): Int16Array[] {
		if (isNoise(block)) {
			this.quiet++;
			if (this.heardAny && this.quiet <= TAIL_BLOCKS) return [block];
			this.held.push(block);
			return [];
		}
		const before = this.heardAny ? this.held : onset(this.held);
		this.heardAny = true;
		this.held = [];
		this.quiet = 0;
		return [...before, block];
	}
}

function isNoise(block: Int16Array): boolean {
	return block.reduce((sum, sample) => sum + sample * sample, 0) < block.length * NOISE ** 2;
}

/** The last of the noise before speech. It begins softly where there was more of it, for noise that sets in is a click. */
function onset(noise: readonly Int16Array[]): Int16Array[] {
	const kept = noise.slice(-LEAD_BLOCKS);
	if (kept.length === noise.length) return kept;
	return [(kept[0] ?? new Int16Array(0)).map((sample, at) => (at < FADE_SAMPLES ? Math.round((sample * at) / FADE_SAMPLES) : sample)), ...kept.slice(1)];
}
