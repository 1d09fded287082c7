import type * as LlamaLibrary from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { writeSync } from 'node:fs';
import { gpuKinds } from '../../contract/engines';

type Library = typeof LlamaLibrary;

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

/** '' or what is wrong. */
async function trial(kind: string, file: string): Promise<string> {
	const { getLlama }: Library = await import('node-llama-cpp');
	const gpu = gpuKinds.find((each) => each === kind);
	if (gpu === undefined) return `there is no type of GPU called ${kind}`;
	// What llama.cpp says before it ends the process is heard only if it is written at once.
	const logger = (level: string, message: string): void => void (level === 'error' && writeSync(STDERR, `${message.trim()}\n`));
	const llama = await getLlama({ gpu, build: 'never', logger });
	if (llama.gpu !== gpu) return 'llama.cpp has no build for it on this machine';
	if ((await llama.getGpuDeviceNames()).length === 0) return 'no such device was found';
	const onGpu = await likeliest(llama, file, 'max');
	const onCpu = await likeliest(llama, file, 0);
	return onGpu.join() === onCpu.join() ? '' : 'its results differ from those of the processor';
}

void trial(process.argv[2] ?? '', process.argv[3] ?? '')
	.catch((error: unknown) => (error instanceof Error ? error.message : String(error)).slice(0, 500) || 'it failed')
	.then((why) => process.send?.({ why }, () => process.exit(0)));
process.once('disconnect', () => process.exit(0));
