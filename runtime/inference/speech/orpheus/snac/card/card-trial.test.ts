// Guards against: SNAC on a card that ends the process, hangs or computes something else, on software that only plays a card and is
// slower than the processor, and a machine without a card that does not start because of it.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../../../../lib/package-root';
import { SMALL_SNAC, writeSnac } from '../../../../fixtures/snac-onnx.fixture';
import { type CardMeasured, judgedCard, snacPlace, trySnacOnCard } from './card-trial';

let folder: string;
const { env } = process;
beforeAll(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-card-'));
});
afterEach(() => {
	process.env = env;
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('what was measured', () => {
	const card: CardMeasured = { db: 62, cardMs: 8, cardCpuMs: 3, processorMs: 260, frames: 13 };

	it('lets a card have it that is right, quicker, and takes work off the processor', () => {
		expect(judgedCard(card)).toEqual({ onCard: true, frameMs: 8 / 13, why: '8.0 ms for 13 frames, one core 260.0 ms, 62 dB' });
	});

	it.each<[string, Partial<CardMeasured>, string]>([
		['computes something else', { db: 12 }, "its sound differs from the processor's (12 dB, at least 40)"],
		['is slower', { cardMs: 300 }, 'it is slower than the processor (300.0 ms for 13 frames, one core 260.0 ms)'],
		['is software on all cores', { cardMs: 100, cardCpuMs: 700 }, 'it leaves the processor too much of the work (700.0 of 260.0 ms)'],
	])('refuses one that %s', (_, wrong, why) => {
		expect(judgedCard({ ...card, ...wrong })).toEqual({ onCard: false, why });
	});
});

describe('the settings', () => {
	const never = async (): Promise<never> => Promise.reject(new Error('tried'));
	const tried = async () => ({ onCard: true, why: 'tried' });

	it.each([
		[{}, tried, { onCard: true, why: 'tried' }],
		[{ VOICE_LOOP_GPU: 'cuda' }, tried, { onCard: true, why: 'tried' }],
		[{ VOICE_LOOP_GPU: 'off' }, never, { onCard: false, why: 'VOICE_LOOP_GPU is off' }],
		[{ VOICE_LOOP_SNAC_GPU: 'off' }, never, { onCard: false, why: 'VOICE_LOOP_SNAC_GPU is off' }],
		[{ VOICE_LOOP_SNAC_GPU: 'webgpu', VOICE_LOOP_GPU: 'off' }, never, { onCard: true, why: 'VOICE_LOOP_SNAC_GPU says so; it was not tried' }],
	])('%j decide', async (settings, trial, place) => {
		expect(await snacPlace(settings, 'snac.onnx', trial)).toEqual(place);
	});

	it('are refused where they say something else', async () => {
		await expect(snacPlace({ VOICE_LOOP_SNAC_GPU: 'cuda' }, 'snac.onnx', never)).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', remedy: expect.stringContaining('webgpu') });
	});
});

describe('the trial', () => {
	const childThat = async (does: string, limitMs = 20_000) => {
		const entry = path.join(folder, 'child.js');
		writeFileSync(entry, does);
		return await trySnacOnCard(entry, limitMs)('snac.onnx');
	};
	const measured = { db: 60, cardMs: 8, cardCpuMs: 3, processorMs: 260, frames: 13 };

	it.each<[string, string, object]>([
		['is passed', `process.send(${JSON.stringify(measured)})`, { onCard: true }],
		['gives wrong numbers', `process.send(${JSON.stringify({ ...measured, db: 9 })})`, { onCard: false, why: expect.stringContaining('differs') }],
		['gives no numbers', `process.send(${JSON.stringify({ ...measured, db: null })})`, { onCard: false, why: 'the trial gave no answer' }],
		['ends its process', 'process.abort()', { onCard: false, why: 'the trial ended the process (SIGABRT)' }],
		['fails', "process.send({ why: 'Non-zero status code returned while running Pow node' })", { onCard: false, why: 'Non-zero status code returned while running Pow node' }],
	])('%s', async (_, does, place) => {
		expect(await childThat(does)).toMatchObject(place);
	});

	it('gets no more time than its limit, and leaves no process behind', async () => {
		const pid = path.join(folder, 'pid');
		const place = await childThat(`require('node:fs').writeFileSync(${JSON.stringify(pid)}, String(process.pid)); for (;;);`, 1500);
		expect(place).toEqual({ onCard: false, why: 'it did not answer within 1.5 s' });
		expect(() => process.kill(Number(readFileSync(pid, 'utf8')), 0)).toThrow('ESRCH');
	});
});

/** Where Debian puts it, with a software Vulkan of its own. */
const CHROMIUM = '/usr/lib/chromium';
/** Debian's, which the set-up has unpacked (deploy/local/steps/software-vulkan.mjs). */
const MESA = path.join(packageRoot(), 'node_modules', '.cache', 'voice-loop', 'software-vulkan');

describe('the real trial', () => {
	let file: string;
	beforeAll(() => {
		file = path.join(folder, 'snac.onnx');
		writeSnac(file, { ...SMALL_SNAC, latent: 24, channels: 32, noise: true });
	});
	/** With the drivers of this list only, whatever the machine has. */
	const with_ = (drivers: string, more: NodeJS.ProcessEnv = {}): void => {
		process.env = { ...env, VK_DRIVER_FILES: drivers, VK_ICD_FILENAMES: drivers, ...more };
	};

	it('finds no device', async () => {
		with_(path.join(folder, 'none.json'));
		expect(await trySnacOnCard()(file)).toEqual({ onCard: false, why: expect.stringMatching(/^there is no device that WebGPU can use/) });
	}, 120_000);

	const compiles = spawnSync('cc', ['--version']).status === 0 && existsSync(path.join(CHROMIUM, 'libvulkan.so.1')) ? it.each : it.skip.each;
	compiles([
		['ends the process', 'abort();', 'the trial ended the process (SIGABRT)'],
		['never comes back', 'for (;;) sleep(1);', 'it did not answer within 10 s'],
	])('refuses a driver that %s, in the real child', async (_, does, why) => {
		const source = path.join(folder, 'driver.c');
		const functions = ['void *vk_icdGetInstanceProcAddr(void)', 'int vk_icdNegotiateLoaderICDInterfaceVersion(void)'].map((each) => `${each} { ${does} }`);
		writeFileSync(source, ['#include <stdlib.h>', '#include <unistd.h>', ...functions, ''].join('\n'));
		execFileSync('cc', ['-shared', '-fPIC', '-w', '-o', path.join(folder, 'driver.so'), source]);
		const driver = path.join(folder, 'driver.json');
		writeFileSync(driver, JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: './driver.so', api_version: '1.1.0' } }));
		with_(driver, { LD_LIBRARY_PATH: CHROMIUM });
		expect(await trySnacOnCard(undefined, 10_000)(file)).toEqual({ onCard: false, why });
	}, 60_000);

	const libraries = existsSync(MESA) ? readdirSync(path.join(MESA, 'usr/lib')).map((name) => path.join(MESA, 'usr/lib', name)) : [];
	(libraries.length > 0 ? it : it.skip)("refuses Debian's software Vulkan", async () => {
		const driver = path.join(folder, 'lavapipe.json');
		writeFileSync(driver, JSON.stringify({ file_format_version: '1.0.0', ICD: { library_path: 'libvulkan_lvp.so', api_version: '1.3.0' } }));
		with_(driver, { LD_LIBRARY_PATH: libraries.join(':') });
		// Of Debian 12 it lacks what WebGPU needs; later ones are only slow.
		expect(await trySnacOnCard(undefined, 400_000)(file)).toEqual({ onCard: false, why: expect.stringMatching(/ArrayDynamicIndexing required|slower than the processor/) });
	}, 420_000);

	// Newer than Debian's: the whole decoder runs on it, with the right numbers, a hundred times slower than without.
	(existsSync(path.join(CHROMIUM, 'libvk_swiftshader.so')) && existsSync(path.join(CHROMIUM, 'libvulkan.so.1')) ? it : it.skip)("finds Chromium's software Vulkan right, and too slow", async () => {
		with_(path.join(CHROMIUM, 'vk_swiftshader_icd.json'), { LD_LIBRARY_PATH: CHROMIUM });
		expect(await trySnacOnCard(undefined, 400_000)(file)).toEqual({ onCard: false, why: expect.stringMatching(/^it is slower than the processor/) });
	}, 420_000);
});
