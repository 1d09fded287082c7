import { statfs } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { VoiceError } from '../../../contract/errors';
import { size } from '../sizes';

/** What a download depends on besides the network; tests pass their own. */
export interface DownloadLimits {
	/** A server that has not begun to answer after this long is given up, ms. */
	readonly answerMs: number;
	/** A download of which no byte came for this long is broken off and resumed, ms. */
	readonly stallMs: number;
	/** Tries at one address that bring nothing new, before the next address. */
	readonly tries: number;
	/** Wait before the second such try, ms; doubled each time. */
	readonly backOffMs: number;
	/** Free bytes on the disk that holds `folder`. */
	readonly freeBytes: (folder: string) => Promise<number>;
	/** Rejects when aborted. */
	readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
	/** Milliseconds on any steady clock. */
	readonly now: () => number;
}

/** A server may ask for more patience than a person has. */
const LONGEST_WAIT_MS = 60_000;

export const defaultLimits: DownloadLimits = {
	answerMs: 30_000,
	stallMs: 30_000,
	tries: 4,
	backOffMs: 1000,
	freeBytes: async (folder) => {
		const { bavail, bsize } = await statfs(folder);
		return bavail * bsize;
	},
	pause: async (ms, signal) => {
		await sleep(ms, undefined, { signal });
	},
	now: () => performance.now(),
};

/** How long to wait after the `count`th try without success; `asked` is what the server wants, ms. */
export function waitAfter(count: number, limits: DownloadLimits, asked = 0): number {
	return Math.min(LONGEST_WAIT_MS, Math.max(asked, limits.backOffMs * 2 ** (count - 1)));
}

/** A disk that is full to the last byte stops n8n's database, not only us. */
const MARGIN_BYTES = 64 * 1024 * 1024;

export function diskFull(folder: string, why: string, cause?: unknown): VoiceError {
	return new VoiceError('VOICE_ERR_DISK_FULL', `There is not enough room in ${folder}: ${why}.`, cause === undefined ? {} : { cause });
}

/** Rejects with VOICE_ERR_DISK_FULL when `bytes` more would not fit. The folder must exist. */
export async function checkSpace(folder: string, bytes: number, limits: DownloadLimits): Promise<void> {
	const free = await limits.freeBytes(folder);
	if (free >= bytes + MARGIN_BYTES) return;
	throw diskFull(folder, `${size(bytes)} are to be written and ${size(MARGIN_BYTES)} to stay free, and ${size(free)} are free`);
}
