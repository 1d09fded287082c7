import type * as LlamaLibrary from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { GpuKind } from '../../contract/engines';

/** `fallback`: of CUDA only, made with an older CUDA (12) for drivers that do not know the usual one's (13). */
export const gpuLibraries = ['usual', 'fallback'] as const;
export type GpuLibrary = (typeof gpuLibraries)[number];

/** One way to compute on a GPU. */
export interface GpuWay {
	readonly kind: GpuKind;
	readonly library: GpuLibrary;
}

export type LlamaOptions = Pick<LlamaLibrary.LlamaOptions, 'logger' | 'maxThreads'>;

/** "cuda", "cuda (the library for older drivers)". */
export function wayInWords({ kind, library }: GpuWay): string {
	return library === 'fallback' ? `${kind} (the library for older drivers)` : kind;
}

/** Of the ready-made packages that node-llama-cpp installs with itself. */
interface CudaFolders {
	readonly cuda: string;
	readonly cpu: string;
	/** Has a folder `fallback`. */
	readonly extension: string;
}

/** Where they are; undefined where one is absent, is of another version, or this is no Linux on x64, where alone it has been tried. */
function cudaFolders(): CudaFolders | undefined {
	if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
	try {
		const nodeLlama = createRequire(require.resolve('node-llama-cpp'));
		const root = (name: string): string => path.resolve(path.dirname(nodeLlama.resolve(`@node-llama-cpp/${name}`)), '..');
		const [cuda, cpu, extension] = ['linux-x64-cuda', 'linux-x64', 'linux-x64-cuda-ext'].map(root);
		if (cuda === undefined || cpu === undefined || extension === undefined) return undefined;
		const version = (folder: string): unknown => (JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')) as { version?: unknown }).version;
		if (version(cuda) !== version(cpu) || version(cuda) !== version(extension)) return undefined;
		const folders = { cuda: path.join(cuda, 'bins/linux-x64-cuda'), cpu: path.join(cpu, 'bins/linux-x64'), extension: path.join(extension, 'bins/linux-x64-cuda') };
		return existsSync(path.join(folders.extension, 'fallback')) ? folders : undefined;
	} catch {
		return undefined;
	}
}

/** The ways to use one kind of GPU, in the order in which they are tried. */
export function waysOf(kind: GpuKind, hasFallback = (): boolean => cudaFolders() !== undefined): GpuWay[] {
	const usual: GpuWay = { kind, library: 'usual' };
	return kind === 'cuda' && hasFallback() ? [usual, { kind, library: 'fallback' }] : [usual];
}

/** llama.cpp on a GPU, or `false`: on the processor. Never compiled on somebody's machine. Loads native code that may end the process. */
export async function openLlama(way: GpuWay | false, options: LlamaOptions): Promise<LlamaLibrary.Llama> {
	// A real import(): the library is ESM with top-level await, which require() refuses.
	const library: typeof LlamaLibrary = await import('node-llama-cpp');
	if (way !== false && way.library === 'fallback') return await openFallback(library, options);
	return await library.getLlama({ ...options, build: 'never', gpu: way === false ? false : way.kind });
}

/** Part of what node-llama-cpp 3.22 gives its own, internal constructor. */
interface Internals {
	_create(options: Readonly<Record<string, unknown>>): Promise<LlamaLibrary.Llama>;
}

/**
 * node-llama-cpp takes the fallback library only where the usual one cannot be loaded, which tells nothing of the driver: that
 * shows in the first kernel. So it is told another folder, which has libraries for the processor only, and finds none but the fallback.
 */
async function openFallback(library: typeof LlamaLibrary, { logger, maxThreads }: LlamaOptions): Promise<LlamaLibrary.Llama> {
	const folders = cudaFolders();
	if (!folders) throw new Error('the library for older drivers is not installed');
	const addon = 'llama-addon.node';
	const vramPadding = (total: number): number => Math.floor(Math.min(total * 0.08, 1.6 * 1024 ** 3));
	const ramPadding = (total: number): number => Math.floor(Math.min(total * 0.25, 1024 ** 3));
	return await (library.Llama as unknown as Internals)._create({
		bindings: createRequire(__filename)(path.join(folders.cuda, addon)) as unknown,
		bindingPath: path.join(folders.cpu, addon),
		extBackendsPath: folders.extension,
		buildType: 'prebuilt',
		buildMetadata: JSON.parse(readFileSync(path.join(folders.cuda, '_nlcBuildMetadata.json'), 'utf8')) as unknown,
		logLevel: library.LlamaLogLevel.warn,
		logger,
		maxThreads,
		vramPadding,
		ramPadding,
		debug: false,
		numa: false,
		tempDir: false,
	});
}

/** Which of its libraries for CUDA this process has loaded; node-llama-cpp may take the fallback by itself. */
export function loadedCuda(maps: string = readMaps()): GpuLibrary | undefined {
	const loaded = maps.split('\n').filter((line) => line.includes('libggml-cuda.so'));
	if (loaded.length === 0) return undefined;
	return loaded.some((line) => line.includes('/fallback/')) ? 'fallback' : 'usual';
}

function readMaps(): string {
	try {
		return readFileSync('/proc/self/maps', 'utf8');
	} catch {
		return '';
	}
}
