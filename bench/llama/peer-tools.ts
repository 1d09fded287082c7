import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../runtime/lib/package-root';
import { cached, say } from '../cache';
import { CannotRun } from '../report';

/**
 * llama.cpp's own measuring tools, built from the source that node-llama-cpp brings and linked to the very
 * libraries that our process has loaded: the same code multiplies the same matrices, only what is around differs.
 */
export interface PeerTools {
	readonly bench: string;
	readonly batchedBench: string;
	/** Where the tools look for the backends of their processor and card. */
	readonly folder: string;
	readonly env: NodeJS.ProcessEnv;
}

const execute = promisify(execFile);
const BUNDLE = path.join(packageRoot(), 'node_modules', 'node-llama-cpp', 'llama', 'gitRelease.bundle');
/** What the tools are made of. */
const PARTS = ['include', 'common', 'ggml/include', 'vendor', 'tools/llama-bench', 'tools/batched-bench'];

async function command(program: string, args: readonly string[], cwd: string): Promise<void> {
	await execute(program, args, { cwd, maxBuffer: 1e8 }).catch((error: Error & { code?: unknown; stderr?: string }) => {
		if (error.code !== 'ENOENT') throw new CannotRun(`${program} failed: ${(error.stderr ?? error.message).slice(0, 2000)}`);
		throw new CannotRun(`llama-bench has to be built and ${program} is not there. Install it (Debian: apt-get install g++ git) and run this again.`);
	});
}

async function source(at: string): Promise<void> {
	await command('git', ['clone', '--quiet', '--no-checkout', BUNDLE, at], packageRoot());
	await command('git', ['checkout', '--quiet', 'HEAD', '--', ...PARTS], at);
}

async function compile(from: string, tool: string, libraries: readonly string[], at: string): Promise<void> {
	const folder = path.dirname(libraries[0] ?? '');
	const includes = ['include', 'common', 'ggml/include', 'vendor'].map((part) => `-I${part}`);
	const sources = [`tools/${tool}/main.cpp`, `tools/${tool}/${tool}.cpp`];
	const link = [...libraries, `-Wl,-rpath,${folder},--allow-shlib-undefined`, '-lpthread'];
	await command('g++', ['-O2', '-DNDEBUG', '-std=c++17', ...includes, ...sources, ...link, '-o', at], from);
}

/** `loaded`: the native libraries of our process. */
export async function peerTools(loaded: readonly string[]): Promise<PeerTools> {
	if (process.platform !== 'linux') throw new CannotRun('llama-bench can be built and measured on Linux only.');
	const find = (name: RegExp): string | undefined => loaded.find((file) => name.test(path.basename(file)));
	const llama = find(/^libllama\.(?!common)/);
	const linked = [find(/^libllama-common/), llama, find(/^libggml\./), find(/^libggml-base/)].filter((file) => file !== undefined);
	if (!llama || linked.length < 4) throw new CannotRun(`These are not all libraries of llama.cpp: ${loaded.join(', ')}`);
	const folder = path.dirname(llama);
	// Libraries of another release are linked to tools of that release.
	const release = `llama.cpp-${/\.(v[\d.]+)\.so/.exec(llama)?.[1] ?? 'unknown'}`;
	const from = await cached(`${release}/source`, source);
	const tool = async (name: string): Promise<string> =>
		await cached(`${release}/${path.basename(folder)}/${name}`, async (at) => {
			await mkdir(path.dirname(at), { recursive: true });
			await compile(from, name, linked, at);
		});
	const bench = await tool('llama-bench');
	const batchedBench = await tool('batched-bench');
	// node-llama-cpp may have taken a backend for older cards out of another package.
	const elsewhere = loaded.find((file) => path.dirname(file) !== folder);
	if (elsewhere) say(`llama-bench uses ${elsewhere}`);
	return { bench, batchedBench, folder, env: { ...process.env, ...(elsewhere !== undefined && { GGML_BACKEND_PATH: elsewhere }) } };
}
