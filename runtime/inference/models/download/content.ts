import type { CatalogueFile } from '../catalogue/schema';
import type { DownloadAnswer } from './http-get';
import { TryFailure } from './try-failure';

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
export function mostBytes(file: CatalogueFile): number {
	return file.bytes ?? (file.aboutBytes === null ? UNKNOWN_LIMIT_BYTES : Math.floor(file.aboutBytes * ABOUT));
}

/** Looks at an answer's head: log-in pages and packed or wrongly sized files are refused before a byte is written. */
export function checkHead(file: CatalogueFile, answer: DownloadAnswer, total: number | undefined): void {
	const refuse = (why: string): TryFailure => new TryFailure(`${answer.host}: ${why}`, 'elsewhere');
	if (/text\/html|application\/xhtml/i.test(answer.headers['content-type'] ?? '')) throw refuse('sent a web page instead of the file');
	const encoding = answer.headers['content-encoding'];
	if (encoding !== undefined && encoding !== 'identity') throw refuse(`sent the file compressed (${encoding})`);
	if (total !== undefined && !sizeFits(file, total)) {
		throw refuse(`has a file of ${total} bytes; it should have ${file.bytes ?? `about ${file.aboutBytes ?? 'less'}`}`);
	}
}

/** Looks at a file's first bytes. */
export function checkStart(file: CatalogueFile, start: Buffer, host: string): void {
	const refuse = (why: string): TryFailure => new TryFailure(`${host}: ${why}`, 'elsewhere');
	const text = start.subarray(0, 64).toString('latin1');
	if (/^\s*<(!doctype|html|head|\?xml)/i.test(text)) throw refuse('sent a web page instead of the file');
	if (text.startsWith('version https://git-lfs')) throw refuse('sent a Git LFS pointer instead of the file');
	if (file.name.endsWith('.gguf') && start.length >= 4 && !text.startsWith('GGUF')) throw refuse('sent something that is not a GGUF file');
}
