import { access } from 'node:fs/promises';
import { InferenceSession } from 'onnxruntime-node';
import { VoiceError } from '../../../contract/errors';
import { cpuSession } from '../../../lib/onnx-options';

export interface GraphShape {
	readonly inputs: readonly string[];
	readonly outputs: readonly string[];
}

/**
 * Opens a graph and checks that it takes and gives what the engine expects.
 * Rejects with VOICE_ERR_MODEL_MISSING, or VOICE_ERR_MODEL_BROKEN for a file that is no ONNX or another graph.
 */
export async function openOnnxSession(file: string, shape: GraphShape, threads = 1): Promise<InferenceSession> {
	await access(file).catch((cause: unknown) => {
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', `${file} cannot be read.`, { cause });
	});
	const session = await InferenceSession.create(file, cpuSession(threads)).catch((cause: unknown) => {
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file} is not an ONNX model that can be run.`, { cause });
	});
	const lacks = (wanted: readonly string[], has: readonly string[]): string[] =>
		wanted.filter((name) => !has.includes(name));
	const absent = [...lacks(shape.inputs, session.inputNames), ...lacks(shape.outputs, session.outputNames)];
	if (absent.length > 0) {
		await session.release();
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file} is a different kind of model: it lacks ${absent.join(', ')}.`);
	}
	return session;
}
