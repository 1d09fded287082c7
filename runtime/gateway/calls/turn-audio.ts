import { LISTEN_RATE } from '../../audio/pcm';

/** Sound kept of one turn: for the node that transcribes without look-ahead and for the trigger's recording. */
const LIMIT_SAMPLES = 120 * LISTEN_RATE;

/** What the caller has said since the last turn, 16 kHz. The oldest goes first when it gets too long. */
export class TurnAudio {
	private blocks: Int16Array[] = [];
	private samples = 0;

	push(pcm: Int16Array): void {
		this.blocks.push(pcm);
		this.samples += pcm.length;
		while (this.samples > LIMIT_SAMPLES) this.samples -= this.blocks.shift()?.length ?? 0;
	}

	/** Hands over what there is and starts anew. */
	take(): Int16Array[] {
		const taken = this.blocks;
		this.clear();
		return taken;
	}

	clear(): void {
		this.blocks = [];
		this.samples = 0;
	}
}
