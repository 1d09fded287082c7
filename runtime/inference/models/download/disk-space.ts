import { VoiceError } from '../../../contract/errors';
import type { DownloadLimits } from './limits';

/** A disk that is full to the last byte stops n8n's database, not only us. */
const MARGIN = 64 * 1024 * 1024;

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(2)} GB`;

export const diskFull = (folder: string, why: string, cause?: unknown): VoiceError =>
	new VoiceError('VOICE_ERR_DISK_FULL', `There is not enough room in ${folder}: ${why}.`, cause === undefined ? {} : { cause });

/** Rejects with VOICE_ERR_DISK_FULL when `bytes` more would not fit. The folder must exist. */
export async function checkSpace(folder: string, bytes: number, limits: DownloadLimits): Promise<void> {
	const free = await limits.freeBytes(folder);
	if (free >= bytes + MARGIN) return;
	throw diskFull(folder, `${gigabytes(bytes)} are to be written, ${gigabytes(free)} are free`);
}
