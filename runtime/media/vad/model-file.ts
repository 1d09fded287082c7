import { existsSync } from 'node:fs';
import path from 'node:path';
import { VoiceError } from '../../contract/errors';

/** The build puts the graph beside this file; before a build it lies in the development dependency it comes from. */
export function vadModelFile(): string {
	const built = path.join(__dirname, 'silero-vad-v6.onnx');
	if (existsSync(built)) return built;
	try {
		const source = path.dirname(require.resolve('@ricky0123/vad-web/package.json'));
		return path.join(source, 'dist', 'silero_vad_v6.onnx');
	} catch (cause) {
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', 'The voice activity model (silero-vad-v6.onnx) is not installed.', {
			cause,
			remedy: 'Install the package again: the file belongs beside dist/runtime/media/vad.',
		});
	}
}
