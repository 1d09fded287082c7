import { joinPcm, LISTEN_RATE } from '../../audio/pcm';

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

	/** The end of it, at most so many samples. */
	last(samples: number): Int16Array {
		let first = this.blocks.length;
		for (let found = 0; first > 0 && found < samples; ) found += this.blocks[--first]?.length ?? 0;
		const end = joinPcm(this.blocks.slice(first));
		return end.slice(Math.max(0, end.length - samples));
	}

	/** What there is so far. */
	get soFar(): readonly Int16Array[] {
		return [...this.blocks];
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
