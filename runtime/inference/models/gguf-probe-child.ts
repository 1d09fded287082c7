import type * as LlamaLibrary from 'node-llama-cpp' with { 'resolution-mode': 'import' };

/**
 * Opens one model file the way the engine will, in a process that may die of it: llama.cpp ends the whole
 * process on some damaged or hostile files, and no try/catch helps against abort().
 */
async function probe(file: string): Promise<void> {
	const { getLlama }: typeof LlamaLibrary = await import('node-llama-cpp');
	const llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, logger: () => undefined });
	const model = await llama.loadModel({ modelPath: file });
	const context = await model.createContext({ contextSize: 64, sequences: 1, batchSize: 16, threads: 1 });
	const start = model.tokens.bos ?? model.tokenize('a')[0];
	if (start === undefined) throw new Error('the vocabulary cannot write the letter a');
	await context.getSequence().evaluateWithoutGeneratingNewTokens([start]);
}

const file = process.argv[2] ?? '';
probe(file).then(
	() => process.send?.({ ok: true }, () => process.exit(0)),
	(error: unknown) => {
		const why = error instanceof Error ? error.message : String(error);
		process.send?.({ ok: false, why: why.slice(0, 500) }, () => process.exit(0));
	},
);
process.once('disconnect', () => process.exit(0));
