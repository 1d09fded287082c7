import type * as LlamaLibrary from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { type GgufFault, ggufFaultOf } from './gguf-contents';
import { FETCH_AGAIN } from './mistaken-file';

/**
 * Opens one model file the way the engine will, in a process that may die of it: llama.cpp ends the whole
 * process on some damaged or hostile files, and no try/catch helps against abort().
 */
async function probe(file: string): Promise<GgufFault | undefined> {
	const { getLlama, readGgufFileInfo }: typeof LlamaLibrary = await import('node-llama-cpp');
	const info = await readGgufFileInfo(file, { sourceType: 'filesystem', logWarnings: false }).catch((error: unknown) => {
		// That says enough.
		if (String(error).includes('GGUF version')) throw error;
		return undefined;
	});
	if (!info || !('general' in info.metadata)) return { why: 'its beginning, which says what it is, cannot be read: it is cut off or damaged.', remedy: FETCH_AGAIN };
	const fault = await ggufFaultOf(file, info);
	if (fault) return fault;
	const llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, logger: () => undefined });
	const model = await llama.loadModel({ modelPath: file });
	const context = await model.createContext({ contextSize: 64, sequences: 1, batchSize: 16, threads: 1 });
	const start = model.tokens.bos ?? model.tokenize('a')[0];
	if (start === undefined) throw new Error('the vocabulary cannot write the letter a');
	await context.getSequence().evaluateWithoutGeneratingNewTokens([start]);
	return undefined;
}

const file = process.argv[2] ?? '';
probe(file).then(
	(fault) => process.send?.({ ok: fault === undefined, ...fault }, () => process.exit(0)),
	(error: unknown) => {
		const why = error instanceof Error ? error.message : String(error);
		process.send?.({ ok: false, why: why.slice(0, 500) }, () => process.exit(0));
	},
);
process.once('disconnect', () => process.exit(0));
