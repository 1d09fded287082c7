/** A raised cosine: no corner at either end, so nothing clicks. `i` of `length` samples into a fade in. */
const gain = (i: number, length: number): number => 0.5 - 0.5 * Math.cos((Math.PI * (i + 0.5)) / length);

/** Fades the first `length` samples of a frame in, in place. */
export function fadeIn(frame: Int16Array, length: number): void {
	for (let i = 0; i < length; i++) frame[i] = Math.round((frame[i] as number) * gain(i, length));
}

/** Fades the first `length` samples of a frame out, in place; what follows them is silence already. */
export function fadeOut(frame: Int16Array, length: number): void {
	for (let i = 0; i < length; i++) frame[i] = Math.round((frame[i] as number) * gain(length - 1 - i, length));
}
