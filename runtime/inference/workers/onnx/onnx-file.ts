import path from 'node:path';
import { VoiceError } from '../../../contract/errors';
import { FETCH_AGAIN, headOf, mistakenFile } from '../../models/mistaken-file';
import { outermostFields } from './metadata';

/** Fields of ONNX's ModelProto that every model has: its format's version, and its graph. */
const IR_VERSION = 1;
const GRAPH = 7;
/**
 * Looks at a file before any engine does: engines end their process for what is no model, and say little about it.
 * The graph itself is not read. Rejects with VOICE_ERR_MODEL_BROKEN, which says what the file is.
 */
export async function assertOnnx(file: string): Promise<void> {
	const mistaken = await mistakenFile(file);
	if (mistaken) throw broken(file, mistaken.what, mistaken.remedy);
	if ((await headOf(file)).startsWith('GGUF')) throw broken(file, 'it is a GGUF file, a language model', 'Give the file its own name, NAME.gguf, and choose it where a language model is asked for.');
	const fields = await outermostFields(file);
	if (!fields.numbers.has(IR_VERSION)) throw broken(file, 'it is not an ONNX model', FETCH_AGAIN);
	if (fields.missingBytes > 0) throw broken(file, `it is cut off: ${fields.missingBytes} bytes or more are missing at its end`, FETCH_AGAIN);
	if (!fields.numbers.has(GRAPH)) throw broken(file, 'it is cut off, or it is not an ONNX model: there is no graph in it', FETCH_AGAIN);
}

function broken(file: string, what: string, remedy: string): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_BROKEN', `${path.basename(file)} in ${path.dirname(file)} cannot be used: ${what}.`, { remedy });
}
