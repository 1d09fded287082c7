import { joinPcm, LISTEN_RATE } from '../../../audio/pcm';

/** Of one utterance the last two minutes are kept: nobody speaks longer without a pause. */
const MAX_SAMPLES = 120 * LISTEN_RATE;

/** The sound of one utterance, 16 kHz. */
export class KeptSound {
	private pieces: Int16Array[] = [];
	private samples = 0;

	push(pcm: Int16Array): void {
		this.pieces.push(pcm);
		this.samples += pcm.length;
		while (this.samples - (this.pieces[0]?.length ?? 0) >= MAX_SAMPLES) this.samples -= this.pieces.shift()?.length ?? 0;
	}

	all(): Int16Array {
		return joinPcm(this.pieces);
	}
}
