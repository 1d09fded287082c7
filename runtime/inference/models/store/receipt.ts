import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const receipt = z.object({
	bytes: z.number().int().nonnegative(),
	/** Of what was received, so that damage after the download shows even where the publisher's is not known. */
	sha256: z.string(),
	/** Host it came from. */
	from: z.string(),
	/** Whether `sha256` was compared with the catalogue's. */
	checked: z.boolean(),
	at: z.string(),
});
export type Receipt = z.infer<typeof receipt>;

const receiptPath = (file: string): string => `${file}.receipt.json`;

/** Written beside a file that was fetched whole. */
export async function writeReceipt(file: string, value: Receipt): Promise<void> {
	const draft = `${receiptPath(file)}.${process.pid}`;
	await writeFile(draft, JSON.stringify(value, undefined, '\t'));
	await rename(draft, receiptPath(file));
}

/** undefined for a file that somebody else put there. */
export async function readReceipt(file: string): Promise<Receipt | undefined> {
	const text = await readFile(receiptPath(file), 'utf8').catch(() => '');
	try {
		return receipt.safeParse(JSON.parse(text)).data;
	} catch {
		return undefined;
	}
}
