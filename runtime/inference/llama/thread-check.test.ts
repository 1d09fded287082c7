// Guards against: a thread count that is slower than half of it, and a check that keeps somebody waiting or breaks the model.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeScriptedGguf } from '../fixtures/scripted-gguf.fixture';
import { better } from './thread-check';

describe('better', () => {
	it.each([
		['clearly quicker', [10, 11, 10, 12], [5, 6, 5, 5], 4],
		['hardly quicker', [10, 10, 10, 10], [9.8, 9.8, 9.8, 9.8], 8],
		['slower', [10, 10, 10, 10], [18, 18, 18, 18], 8],
		['quicker but for one hold-up', [10, 10, 10, 10, 10], [5, 5, 400, 5, 5], 4],
		['not seen often enough', [10, 10, 10, 10], [5, 5], undefined],
	])('takes half of the threads only where they are: %s', (_, full, half, threads) => {
		expect(better(8, full, half)).toBe(threads);
	});
});

it('tries a real model once, leaves it usable, and gives way to whoever is in a hurry', () => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-threads-'));
	const file = path.join(folder, 'model.gguf');
	writeScriptedGguf(file, [{ say: 'Hello.' }]);
	// node-llama-cpp does not load in jest's own process.
	const program = `(async () => {
		const { quickerThreads } = require('./dist/runtime/inference/llama/thread-check.js');
		const { getLlama } = await import('node-llama-cpp');
		const llama = await getLlama({ build: 'never', gpu: false, maxThreads: 2, logger: () => undefined });
		const model = await llama.loadModel({ modelPath: process.argv[1] });
		let contexts = 0;
		const create = model.createContext.bind(model);
		model.createContext = (options) => (contexts++, create(options));
		const idle = { idle: true, rounds: 0 };
		const ask = async (bytes, scheduler, hurry = new AbortController().signal) => {
			const before = contexts;
			return [await quickerThreads(model, bytes, 2, scheduler, hurry, Infinity), contexts - before];
		};
		const results = [await ask(2, idle, AbortSignal.abort()), await ask(1, { ...idle, idle: false }), await ask(1, idle), await ask(1, idle)];
		const sequence = (await create({ contextSize: 64, sequences: 1, threads: 1 })).getSequence();
		await sequence.evaluateWithoutGeneratingNewTokens([model.tokens.bos]);
		process.stdout.write(JSON.stringify(results), () => process.exit(0));
	})();`;
	const [hurried, busy, first, second] = JSON.parse(execFileSync(process.execPath, ['-e', program, file], { encoding: 'utf8' })) as number[][];
	rmSync(folder, { recursive: true });
	expect(hurried).toEqual([2, 0]);
	expect(busy).toEqual([2, 0]);
	expect(first?.[1]).toBe(2);
	expect([1, 2]).toContain(first?.[0]);
	expect(second).toEqual([first?.[0], 0]);
});
