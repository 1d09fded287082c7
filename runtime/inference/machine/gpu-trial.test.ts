// Guards against: a card that ends our process because its driver is too old (seen on an H200: abort() at the first token),
// a trial that hangs for ever, and a card that is not used though it works.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { GpuKind } from '../../contract/engines';
import { packageRoot } from '../../lib/package-root';
import { chooseGpu, tryInChild } from './gpu-trial';

describe('what models run on', () => {
	const candidates = async () => ['cuda', 'vulkan', false];
	const trial = (working: readonly GpuKind[]) => async (kind: GpuKind) => (working.includes(kind) ? undefined : `${kind} is broken`);

	it.each<[string, GpuKind[], Awaited<ReturnType<typeof chooseGpu>>]>([
		['the first kind that works', ['cuda', 'vulkan'], { kind: 'cuda', refused: [] }],
		['the next one', ['vulkan'], { kind: 'vulkan', refused: [{ kind: 'cuda', why: 'cuda is broken' }] }],
		['the processor', [], { kind: false, refused: [{ kind: 'cuda', why: 'cuda is broken' }, { kind: 'vulkan', why: 'vulkan is broken' }] }],
	])('is %s', async (_, working, verdict) => {
		expect(await chooseGpu('auto', trial(working), candidates)).toEqual(verdict);
	});

	it('is what the user wants, untried', async () => {
		const never = async (): Promise<never> => Promise.reject(new Error('tried'));
		expect(await chooseGpu('off', never, never)).toEqual({ kind: false, refused: [] });
		expect(await chooseGpu('vulkan', never, never)).toEqual({ kind: 'vulkan', refused: [] });
		await expect(chooseGpu('nvidia', never, never)).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', remedy: expect.stringContaining('cuda') });
	});
});

describe('the trial', () => {
	let folder: string;
	const childThat = async (does: string, limitMs = 20_000) => {
		const entry = path.join(folder, 'child.js');
		writeFileSync(entry, does);
		return await tryInChild(entry, limitMs)('cuda');
	};

	beforeEach(() => {
		folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-trial-'));
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	const OLD_DRIVER = 'CUDA error: the provided PTX was compiled with an unsupported toolchain.';

	it.each<[string, string, string | undefined]>([
		['is passed', "process.send({ why: '' })", undefined],
		['is failed with a reason', "process.send({ why: 'it computes something else' })", 'it computes something else'],
		['ends its process', 'process.abort()', 'the trial ended the process (SIGABRT)'],
		['says nothing', 'process.exit(3)', 'the trial ended the process (exit code 3)'],
		['says something else', "process.send('yes'); process.disconnect()", 'it gave no answer'],
		[
			'dies of an old driver',
			`require('node:fs').writeSync(2, 'ggml_cuda_init: found 1 CUDA devices\\n${OLD_DRIVER}\\n  current device: 0\\n'); process.abort()`,
			`its driver is older than the CUDA that llama.cpp was built with: update the driver (${OLD_DRIVER.slice('CUDA error: '.length)})`,
		],
	])('%s', async (_, does, why) => {
		expect(await childThat(does)).toBe(why);
	});

	it('gets no more time than its limit, and leaves no process behind', async () => {
		const pid = path.join(folder, 'pid');
		expect(await childThat(`require('node:fs').writeFileSync(${JSON.stringify(pid)}, String(process.pid)); setInterval(() => {}, 1000)`, 1500)).toBe(
			'it did not answer within 1.5 s',
		);
		await new Promise((resolve) => setTimeout(resolve, 200));
		expect(() => process.kill(Number(readFileSync(pid, 'utf8')), 0)).toThrow('ESRCH');
	});

	it('of a kind that is not here fails, by the real library', async () => {
		expect(await tryInChild(path.join(packageRoot(), 'dist', 'runtime', 'inference', 'machine', 'gpu-trial-child.js'))('metal')).toBe('llama.cpp has no build for it on this machine');
	}, 60_000);
});
