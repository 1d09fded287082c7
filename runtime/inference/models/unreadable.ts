import { lstat, readlink } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { VoiceError } from '../../contract/errors';

const CHECK_PATH = "Check the path. It is one on the voice runtime's machine, which may be another than n8n's.";

/** What looks at a user's files: what the system says of them is told as a person would. Everything else is passed on. */
export async function lookingAt<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		const { path: place } = error as NodeJS.ErrnoException;
		throw typeof place === 'string' && !(error instanceof VoiceError) ? await unreadable(place, error) : error;
	}
}

/** Why what a setting names cannot be read, by what the system has said. */
export async function unreadable(place: string, cause: unknown): Promise<VoiceError> {
	const missing = (message: string, remedy: string): VoiceError => new VoiceError('VOICE_ERR_MODEL_MISSING', message, { cause, remedy });
	switch ((cause as NodeJS.ErrnoException).code) {
		case 'EACCES':
		case 'EPERM':
			return missing(`The voice runtime may not read ${place}.`, `Let ${userName()}, as whom the runtime runs, read it and open the folders above it: chmod -R a+rX ${path.dirname(place)}`);
		case 'ELOOP':
			return missing(`${place} cannot be read: it is a link that leads back to itself.`, 'Link it to the file, or choose the file itself.');
		case 'ENOENT': {
			const target = await linkedTo(place);
			if (target !== undefined) return missing(`${place} is a link to ${target}, and nothing is there.`, 'Link it to the file, or choose the file itself. A link out of a container leads to nothing in it.');
			return missing(`There is no file or folder at ${place}.`, CHECK_PATH);
		}
		case 'ENOTDIR':
			return missing(`There is no file or folder at ${place}: a part of the path is a file, not a folder.`, CHECK_PATH);
		case 'ENAMETOOLONG':
			return missing(`There is no file or folder at ${place.slice(0, 200)}...: the path is longer than the machine allows.`, CHECK_PATH);
		default:
			return missing(`${place} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, CHECK_PATH);
	}
}

/** A pipe or a device would be read for ever. */
export function noFile(place: string): VoiceError {
	return new VoiceError('VOICE_ERR_MODEL_MISSING', `${place} is neither a file nor a folder: it is a pipe, a socket or a device.`, { remedy: 'Choose the file of the model.' });
}

async function linkedTo(place: string): Promise<string | undefined> {
	const found = await lstat(place).catch(() => undefined);
	return found?.isSymbolicLink() ? await readlink(place) : undefined;
}

export function userName(): string {
	try {
		return `the user ${os.userInfo().username}`;
	} catch {
		return 'the user';
	}
}
