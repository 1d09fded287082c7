// Guards against: a sampler of ours that speaks otherwise than llama.cpp's own with its repetition penalty, and one that makes a
// native sampler, 1.9 MB for Orpheus, for each token. Real llama.cpp.
import type { LlamaContextSequence } from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../../../lib/package-root';
import { writeUndecidedOrpheus } from '../../../fixtures/undecided-gguf.fixture';
import type { Beside, Sent } from './chain-beside-child.fixture';
import { withOneSampler } from './top-logits';

jest.setTimeout(120_000);

const DEFAULTS = { temperature: 0.6, topP: 0.9, topK: 40, repetitionPenalty: 1.1 };
const SETTINGS = [
	DEFAULTS,
	{ ...DEFAULTS, repetitionPenalty: 2 },
	{ ...DEFAULTS, temperature: 1.5, topP: 1, repetitionPenalty: 1.3 },
	{ ...DEFAULTS, topP: 0.3 },
	{ ...DEFAULTS, topK: 1 },
	{ ...DEFAULTS, topK: 300, temperature: 1, repetitionPenalty: 1.05 },
];

async function beside(model: string): Promise<Sent> {
	const compiled = path.join(packageRoot(), 'dist', 'runtime', 'inference', 'speech', 'orpheus', 'tokens');
	const child = fork(path.join(__dirname, 'chain-beside-child.fixture.ts'), [compiled, model, JSON.stringify(SETTINGS)], { execArgv: ['--disable-warning=ExperimentalWarning'] });
	const [sent] = (await Promise.race([once(child, 'message'), once(child, 'exit').then(([code]) => Promise.reject(new Error(`it ended with ${code}`)))])) as [Sent];
	return sent;
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-sampler-'));
let sent: Sent;
beforeAll(async () => {
	const model = path.join(folder, 'undecided.gguf');
	writeUndecidedOrpheus(model);
	sent = await beside(model);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The sum of what one gives more than the other: 0 where they are the same, 1 where they have nothing in common. */
function distance(one: Beside['ours'], other: Beside['ours']): number {
	const shares = new Map(other);
	const common = one.reduce((sum, [token, share]) => sum + Math.min(share, shares.get(token) ?? 0), 0);
	return 1 - common;
}

it.each(SETTINGS.map((setting, index) => [JSON.stringify(setting), index]))("draws as llama.cpp's own chain does with %s", (_, index) => {
	const steps = sent.steps[Number(index)]!;
	expect(steps).toHaveLength(12);
	for (const { ours, theirs } of steps) {
		expect(ours).toHaveLength(theirs.length);
		expect(distance(ours, theirs)).toBeLessThan(1e-4);
	}
	// Not for want of anything to penalise.
	expect(Math.max(...steps.map(({ theirs, free }) => distance(theirs, free)))).toBeGreaterThan(0.02);
});

it('makes one native sampler for a whole speech', () => {
	expect(sent.drawn).toBe(60);
	expect(sent.samplers).toBe(1);
});

it('leaves a node-llama-cpp alone that is made otherwise', () => {
	for (const model of [{}, { _llama: {} }, { _llama: { _bindings: {} } }]) {
		const sequence = { model } as unknown as LlamaContextSequence;
		expect(withOneSampler(sequence)).toBe(sequence);
	}
});
