// Guards against: a card that is not seen or seen with the wrong memory, and a driver that is missing or broken.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { GpuVerdict } from './gpu-trial';
import { describeMachine, parseNvidiaSmi, probeMachine } from './machine';

const MIB = 1024 ** 2;

describe('the answer of nvidia-smi', () => {
	it.each<[string, ReturnType<typeof parseNvidiaSmi>]>([
		['NVIDIA GeForce RTX 4090, 24564\n', [{ name: 'NVIDIA GeForce RTX 4090', vram: 24564 * MIB }]],
		['NVIDIA L4, 23034\nTesla T4, 15360\n', [{ name: 'NVIDIA L4', vram: 23034 * MIB }, { name: 'Tesla T4', vram: 15360 * MIB }]],
		['Card, with a comma, 8192\r\n', [{ name: 'Card, with a comma', vram: 8192 * MIB }]],
		['NVIDIA GB10, [N/A]\n', []],
		['NVIDIA L4, 0\n', []],
		['No devices were found\n', []],
		["NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n", []],
		['', []],
	])('%j', (output, gpus) => {
		expect(parseNvidiaSmi(output)).toEqual(gpus);
	});
});

describe('this machine', () => {
	let folder: string;
	const machineWith = async (script: string, verdict: GpuVerdict = { way: { kind: 'cuda', library: 'usual' }, refused: [] }) => {
		const file = path.join(folder, 'nvidia-smi');
		writeFileSync(file, `#!/bin/sh\n${script}\n`);
		chmodSync(file, 0o755);
		return await probeMachine({ PATH: folder }, async () => verdict);
	};

	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-probe-'));
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	it('has memory, cores and the card that its driver names', async () => {
		const machine = await machineWith('[ "$1" = --query-gpu=name,memory.total ] && echo "NVIDIA L4, 23034"');
		expect(machine.gpus).toEqual([{ name: 'NVIDIA L4', vram: 23034 * MIB }]);
		expect(machine.ram).toBeGreaterThan(0);
		expect(machine.ram).toBeLessThanOrEqual(os.totalmem());
		expect(machine.cores).toBeGreaterThanOrEqual(1);
		expect(machine.cores).toBeLessThanOrEqual(os.availableParallelism());
	});

	it('has no card where llama.cpp cannot compute on the one that is there, and says so', async () => {
		const refused = [{ kind: 'cuda', library: 'usual', why: 'its driver is too old' }] as const;
		const machine = await machineWith('echo "NVIDIA H200, 143771"', { way: false, refused });
		expect(machine.gpus).toEqual([]);
		expect(describeMachine(machine)).toMatch(/ and no GPU that can be used \(NVIDIA H200: cuda: its driver is too old\)$/);
		expect((await machineWith('echo "NVIDIA H200, 143771"', { way: { kind: 'vulkan', library: 'usual' }, refused })).gpus).toHaveLength(1);
		expect(describeMachine(await machineWith('echo "NVIDIA H200, 143771"', { way: false, refused: [] }))).toMatch(/libcublas/);
	});

	it('says where it is used by the library for older drivers', async () => {
		const machine = await machineWith('echo "NVIDIA L4, 23034"', { way: { kind: 'cuda', library: 'fallback' }, refused: [] });
		expect(describeMachine(machine)).toMatch(/ and a GPU with 24 GB \(NVIDIA L4, by cuda \(the library for older drivers\)\)$/);
	});

	it.each(['echo "NVIDIA L4, 23034"; exit 9', 'kill -9 $$', 'echo'])('has no card where the driver does: %s', async (script) => {
		expect((await machineWith(script)).gpus).toEqual([]);
	});

	it('has no card where there is no driver', async () => {
		expect((await probeMachine({ PATH: folder })).gpus).toEqual([]);
	});
});
