/**
 * The sound formats that cross our borders: always mono, signed 16 bit, host byte order.
 *
 * What a caller says travels at 16 kHz (what recognisers and Silero VAD take); what a voice says
 * travels at the voice's own rate (Orpheus 24 kHz, flite 16 kHz) as wrtc encodes from any of them.
 */
export const LISTEN_RATE = 16_000;

/** wrtc takes and gives exactly 10 ms a call. */
export const FRAME_MS = 10;

export const LISTEN_FRAME = (LISTEN_RATE * FRAME_MS) / 1000;

/** Rates for which 10 ms is a whole number of samples and that wrtc encodes from. */
export const SPEAK_RATES = [8_000, 16_000, 22_050, 24_000, 44_100, 48_000] as const;

export const samplesToMs = (samples: number, sampleRate: number): number =>
	(samples * 1000) / sampleRate;

export const msToSamples = (ms: number, sampleRate: number): number =>
	Math.round((ms * sampleRate) / 1000);

/** Pieces of sound as one. */
export function joinPcm(pieces: readonly Int16Array[]): Int16Array {
	const whole = new Int16Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
	let at = 0;
	for (const piece of pieces) {
		whole.set(piece, at);
		at += piece.length;
	}
	return whole;
}
