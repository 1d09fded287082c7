import path from 'node:path';
import type { CatalogueFile } from '../catalogue/schema';
import type { Address } from './addresses';
import type { Agents } from './proxies';
import { type DownloadAnswer, get } from './http-get';
import { checkSpace, type DownloadLimits } from './limits';
import type { PartFile } from './part-file';
import { refusal } from './refusal';
import { fromNetwork, TryFailure } from './try-failure';

interface Attempt {
	readonly file: CatalogueFile;
	readonly address: Address;
	readonly part: PartFile;
	readonly agents: Agents;
	readonly limits: DownloadLimits;
	readonly signal: AbortSignal;
	/** After each piece that was written. May throw to break off, when another process has taken over. */
	readonly onPiece: () => Promise<void>;
}

/**
 * Asks one address once for all that the part file does not have yet. Resolves when it has everything.
 * Rejects with TryFailure, with VOICE_ERR_DISK_FULL, or with the signal's reason.
 */
export async function attempt(job: Attempt): Promise<void> {
	const { file, address, part, limits, signal } = job;
	const range = await resumable(job);
	const answer = await get({
		url: address.url,
		headers: range,
		...(address.token === undefined ? {} : { token: address.token }),
		answerMs: limits.answerMs,
		received: part.size > 0,
		agents: job.agents,
		signal,
	});
	try {
		const total = await begin(job, answer);
		await checkSpace(path.dirname(part.target), (total ?? mostBytes(file)) - part.size, limits);
		await part.from({
			url: address.url,
			...(strongTag(answer) === undefined ? {} : { etag: strongTag(answer) }),
			...(total === undefined ? {} : { total }),
		});
		await receive(job, answer);
		if (total !== undefined && part.size !== total) {
			throw new TryFailure(`${answer.host}: the download ended after ${part.size} of ${total} bytes`, 'again');
		}
	} finally {
		answer.body.destroy();
	}
}

/** Headers that ask for the rest; none where what is there may be of another file, and then it is dropped. */
async function resumable({ part, file, address }: Attempt): Promise<Record<string, string>> {
	if (part.size === 0) return {};
	const { origin } = part;
	const range = `bytes=${part.size}-`;
	if (origin?.url === address.url && origin.etag !== undefined) return { range, 'if-range': origin.etag };
	// Pieces of different mirrors may be put together where a checksum will tell whether they fit.
	if (file.sha256 !== null) return { range };
	await part.restart();
	return {};
}

/** What the answer's head promises. @returns the file's whole size, if it says so */
async function begin({ part, file }: Attempt, answer: DownloadAnswer): Promise<number | undefined> {
	if (answer.status === 416) {
		await part.restart();
		throw new TryFailure(`${answer.host}: the file is shorter than before`, 'again');
	}
	if (answer.status === 206) {
		const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(answer.headers['content-range'] ?? '');
		const total = range?.[2] === undefined || range[2] === '*' ? (file.bytes ?? part.origin?.total) : Number(range[2]);
		checkHead(file, answer, total);
		const known = file.bytes ?? part.origin?.total;
		if (Number(range?.[1]) === part.size && (known === undefined || total === known)) return total;
		await part.restart();
		throw new TryFailure(`${answer.host}: sent a different range from the one requested`, 'again');
	}
	if (answer.status !== 200) throw refusal(answer);
	const length = answer.headers['content-length'];
	const total = length === undefined ? (file.bytes ?? undefined) : Number(length);
	checkHead(file, answer, total);
	// The whole file: this server knows no ranges, or the file has changed since.
	await part.restart();
	return total;
}

async function receive({ file, part, limits, signal, onPiece }: Attempt, { body, host }: DownloadAnswer): Promise<void> {
	const most = mostBytes(file);
	const stalled = (): void => {
		body.destroy(new TryFailure(`${host}: sent nothing for ${Math.round(limits.stallMs / 1000)} s`, 'again'));
	};
	const abort = (): void => void body.destroy(signal.reason as Error);
	signal.throwIfAborted();
	let stall = setTimeout(stalled, limits.stallMs);
	signal.addEventListener('abort', abort, { once: true });
	try {
		for await (const piece of body as AsyncIterable<Buffer>) {
			clearTimeout(stall);
			if (part.size === 0) checkStart(file, piece, host);
			if (part.size + piece.length > most) {
				await part.restart();
				throw new TryFailure(`${host}: sent more than the expected ${most} bytes`, 'elsewhere');
			}
			await part.add(piece);
			await onPiece();
			stall = setTimeout(stalled, limits.stallMs);
		}
		signal.throwIfAborted();
	} catch (error) {
		throw lost(error, host, signal);
	} finally {
		clearTimeout(stall);
		signal.removeEventListener('abort', abort);
	}
}

/** Errors of the connection become TryFailure; those of the disk and our own stay what they are. */
function lost(error: unknown, host: string, signal: AbortSignal): unknown {
	if (signal.aborted || error instanceof TryFailure) return error;
	const { code, syscall } = error as NodeJS.ErrnoException;
	const network = code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code?.startsWith('HPE_') || syscall === 'read';
	return network ? fromNetwork(error as NodeJS.ErrnoException, host, true) : error;
}

function strongTag({ headers }: DownloadAnswer): string | undefined {
	return headers.etag?.startsWith('"') ? headers.etag : undefined;
}

/** A page from a published, rounded figure may be off by as much: GB and GiB alone differ by 7 %. */
const ABOUT = 1.25;
/** Where nothing at all is known about its size. All such files of the catalogue are below one MB. */
const UNKNOWN_LIMIT_BYTES = 64 * 1024 * 1024;

/** Whether that many bytes may be this file. */
function sizeFits(file: CatalogueFile, bytes: number): boolean {
	if (file.bytes !== null) return bytes === file.bytes;
	if (file.aboutBytes !== null) return bytes >= file.aboutBytes / ABOUT && bytes <= file.aboutBytes * ABOUT;
	return bytes > 0 && bytes <= UNKNOWN_LIMIT_BYTES;
}

/** More than this is never written. */
function mostBytes(file: CatalogueFile): number {
	return file.bytes ?? (file.aboutBytes === null ? UNKNOWN_LIMIT_BYTES : Math.floor(file.aboutBytes * ABOUT));
}

/** Looks at an answer's head: log-in pages and packed or wrongly sized files are refused before a byte is written. */
function checkHead(file: CatalogueFile, answer: DownloadAnswer, total: number | undefined): void {
	const refuse = (why: string): TryFailure => new TryFailure(`${answer.host}: ${why}`, 'elsewhere');
	if (/text\/html|application\/xhtml/i.test(answer.headers['content-type'] ?? '')) throw refuse('sent a web page instead of the file');
	const encoding = answer.headers['content-encoding'];
	if (encoding !== undefined && encoding !== 'identity') throw refuse(`sent the file compressed (${encoding})`);
	if (total !== undefined && !sizeFits(file, total)) {
		throw refuse(`has a file of ${total} bytes; it should have ${file.bytes ?? `about ${file.aboutBytes ?? 'less'}`}`);
	}
}

/** Looks at a file's first bytes. */
function checkStart(file: CatalogueFile, start: Buffer, host: string): void {
	const refuse = (why: string): TryFailure => new TryFailure(`${host}: ${why}`, 'elsewhere');
	const text = start.subarray(0, 64).toString('latin1');
	if (/^\s*<(!doctype|html|head|\?xml)/i.test(text)) throw refuse('sent a web page instead of the file');
	if (text.startsWith('version https://git-lfs')) throw refuse('sent a Git LFS pointer instead of the file');
	if (file.name.endsWith('.gguf') && start.length >= 4 && !text.startsWith('GGUF')) throw refuse('sent something that is not a GGUF file');
}
