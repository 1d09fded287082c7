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
