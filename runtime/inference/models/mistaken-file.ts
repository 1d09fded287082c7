import { open } from 'node:fs/promises';

export const FETCH_AGAIN = 'Fetch the file again, whole, and from where its authors publish it.';
const HEAD_BYTES = 512;

export interface Mistaken {
	/** "it is …" */
	readonly what: string;
	readonly remedy: string;
}

/** By a file's first bytes: what people do end up with under a model's name. */
const MISTAKEN: ReadonlyArray<readonly [sign: RegExp, what: string, remedy: string]> = [
	[/^$/, 'it is empty', FETCH_AGAIN],
	[/^version https:\/\/git-lfs/, 'it is a pointer of Git LFS, not the model itself', 'Run `git lfs pull` in the folder that it was cloned into, or download the file by itself.'],
	[/^\s*<(?:!doctype|html|\?xml)/i, 'it is a web page, not a model', 'Download the file itself, not the page that describes it: on a model hub this is the address with /resolve/.'],
	[/^\s*[{[]/, 'it is a JSON text, perhaps the answer of a server', FETCH_AGAIN],
	[/^PK\x03\x04|^\x1f\x8b|^BZh|^\xfd7zXZ|^7z\xbc\xaf|^Rar!|^[^]{257}ustar/, 'it is an archive', 'Unpack it, and choose the model inside.'],
	[/^(?:lmgg|ggml|tjgg|fmgg|algg)/, 'it is a file of whisper.cpp, or of a llama.cpp from before GGUF', 'Look for a version of this model in the format that is asked for here. whisper.cpp\'s own server can be used as "server:NAME".'],
	[/^[^]{8}\{"/, 'it holds weights for another program (safetensors)', 'Look for a version of this model in the format that is asked for here.'],
];

/** What the file is instead of a model; undefined where its first bytes do not tell. */
export async function mistakenFile(file: string): Promise<Mistaken | undefined> {
	const head = await headOf(file);
	const found = MISTAKEN.find(([sign]) => sign.test(head));
	return found && { what: found[1], remedy: found[2] };
}

export async function headOf(file: string): Promise<string> {
	const handle = await open(file, 'r');
	try {
		const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
		return buffer.toString('latin1', 0, bytesRead);
	} finally {
		await handle.close();
	}
}
