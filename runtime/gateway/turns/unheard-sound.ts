/** Sound that a link was sent and that is not known to have been heard: what the next link is given, where this one dies. */
export class UnheardSound {
	private readonly pieces: Int16Array[] = [];
	/** Of the utterance, where the first piece begins. */
	private start = 0;

	push(pcm: Int16Array): void {
		this.pieces.push(pcm);
	}

	/** All before this sample of the utterance was heard. */
	heard(sample: number): void {
		for (let first = this.pieces[0]; first && this.start + first.length <= sample; first = this.pieces[0]) {
			this.pieces.shift();
			this.start += first.length;
		}
	}

	/** From this sample of the utterance on. */
	*from(sample: number): Generator<Int16Array> {
		let at = this.start;
		for (const piece of this.pieces) {
			const skipped = Math.max(0, sample - at);
			if (skipped < piece.length) yield piece.slice(skipped);
			at += piece.length;
		}
	}

	clear(): void {
		this.pieces.length = 0;
	}
}
