import { FRAME_SAMPLES } from '../../runtime/inference/speech/orpheus/snac/snac-model';
import { Join } from '../../runtime/inference/speech/join';
import { inWindows } from '../../runtime/inference/speech/orpheus/sound/windows';
import { playThrough } from '../../runtime/inference/speech/orpheus/sound/speech-in-time.fixture';

/** One decode: which frames, and what of its sound is played. */
export interface Decode {
	readonly from: number;
	readonly to: number;
	readonly play: (sound: Float32Array) => Float32Array;
}

/** A way to make sound of a speech of `frames` frames. What its decodes play follows on each other. */
export type Schedule = (frames: number) => Decode[];

/** All at once: the least work, and the sound that the others should give. */
export const straight: Schedule = (frames) => [{ from: 0, to: frames, play: (sound) => sound }];

/** canopyai/Orpheus-TTS: every frame but the first and the last two is cut out of the middle of four. */
export const REFERENCE_FRAMES = 4;
const REFERENCE_KEEPS = 1;
/** So many samples of the speech it never plays at the beginning. */
export const REFERENCE_SKIPS = REFERENCE_KEEPS * FRAME_SAMPLES;
export const reference: Schedule = (frames) =>
	Array.from({ length: Math.max(0, frames - REFERENCE_FRAMES + 1) }, (_, from) => ({
		from,
		to: from + REFERENCE_FRAMES,
		play: (sound) => sound.slice(REFERENCE_SKIPS, (REFERENCE_KEEPS + 1) * FRAME_SAMPLES),
	}));

/** Ours, where a model writes `tokensPerSecond` without a hold-up and a frame is decoded in `frameMs`. */
export function ours(tokensPerSecond: number, frameMs: number): Schedule {
	return (frames) => {
		const join = new Join();
		const { pieces } = playThrough({ way: inWindows, frames, tokensPerSecond, frameMs });
		return pieces.map((piece) => ({ from: piece.from, to: piece.to, play: (sound) => join.push(sound, piece) }));
	};
}
