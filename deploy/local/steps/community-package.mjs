import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildOnce } from './build-once.mjs';
import { lastState, rememberState, stateOf } from './changes.mjs';
import { cache, cloneCache, keyOf, root } from './paths.mjs';
import { announced, diskMeter } from './report.mjs';
import { npm, run } from './run.mjs';

/** n8n deletes these from a package before it installs what the package needs. */
const deleted = ['devDependencies', 'peerDependencies', 'optionalDependencies'];

/** The flags n8n gives to npm, in the package's own folder. */
const installFlags = [
	'--audit=false',
	'--fund=false',
	'--bin-links=false',
	'--install-strategy=shallow',
	'--ignore-scripts=true',
	'--package-lock=false',
];

async function ensureInstalledDependencies(manifest) {
	const wanted = JSON.stringify(manifest.dependencies);
	const target = path.join(cache, `package-dependencies-${keyOf(wanted, process.platform, process.arch)}`);
	await buildOnce(
		target,
		(folder) =>
			announced(
				"installing the package's dependencies as n8n does (about 1 GB)",
				async () => {
					await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
					await npm(['install', '--prefer-offline', ...installFlags], { cwd: folder });
				},
				diskMeter(folder),
			),
		(pid) => console.log(`• the package's dependencies: waiting for another set-up (process ${pid})`),
	);
	return path.join(target, 'node_modules');
}

async function pack(target) {
	const folder = `${target}.tmp-${process.pid}`;
	await rm(folder, { recursive: true, force: true });
	await mkdir(folder, { recursive: true });
	try {
		const listing = await npm(['pack', root, '--ignore-scripts', '--json', '--loglevel=error'], { cwd: folder });
		const [{ filename }] = Object.values(JSON.parse(listing));
		await run('tar', ['-xzf', filename], { cwd: folder });
		const manifestFile = path.join(folder, 'package', 'package.json');
		const manifest = JSON.parse(await readFile(manifestFile, 'utf8'));
		for (const part of deleted) delete manifest[part];
		await writeFile(manifestFile, `${JSON.stringify(manifest, null, 2)}\n`);
		await rm(target, { recursive: true, force: true });
		await rename(path.join(folder, 'package'), target);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/**
 * This clone as n8n would install it from the registry: packed, unpacked, with its dependencies.
 * @returns {Promise<{ package: string, dependencies: string }>} the unpacked package, and its node_modules
 */
export async function ensureCommunityPackage() {
	const target = path.join(cloneCache, 'package');
	const { files } = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
	const state = stateOf(['package.json', 'README.md', ...files]);
	if ((await lastState('package')) !== state || !existsSync(target)) {
		await announced('packing the package', () => pack(target));
		await rememberState('package', state);
	}
	const manifest = JSON.parse(await readFile(path.join(target, 'package.json'), 'utf8'));
	return { package: target, dependencies: await ensureInstalledDependencies(manifest) };
}
