import { Join } from '../../join';
import type { FrameDecoder } from '../snac/snac-decoder';
import type { Frame } from '../tokens/frame-assembler';
import { inWindows } from './windows';

/** A decoder in windows that does with their frames as told, in no time. */
export function decoderOf(decode: (frames: readonly Frame[], signal: AbortSignal) => Promise<Float32Array>): FrameDecoder {
	return {
		frameMs: 1,
		warm: async () => await Promise.resolve(),
		speech: async () => {
			const join = new Join();
			return await Promise.resolve({
				way: inWindows,
				decode: async (frames: readonly Frame[], piece, signal) => join.push(await decode(frames, signal), piece),
				end: () => undefined,
			});
		},
	};
}
