// Guards against: a card that ends our process because its driver is too old (seen on an H200: abort() at the first token),
// a trial that hangs for ever, a card that is not used though it works, and one with an old driver that is given up before the
// library for such drivers has been tried.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { GpuKind } from '../../contract/engines';
import { packageRoot } from '../../lib/package-root';
import { writeCudaStubs } from './cuda-stub.fixture';
import { chooseGpu, type GpuVerdict, tryInChild } from './gpu-trial';
import { type GpuLibrary, type GpuWay, loadedCuda, waysOf } from './llama-build';

const OLD_DRIVER = 'CUDA error: the provided PTX was compiled with an unsupported toolchain.';
const TOO_OLD = `its driver is older than the CUDA that this library was built with: update the driver (${OLD_DRIVER.slice('CUDA error: '.length)})`;
const CHILD = path.join(packageRoot(), 'dist', 'runtime', 'inference', 'machine', 'gpu-trial-child.js');

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-trial-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function childThat(does: string): string {
	const entry = path.join(folder, 'child.js');
	writeFileSync(entry, does);
	return entry;
}

describe('what models run on', () => {
	const candidates = async () => ['cuda', 'vulkan', false];
	const trial = (working: readonly string[]) => async ({ kind, library }: GpuWay) => ({ library, why: working.includes(kind) || working.includes(`${kind} ${library}`) ? undefined : `${kind} is broken` });
	const ways = (kind: GpuKind) => waysOf(kind, () => true);
	const broken = (kind: GpuKind, library: GpuLibrary = 'usual') => ({ kind, library, why: `${kind} is broken` });

	it.each<[string, string[], GpuVerdict]>([
		['the first kind that works', ['cuda', 'vulkan'], { way: { kind: 'cuda', library: 'usual' }, refused: [] }],
		['its library for older drivers', ['cuda fallback', 'vulkan'], { way: { kind: 'cuda', library: 'fallback' }, refused: [broken('cuda')] }],
		['the next kind', ['vulkan'], { way: { kind: 'vulkan', library: 'usual' }, refused: [broken('cuda'), broken('cuda', 'fallback')] }],
		['the processor', [], { way: false, refused: [broken('cuda'), broken('cuda', 'fallback'), broken('vulkan')] }],
	])('is %s', async (_, working, verdict) => {
		expect(await chooseGpu('auto', trial(working), candidates, ways)).toEqual(verdict);
	});

	it('is what the user wants, untried', async () => {
		const never = async (): Promise<never> => Promise.reject(new Error('tried'));
		expect(await chooseGpu('off', never, never)).toEqual({ way: false, refused: [] });
		expect(await chooseGpu('vulkan', never, never)).toEqual({ way: { kind: 'vulkan', library: 'usual' }, refused: [] });
		await expect(chooseGpu('nvidia', never, never)).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', remedy: expect.stringContaining('cuda') });
	});

	it('is tried with one library after the other, each in a process of its own', async () => {
		const tried = path.join(folder, 'tried');
		const entry = childThat(`
			const [kind, library] = process.argv.slice(2);
			require('node:fs').appendFileSync(${JSON.stringify(tried)}, kind + ' ' + library + '\\n');
			process.send({ library });
			if (library === 'usual') { require('node:fs').writeSync(2, ${JSON.stringify(`${OLD_DRIVER}\n`)}); process.abort(); }
			process.send({ why: '' });`);
		expect(await chooseGpu('auto', tryInChild(entry), candidates, ways)).toEqual({ way: { kind: 'cuda', library: 'fallback' }, refused: [{ kind: 'cuda', library: 'usual', why: TOO_OLD }] });
		expect(readFileSync(tried, 'utf8')).toBe('cuda usual\ncuda fallback\n');
	});

	it('is not tried again with a library that node-llama-cpp took by itself', async () => {
		const tried = path.join(folder, 'tried');
		const entry = childThat(`
			require('node:fs').appendFileSync(${JSON.stringify(tried)}, process.argv[2] + ' ' + process.argv[3] + '\\n');
			if (process.argv[2] === 'cuda') process.send({ library: 'fallback' });
			process.send({ why: process.argv[2] === 'cuda' ? 'no such device was found' : '' });`);
		expect(await chooseGpu('auto', tryInChild(entry), candidates, ways)).toEqual({
			way: { kind: 'vulkan', library: 'usual' },
			refused: [{ kind: 'cuda', library: 'fallback', why: 'no such device was found' }],
		});
		expect(readFileSync(tried, 'utf8')).toBe('cuda usual\nvulkan usual\n');
	});
});

describe('the trial', () => {
	const why = async (does: string, limitMs = 20_000) => (await tryInChild(childThat(does), limitMs)({ kind: 'cuda', library: 'usual' })).why;

	it.each<[string, string, string | undefined]>([
		['is passed', "process.send({ why: '' })", undefined],
		['is passed by a driver that hangs at the end', "process.send({ why: '' }); setInterval(() => {}, 1000)", undefined],
		['is failed with a reason', "process.send({ why: 'it computes something else' })", 'it computes something else'],
		['ends its process', 'process.abort()', 'the trial ended the process (SIGABRT)'],
		['says nothing', 'process.exit(3)', 'the trial ended the process (exit code 3)'],
		['says something else', "process.send('yes'); process.disconnect()", 'it gave no answer'],
		['dies of an old driver', `require('node:fs').writeSync(2, 'ggml_cuda_init: found 1 CUDA devices\\n${OLD_DRIVER}\\n  current device: 0\\n'); process.abort()`, TOO_OLD],
	])('%s', async (_, does, expected) => {
		expect(await why(does)).toBe(expected);
	});

	it('gets no more time than its limit, and leaves no process behind', async () => {
		const pid = path.join(folder, 'pid');
		expect(await why(`require('node:fs').writeFileSync(${JSON.stringify(pid)}, String(process.pid)); setInterval(() => {}, 1000)`, 1500)).toBe('it did not answer within 1.5 s');
		expect(() => process.kill(Number(readFileSync(pid, 'utf8')), 0)).toThrow('ESRCH');
	});

	it('of a program that cannot be started fails', async () => {
		expect((await tryInChild(path.join(folder, 'none.js'))({ kind: 'cuda', library: 'usual' })).why).toMatch(/^the trial ended the process|Cannot find module/);
	});

	it('of a kind that is not here fails, by the real library', async () => {
		expect((await tryInChild(CHILD)({ kind: 'metal', library: 'usual' })).why).toBe('llama.cpp has no build for it on this machine');
	}, 60_000);
});

/** The ready-made libraries are for this platform only, and the stubs of CUDA are compiled. */
const here = process.platform === 'linux' && process.arch === 'x64' && spawnSync('cc', ['--version']).status === 0 ? describe : describe.skip;

here('the real libraries for CUDA', () => {
	const { LD_LIBRARY_PATH } = process.env;
	afterEach(() => {
		if (LD_LIBRARY_PATH === undefined) delete process.env.LD_LIBRARY_PATH;
		else process.env.LD_LIBRARY_PATH = LD_LIBRARY_PATH;
	});
	/** With a card that computes nothing, whose driver knows the code of CUDA 12 only. `versions`: of CUDA, beside whatever is installed. */
	const refused = async (versions: readonly number[]) => {
		writeCudaStubs(folder, versions);
		process.env.LD_LIBRARY_PATH = [folder, ...(LD_LIBRARY_PATH === undefined ? [] : [LD_LIBRARY_PATH])].join(':');
		return (await chooseGpu('auto', tryInChild(CHILD), async () => ['cuda'])).refused;
	};

	const OTHER_RESULTS = 'its results differ from those of the processor';

	it('are both loaded where both versions of CUDA are, one after the other', async () => {
		expect(await refused([12, 13])).toEqual([
			{ kind: 'cuda', library: 'usual', why: TOO_OLD },
			{ kind: 'cuda', library: 'fallback', why: OTHER_RESULTS },
		]);
	}, 120_000);

	it('is said to lack CUDA 12 where only 13 is', async () => {
		expect(await refused([13])).toEqual([
			{ kind: 'cuda', library: 'usual', why: TOO_OLD },
			{ kind: 'cuda', library: 'fallback', why: 'it could not be loaded: it needs libcudart.so.12 and libcublas.so.12 of CUDA 12' },
		]);
	}, 120_000);

	it('is the one for older drivers at once where only CUDA 12 is', async () => {
		expect(await refused([12])).toEqual([{ kind: 'cuda', library: 'fallback', why: OTHER_RESULTS }]);
	}, 120_000);
});

it('knows by the memory of its process which library has been loaded', () => {
	const line = (file: string): string => `7f00-7f01 r-xp 00000000 08:01 1234 ${file}\n`;
	expect(loadedCuda(line('/x/bins/linux-x64-cuda/libggml-cuda.so'))).toBe('usual');
	expect(loadedCuda(line('/x/libggml-base.so') + line('/x-ext/bins/linux-x64-cuda/fallback/libggml-cuda.so'))).toBe('fallback');
	expect(loadedCuda(line('/x/libggml-vulkan.so'))).toBeUndefined();
});
