import { existsSync } from 'node:fs';
import { copyFile, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildOnce } from './build-once.mjs';
import { cache, keyOf, root } from './paths.mjs';
import { announced, diskMeter } from './report.mjs';
import { npm, run } from './run.mjs';

const files = ['package.json', 'package-lock.json'];
/** npm's own record of what it installed. It writes into it, so it must not be shared. */
const record = '.package-lock.json';

const readPackages = async (file) => JSON.parse(await readFile(file, 'utf8')).packages;

/** Packages for other machines are optional in npm's record. */
async function upToDate() {
	try {
		const wanted = await readPackages(path.join(root, 'package-lock.json'));
		const present = await readPackages(path.join(root, 'node_modules', record));
		return Object.entries(wanted).every(
			([place, { version, optional, devOptional, peer }]) =>
				place === '' || optional || devOptional || peer || present[place]?.version === version,
		);
	} catch {
		return false;
	}
}

/**
 * Nothing we depend on needs an install script. Not `npm ci`: it refuses a lock file that lacks one machine's build
 * of an optional package, and registry mirrors do not carry all of those.
 */
const install = (folder) =>
	npm(['install', '--no-save', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder });

/** The packages in the locked versions, outside of every clone. */
async function ensureShared() {
	const texts = await Promise.all(files.map((file) => readFile(path.join(root, file), 'utf8')));
	const target = path.join(cache, `clone-dependencies-${keyOf(...texts, process.platform, process.arch)}`);
	await buildOnce(
		target,
		(folder) =>
			announced(
				'installing dependencies (about 2 GB, the first time only)',
				async () => {
					for (const file of files) await copyFile(path.join(root, file), path.join(folder, file));
					await install(folder);
				},
				diskMeter(folder),
			),
		(pid) => console.log(`• dependencies: waiting for another set-up (process ${pid})`),
	);
	return path.join(target, 'node_modules');
}

/** Hard links: seconds, and no disk. Only Node 24 runs TypeScript, and what runs us may be older. */
async function link(node, from, to) {
	const linker = pathToFileURL(path.join(root, 'deploy', 'local', 'host', 'hard-links.ts')).href;
	const script = `import { linkTree } from ${JSON.stringify(linker)}; linkTree(...process.argv.slice(1));`;
	await run(node, ['--input-type=module', '--eval', script, from, to]);
	await rm(path.join(to, record));
	await copyFile(path.join(from, record), path.join(to, record));
}

/**
 * The clone's own node_modules, in the locked versions. A clone that has some already is npm's to bring up to date;
 * a fresh one shares the files of those before it.
 * @param {string} node the Node that runs the links' TypeScript
 */
export async function ensureDependencies(node) {
	if (await upToDate()) return;
	const own = path.join(root, 'node_modules');
	if (existsSync(path.join(own, record))) {
		await announced('updating dependencies', () => install(root), diskMeter(root));
		return;
	}
	const shared = await ensureShared();
	await announced('linking dependencies', async () => {
		// Whole or not at all: an interrupted one is taken away by the next.
		const draft = path.join(root, '.voice-loop', 'node_modules.part');
		await rm(draft, { recursive: true, force: true });
		await link(node, shared, draft);
		await rm(own, { recursive: true, force: true });
		await rename(draft, own);
	});
}
