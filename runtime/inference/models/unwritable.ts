import type { ErrorCode } from '../../contract/error-kinds';
import { VoiceError } from '../../contract/errors';
import { userName } from './unreadable';

/** In a folder of ours: what the system says when it cannot be written is told as a person would. Everything else is passed on. */
export async function writingTo<T>(folder: string, code: ErrorCode, work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		throw unwritable(folder, code, error) ?? error;
	}
}

/** undefined for what says nothing about the folder. */
export function unwritable(folder: string, code: ErrorCode, cause: unknown): VoiceError | undefined {
	if (cause instanceof VoiceError) return undefined;
	const why = reason(cause as NodeJS.ErrnoException);
	if (why === undefined) return undefined;
	return new VoiceError(code, `The voice runtime's folder ${folder} cannot be written: ${why}.`, {
		cause,
		remedy: 'Mend that, or set VOICE_LOOP_MODELS to a folder on another disk, for the voice runtime as well.',
	});
}

function reason({ code, syscall }: NodeJS.ErrnoException): string | undefined {
	switch (code) {
		case 'EROFS':
			return 'its disk is read-only';
		case 'EACCES':
		case 'EPERM':
			return `${userName()} may not write there`;
		case 'ENOTDIR':
		case 'EEXIST':
			return 'a part of the path is a file, not a folder';
		case 'EFBIG':
			return 'its disk takes no file of that size (one that is formatted as FAT32 takes 4 GB)';
		case 'ENOENT':
			// What Node says where no folder can be made, also on a disk that is read-only.
			return syscall === 'mkdir' ? 'no folder can be made there, for example because its disk is read-only' : undefined;
		default:
			return undefined;
	}
}
