import { access } from 'node:fs/promises';
import path from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { VoiceError } from '../../../contract/errors';
import { cpuSession } from '../../../lib/onnx-options';
import { FETCH_AGAIN } from '../../models/mistaken-file';

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
		throw unopened(file, cause);
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

/** By what onnxruntime says: large models keep their weights beside the graph, and not all numbers are for a processor. */
function unopened(file: string, cause: unknown): VoiceError {
	const said = cause instanceof Error ? cause.message : String(cause);
	const beside = /External data path does not exist: "([^"]+)"/.exec(said)?.[1];
	if (beside !== undefined) {
		return new VoiceError('VOICE_ERR_MODEL_MISSING', `${file} keeps its weights in ${path.basename(beside)}, which is not beside it.`, { cause, remedy: 'Fetch that file as well, and put it into the same folder under its own name.' });
	}
	if (/External initializer.*(?:out of bounds|read in full)/s.test(said)) {
		return new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file} cannot be used: the file beside it that holds its weights is cut off, or is a pointer of Git LFS.`, { cause, remedy: FETCH_AGAIN });
	}
	const operator = /Could not find an implementation for (\w+)/.exec(said)?.[1];
	if (operator !== undefined) {
		return new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file} cannot be run on a processor: onnxruntime has no ${operator} for its kind of numbers.`, { cause, remedy: 'Choose another precision of the same model, such as the file with "_quantized" in its name, or the one without any.' });
	}
	return new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file} is not an ONNX model that can be run.`, { cause });
}
