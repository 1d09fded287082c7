import type * as LlamaLibrary from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { writeSync } from 'node:fs';
import { gpuKinds } from '../../contract/engines';
import { type GpuWay, gpuLibraries, loadedCuda, openLlama } from './llama-build';

const TOKENS = 8;
const STDERR = 2;

/** The words that the model finds likeliest, computed on the GPU or not. */
async function likeliest(llama: LlamaLibrary.Llama, modelPath: string, gpuLayers: 'max' | 0): Promise<number[]> {
	const model = await llama.loadModel({ modelPath, gpuLayers });
	const context = await model.createContext({ contextSize: 128, sequences: 1, batchSize: 64 });
	// Many tokens at a time are read by other kernels than one is.
	const prompt = model.tokenize('What can you do for me? I would like to see a dentist tomorrow. '.repeat(2)).slice(0, 64);
	const written: number[] = [];
	for await (const token of context.getSequence().evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
		written.push(token);
		if (written.length >= TOKENS) break;
	}
	await context.dispose();
	await model.dispose();
	return written;
}

async function tell(message: object): Promise<void> {
	await new Promise<void>((resolve) => {
		if (process.send) process.send(message, () => resolve());
		else resolve();
	});
}

/** '' or what is wrong. */
async function trial({ kind, library }: GpuWay, file: string): Promise<string> {
	// What llama.cpp says before it ends the process is heard only if it is written at once.
	const logger = (level: string, message: string): void => void (level === 'error' && writeSync(STDERR, `${message.trim()}\n`));
	const llama = await openLlama({ kind, library }, { logger });
	if (llama.gpu !== kind) return library === 'fallback' ? 'it could not be loaded: it needs libcudart.so.12 and libcublas.so.12 of CUDA 12' : 'llama.cpp has no build for it on this machine';
	// Before the first kernel, which may be the end of this process.
	await tell({ library: (kind === 'cuda' && loadedCuda()) || library });
	if ((await llama.getGpuDeviceNames()).length === 0) return 'no such device was found';
	const onGpu = await likeliest(llama, file, 'max');
	const onCpu = await likeliest(llama, file, 0);
	return onGpu.join() === onCpu.join() ? '' : 'its results differ from those of the processor';
}

async function main([wanted, asked, file = '']: readonly string[]): Promise<string> {
	const kind = gpuKinds.find((each) => each === wanted);
	const library = gpuLibraries.find((each) => each === asked);
	return kind && library ? await trial({ kind, library }, file) : `there is no type of GPU called ${wanted}`;
}

void main(process.argv.slice(2))
	.catch((error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 500) || 'it failed')
	.then(async (why) => {
		await tell({ why });
		process.exit(0);
	});
process.once('disconnect', () => process.exit(0));
