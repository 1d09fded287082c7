import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildOnce } from './build-once.mjs';
import { cache, keyOf, root } from './paths.mjs';
import { SetupError, announced } from './report.mjs';
import { npm } from './run.mjs';

/** n8n 2.41 wants Node 24 or newer; its isolated-vm brings a binary for 24. */
const major = 24;

const lockFolder = path.join(root, 'deploy', 'local', 'node');

/** Add-ons are compiled against these, so that no headers are fetched from the network. */
export const headersOf = (node) => {
	const folder = path.resolve(path.dirname(node), '..');
	return existsSync(path.join(folder, 'include', 'node', 'node_api.h')) ? folder : undefined;
};

/**
 * A Node 24 for n8n, the runtime and npm's scripts: the one that runs us, or npm's own package of it.
 * @returns {Promise<string>} the binary
 */
export async function ensureNode() {
	const name = `node-${process.platform}-${process.arch}`;
	const lock = await readFile(path.join(lockFolder, 'package-lock.json'), 'utf8');
	const packaged = `node_modules/${name}` in JSON.parse(lock).packages;
	const own = Number(process.versions.node.split('.')[0]) === major;
	if (own && (headersOf(process.execPath) || !packaged)) return process.execPath;
	if (!packaged) {
		throw new SetupError(
			`n8n needs Node ${major}, but this is ${process.version}, and npm does not offer Node ${major} for ${process.platform} ${process.arch}.`,
			`Install Node ${major} and run the command again.`,
		);
	}
	const target = path.join(cache, `node-${keyOf(lock, name)}`);
	await buildOnce(
		target,
		(folder) =>
			announced(`installing Node ${major} for n8n and the voice runtime`, async () => {
				for (const file of ['package.json', 'package-lock.json'])
					await copyFile(path.join(lockFolder, file), path.join(folder, file));
				await npm(['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder });
			}),
		(pid) => console.log(`• Node ${major}: waiting for another set-up (process ${pid})`),
	);
	return path.join(target, 'node_modules', name, 'bin', 'node');
}

/**
 * Another Node, as npm's own package of it: for `npm run compat`.
 * @param {string} version exact
 * @returns {Promise<string>} the binary
 */
export async function ensureNodeVersion(version) {
	const name = `node-${process.platform}-${process.arch}`;
	const target = path.join(cache, `node-${version}-${process.platform}-${process.arch}`);
	await buildOnce(
		target,
		(folder) =>
			announced(`installing Node ${version}`, async () => {
				await writeFile(path.join(folder, 'package.json'), JSON.stringify({ private: true, dependencies: { [name]: version } }));
				await npm(['install', '--no-package-lock', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder });
			}),
		(pid) => console.log(`• Node ${version}: waiting for another set-up (process ${pid})`),
	);
	return path.join(target, 'node_modules', name, 'bin', 'node');
}

/** npm puts node_modules/.bin first on the PATH of scripts: this makes every `node` in them Node 24. */
export async function linkNode(node) {
	const link = path.join(root, 'node_modules', '.bin', 'node');
	if (path.resolve(node) === link) return;
	const current = await readlink(link).catch(() => undefined);
	if (current === node) return;
	await mkdir(path.dirname(link), { recursive: true });
	await rm(link, { force: true });
	await symlink(node, link);
}
