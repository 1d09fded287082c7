import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { buildOnce } from './build-once.mjs';
import { cache, cloneCache, keyOf, root } from './paths.mjs';
import { announced } from './report.mjs';
import { run, which } from './run.mjs';

/**
 * A real llama-server for the tests, built from the source that node-llama-cpp brings and linked to the libraries of llama.cpp
 * that it brings compiled: a minute on two cores. Never packed.
 */
const binding = path.join(root, 'node_modules', 'node-llama-cpp');
const bundle = path.join(binding, 'llama', 'gitRelease.bundle');
const platform = `${process.platform}-${process.arch}`;
const libraries = path.join(root, 'node_modules', '@node-llama-cpp', platform, 'bins', platform);

/** Where the tests find it. */
const link = path.join(cloneCache, 'llama-server');

const parts = ['include', 'src', 'common', 'ggml/include', 'vendor', 'tools/server', 'tools/mtmd', 'tools/ui/ui.h.in', 'tools/ui/ui.cpp.in'];
const includes = ['include', 'src', 'common', 'ggml/include', 'vendor', 'vendor/hash', 'tools/mtmd', 'tools/server', '.'].map((folder) => `-I${folder}`);
/** Its sources; tools of their own are left out. */
const folders = ['tools/server', 'tools/mtmd', 'tools/mtmd/models', 'vendor/cpp-httplib', 'vendor/hash', 'vendor/hash/sha256'];
const leftOut = ['mtmd-cli.cpp', 'deprecation-warning.cpp'];

/** Never fails: without it its tests are skipped, and one line says so. */
export async function ensureLlamaServer() {
	await rm(link, { force: true });
	try {
		const folder = await built();
		await mkdir(path.dirname(link), { recursive: true });
		await symlink(folder, link);
	} catch (error) {
		console.log(`• The tests with a real llama-server are skipped: ${String(error.message).split('\n')[0]}`);
	}
}

async function built() {
	const recipe = await readFile(new URL(import.meta.url), 'utf8');
	const { version } = JSON.parse(await readFile(path.join(binding, 'package.json'), 'utf8'));
	const folder = path.join(cache, `llama-server-${keyOf(recipe, version, platform)}`);
	if (existsSync(folder)) return folder;
	if (!existsSync(libraries)) throw new Error(`node-llama-cpp has no libraries for ${platform}.`);
	const missing = ['git', 'g++'].filter((program) => !which(program));
	if (missing.length > 0) throw new Error(`this machine has no ${missing.join(', no ')}.`);
	await buildOnce(
		folder,
		(into) => announced('building llama-server for the tests', () => build(into)),
		(pid) => console.log(`• llama-server: waiting for another set-up (process ${pid})`),
	);
	return folder;
}

async function build(folder) {
	const source = path.join(folder, 'source');
	await run('git', ['clone', '--quiet', '--no-checkout', bundle, source]);
	await run('git', ['checkout', '--quiet', 'HEAD', '--', ...parts], { cwd: source });
	await withoutPage(source);
	const files = ['ui.cpp', ...(await Promise.all(folders.map((at) => sourcesIn(source, at)))).flat()];
	const objects = await compiled(source, files);
	await cp(libraries, folder, { recursive: true, filter: (from) => from === libraries || from.endsWith('.so') });
	const named = await readdir(folder);
	const linked = [/^libllama-common\./, /^libllama\./, /^libggml\./, /^libggml-base\./].map((name) => named.find((file) => name.test(file)));
	if (linked.includes(undefined)) throw new Error(`these are not all libraries of llama.cpp: ${named.join(', ')}`);
	// What it loads lies beside it, so it needs no clone.
	const to = ['-Wl,-rpath,$ORIGIN,--allow-shlib-undefined', '-lpthread', '-o', path.join(folder, 'llama-server')];
	await run('g++', [...objects, ...linked.map((name) => path.join(folder, name)), ...to], { cwd: source });
	await rm(source, { recursive: true, force: true });
}

/** Its web page is made by tools of its own and not needed. */
async function withoutPage(source) {
	for (const name of ['ui.h', 'ui.cpp']) {
		const template = await readFile(path.join(source, 'tools', 'ui', `${name}.in`), 'utf8');
		const filled = template.replace(/^(#cmakedefine.*|@ASSET_\w+@)$/gm, '').replaceAll('@N_ASSETS@', '0').replaceAll('@USE_GZIP@', 'false');
		await writeFile(path.join(source, name), filled);
	}
}

async function sourcesIn(source, folder) {
	const names = await readdir(path.join(source, folder));
	return names.filter((name) => /\.(c|cpp)$/.test(name) && !leftOut.includes(name)).map((name) => `${folder}/${name}`);
}

/** Not optimised: what takes time is in the libraries. */
async function compiled(source, files) {
	const waiting = files.map((file) => ({ file, object: `${file.replaceAll('/', '_')}.o` }));
	const objects = waiting.map(({ object }) => object);
	const worker = async () => {
		for (let next = waiting.shift(); next; next = waiting.shift()) {
			const language = next.file.endsWith('.c') ? ['-x', 'c'] : ['-std=c++17'];
			await run('nice', ['g++', ...language, '-w', '-O0', '-DNDEBUG', ...includes, '-c', next.file, '-o', next.object], { cwd: source });
		}
	};
	await Promise.all(Array.from({ length: availableParallelism() }, worker));
	return objects;
}
