/** Samples a message to a worker carries: its limit is 960000. */
const PIECE_SAMPLES = 480_000;

/** Copies, as messages to a worker carry them. */
export function piecesOf(pcm: Int16Array): Int16Array[] {
	const pieces: Int16Array[] = [];
	for (let from = 0; from < pcm.length; from += PIECE_SAMPLES) pieces.push(pcm.slice(from, from + PIECE_SAMPLES));
	return pieces;
}
