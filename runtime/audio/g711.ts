/* The two codes of telephone lines, ITU-T G.711: a byte a sample. */

/** North America's and Japan's: µ-law. -32124..32124. */
export function fromMuLaw(byte: number): number {
	const bits = ~byte & 0xff;
	const size = ((((bits & 0x0f) << 3) + 0x84) << ((bits & 0x70) >> 4)) - 0x84;
	return bits & 0x80 ? -size : size;
}

/** Elsewhere: A-law. -32256..32256. */
export function fromALaw(byte: number): number {
	const bits = byte ^ 0x55;
	const segment = (bits & 0x70) >> 4;
	const within = (bits & 0x0f) << 4;
	const size = segment === 0 ? within + 8 : (within + 0x108) << (segment - 1);
	return bits & 0x80 ? size : -size;
}
