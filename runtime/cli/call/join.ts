/** Pieces of sound as one. */
export function join(pieces: readonly Int16Array[]): Int16Array {
	const whole = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
	let at = 0;
	for (const piece of pieces) {
		whole.set(piece, at);
		at += piece.length;
	}
	return whole;
}
