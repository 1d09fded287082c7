import type * as SherpaLibrary from 'sherpa-onnx-node';
import { VoiceError } from '../../../contract/errors';

/** Loads sherpa-onnx. Only in a process of its own: see start-sherpa. */
export async function sherpaLibrary(): Promise<typeof SherpaLibrary> {
	const loaded = await import('sherpa-onnx-node').catch((cause: unknown) => {
		throw new VoiceError('VOICE_ERR_MODEL_FAILED', `sherpa-onnx cannot be loaded on this machine (${process.platform}, ${process.arch}).`, {
			cause,
			remedy: 'It needs its optional package for Linux with glibc, macOS or Windows: install without --omit=optional, not on Alpine.',
		});
	});
	// A CommonJS module: of its names import() finds the first only.
	return (loaded as unknown as { readonly default: typeof SherpaLibrary }).default;
}
