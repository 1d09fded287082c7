import { appendFile, chmod, constants, copyFile } from 'node:fs/promises';
import { encodeMetadata } from '../onnx/onnx-writer';

/** A copy of an ONNX file that says of itself what sherpa-onnx must know. What the file said before is overruled. */
export async function copyWithMetadata(model: string, copy: string, metadata: Readonly<Record<string, string>>): Promise<void> {
	// Shares the bytes where the file system can.
	await copyFile(model, copy, constants.COPYFILE_FICLONE);
	// The mode is copied too, and a model may be read-only.
	await chmod(copy, 0o644);
	// Messages of protobuf join: what is appended is part of the model.
	await appendFile(copy, encodeMetadata(metadata));
}
