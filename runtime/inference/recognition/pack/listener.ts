import type { Heard, Stretch } from './acoustic-model';

/** Somebody whose sound the model works on: asked for the next stretch, given what was heard in it, and so on. */
export interface Listener {
	/** null while there is nothing to do. */
	next(): Stretch | null;
	/** What became of the stretch that `next` gave. */
	take(heard: Heard): void;
}

/** Int16 to the graph's -1..1. */
export function toFloat(pcm: Int16Array, into: Float32Array, at = 0): Float32Array {
	for (let index = 0; index < pcm.length; index++) into[at + index] = pcm[index]! / 32_768;
	return into;
}
