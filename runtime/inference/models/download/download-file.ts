import path from 'node:path';
import { VoiceError } from '../../../contract/errors';
import type { CatalogueFile } from '../catalogue/schema';
import { fileSum } from '../store/file-sum';
import { type Receipt, writeReceipt } from '../store/store';
import type { Address } from './addresses';
import type { Agents } from './proxies';
import { attempt } from './attempt';
import { diskFull, type DownloadLimits, waitAfter } from './limits';
import { PartFile, partPath } from './part-file';
import { TryFailure } from './try-failure';

export interface FileDownload {
	readonly file: CatalogueFile;
	/** Where it shall lie. */
	readonly target: string;
	/** Tried in this order. */
	readonly addresses: readonly Address[];
	readonly agents: Agents;
	readonly limits: DownloadLimits;
	readonly signal: AbortSignal;
	/** Bytes of it that are on the disk, and its size if somebody knows it. */
	readonly onBytes: (bytes: number, total: number | undefined) => void;
	/** After each piece; rejects when the download is not ours any more. */
	readonly stillOurs: () => Promise<void>;
}

/**
 * Fetches one file, resuming what is there, and puts it into place when it is whole and its checksum (where we know
 * it) is right. What came so far stays for the next time, unless it turned out to be wrong.
 * @throws VOICE_ERR_DOWNLOAD_FAILED with the reason of every address, VOICE_ERR_LICENCE when all want an account,
 *   VOICE_ERR_DISK_FULL; the signal's reason when aborted.
 */
export async function downloadFile(download: FileDownload): Promise<Receipt> {
	const part = await PartFile.open(download.target, download.signal);
	try {
		const failures: TryFailure[] = [];
		for (const address of download.addresses) {
			const failure = await persist(download, address, part);
			if (failure === undefined) return await putInPlace(download, address, part);
			failures.push(failure);
		}
		throw exhausted(download, failures);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ENOSPC') throw diskFull(path.dirname(download.target), 'the disk is full', error);
		throw error;
	} finally {
		await part.leave();
	}
}

/** Tries one address until it has brought the file, or tries bring nothing new. @returns why it was given up */
async function persist(download: FileDownload, address: Address, part: PartFile): Promise<TryFailure | undefined> {
	const { limits, signal } = download;
	for (let idle = 0; ; ) {
		signal.throwIfAborted();
		const before = part.size;
		const failure = await once(download, address, part);
		if (failure === undefined) return undefined;
		idle = part.size > before ? 1 : idle + 1;
		if (failure.next === 'elsewhere' || idle >= limits.tries) return failure;
		await limits.pause(waitAfter(idle, limits, failure.waitMs), signal);
	}
}

async function once({ file, agents, limits, signal, onBytes, stillOurs }: FileDownload, address: Address, part: PartFile): Promise<TryFailure | undefined> {
	const report = (): void => onBytes(part.size, file.bytes ?? part.origin?.total);
	part.fresh = false;
	try {
		// A process that was killed between the last byte and the renaming has left all of it.
		const whole = part.size > 0 && part.size === (file.bytes ?? part.origin?.total);
		if (!whole) {
			const onPiece = async (): Promise<void> => {
				report();
				await stillOurs();
			};
			await attempt({ file, address, part, agents, limits, signal, onPiece });
		}
		report();
	} catch (error) {
		if (error instanceof TryFailure) return error;
		throw error;
	}
	if (await isRight(file, part)) return undefined;
	const pure = part.fresh;
	await part.restart();
	const host = new URL(address.url).host;
	return pure
		? new TryFailure(`${host}: sent a file with the wrong checksum`, 'elsewhere')
		: new TryFailure(`${host}: the parts of the file did not fit together`, 'again');
}

/** As far as its sum is known. */
async function isRight({ sha256, md5 }: CatalogueFile, part: PartFile): Promise<boolean> {
	if (sha256 !== null) return part.sum() === sha256;
	return md5 === undefined || (await fileSum(partPath(part.target), {}, 'md5')) === md5;
}

async function putInPlace({ file, target }: FileDownload, address: Address, part: PartFile): Promise<Receipt> {
	const receipt: Receipt = {
		bytes: part.size,
		sha256: part.sum(),
		from: new URL(address.url).host,
		checked: file.sha256 !== null || file.md5 !== undefined,
		at: new Date().toISOString(),
	};
	// The receipt first: a file without one could not be told from one that somebody else put there.
	await writeReceipt(target, receipt);
	await part.finish();
	return receipt;
}

function exhausted({ file, target, addresses }: FileDownload, failures: TryFailure[]): VoiceError {
	const reasons = failures.map(({ message }) => `- ${message}`).join('\n');
	const message = `${file.name} could not be fetched.\n${reasons}`;
	if (failures.length > 0 && failures.every(({ gated }) => gated)) return new VoiceError('VOICE_ERR_LICENCE', message);
	const [first] = addresses;
	const byHand = first === undefined ? '' : ` Or fetch ${first.url} by other means and put it at ${target}.`;
	return new VoiceError('VOICE_ERR_DOWNLOAD_FAILED', message, {
		remedy: `Try again: what was downloaded so far is kept. Set HTTPS_PROXY if this machine needs a proxy, VOICE_LOOP_MODEL_MIRRORS to use another server.${byHand}`,
	});
}
