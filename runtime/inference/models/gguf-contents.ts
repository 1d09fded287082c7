import { stat } from 'node:fs/promises';
import type { GgufFileInfo } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { FETCH_AGAIN } from './mistaken-file';

export interface GgufFault {
	readonly why: string;
	readonly remedy: string;
}

const A_LANGUAGE_MODEL = 'Choose a model that writes text: an "instruct" or "chat" model as GGUF.';

/** What a GGUF is that writes no text, by its architecture. */
const WRITES_NOTHING: ReadonlyArray<readonly [architecture: RegExp, what: string, remedy: string]> = [
	[/^(?:clip|mmproj)/, 'it is the part of a model that sees pictures or hears sounds (mmproj), and writes nothing by itself', 'Choose the other .gguf file of that model.'],
	[/bert|embed|^t5encoder$/, 'it is an embedding model: it compares texts, and writes none', A_LANGUAGE_MODEL],
	[/^wavtokenizer/, 'it turns codes into sound, and writes no text', A_LANGUAGE_MODEL],
];

const PART = /-(\d{5})(-of-)(\d{5})\.gguf$/i;

/** What a file says of itself that makes it useless here; undefined where nothing does. */
export async function ggufFaultOf(file: string, { metadata, fullTensorInfo }: GgufFileInfo): Promise<GgufFault | undefined> {
	const general: { readonly architecture?: string; readonly type?: string } = metadata.general;
	const { architecture = '', type = '' } = general;
	const [, what, remedy] = WRITES_NOTHING.find(([pattern]) => pattern.test(type === 'mmproj' ? type : architecture)) ?? [];
	if (what !== undefined && remedy !== undefined) return { why: `${what}.`, remedy };
	if (type === 'adapter') return { why: 'it is an adapter (LoRA), which changes another model.', remedy: `Merge it into its model, or choose a whole one. ${A_LANGUAGE_MODEL}` };
	const own = (metadata as Readonly<Record<string, unknown>>)[architecture];
	if (typeof own === 'object' && own !== null && 'pooling_type' in own && Number(own.pooling_type) > 0) return { why: 'it is an embedding or ranking model: it compares texts, and writes none.', remedy: A_LANGUAGE_MODEL };
	const ends = new Map<number, number>();
	for (const { fileOffset, filePart } of fullTensorInfo ?? []) ends.set(filePart, Math.max(ends.get(filePart) ?? 0, Number(fileOffset)));
	for (const [part, end] of ends) {
		const place = partOf(file, part);
		const { size } = await stat(place);
		if (size <= end) return { why: `${place === file ? 'it' : place} is cut off: ${end - size} bytes or more are missing at its end.`, remedy: FETCH_AGAIN };
	}
	return undefined;
}

/** Of a model in several files, those that are not beside the one that is named. Empty for a model in one file. */
export async function missingParts(file: string): Promise<string[]> {
	const count = Number(PART.exec(file)?.[3] ?? 0);
	const parts = Array.from({ length: Math.min(count, 999) }, (_, at) => partOf(file, at + 1));
	const found = await Promise.all(parts.map(async (part) => await stat(part).catch(() => undefined)));
	return parts.filter((_, at) => found[at] === undefined);
}

function partOf(file: string, part: number): string {
	return file.replace(PART, (_whole, _own: string, of: string, count: string) => `-${String(part).padStart(5, '0')}${of}${count}${file.slice(-'.gguf'.length)}`);
}
