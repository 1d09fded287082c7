import { copyFile, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { buildOnce } from './build-once.mjs';
import { buildDatabaseDriver } from './database-driver.mjs';
import { cache, keyOf, root } from './paths.mjs';
import { announced, diskMeter } from './report.mjs';
import { npm } from './run.mjs';

const lockFolder = path.join(root, 'deploy', 'local', 'n8n');
const files = ['package.json', 'package-lock.json'];
const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

/** n8n 1.x takes this one from outside of the registry; the registry's own reads and writes spreadsheets as well. */
const registryOnly = { xlsx: '0.18.5' };

async function ensure(name, title, install, node) {
	const target = path.join(cache, name);
	await buildOnce(
		target,
		async (folder) => {
			await announced(`installing ${title} (about 3 GB, several minutes, the first time only)`, () => install(folder), diskMeter(folder));
			await buildDatabaseDriver(node, folder);
		},
		(pid) => console.log(`• ${title}: waiting for another set-up (process ${pid})`),
	);
	return target;
}

/**
 * n8n itself, exactly as locked: some 2300 packages and 3 GB, minutes the first time.
 * @param {string} node the Node it will run on
 * @returns {Promise<string>} its folder
 */
export async function ensureN8n(node) {
	const texts = await Promise.all(files.map((file) => readFile(path.join(lockFolder, file), 'utf8')));
	const install = async (folder) => {
		for (const file of files) await copyFile(path.join(lockFolder, file), path.join(folder, file));
		await npm(['ci', ...flags], { cwd: folder });
	};
	return await ensure(`n8n-${keyOf(...texts, process.platform, process.arch)}`, 'n8n', install, node);
}

/** The version that `npm start` and the tests run. */
export async function lockedVersion() {
	return JSON.parse(await readFile(path.join(lockFolder, 'package.json'), 'utf8')).dependencies.n8n;
}

/**
 * Another version of n8n, with what its dependencies are today: for `npm run compat`.
 * @param {string} version exact
 * @param {{ binary: string, major: number }} node the Node it will run on, and no older one: its database driver is compiled for it
 * @returns {Promise<string>} its folder
 */
export async function ensureN8nVersion(version, node) {
	const { overrides } = JSON.parse(await readFile(path.join(lockFolder, 'package.json'), 'utf8'));
	const manifest = { name: 'voice-loop-compat-n8n', private: true, dependencies: { n8n: version }, overrides: { ...overrides, ...registryOnly } };
	const text = JSON.stringify(manifest, null, '\t');
	const install = async (folder) => {
		await writeFile(path.join(folder, 'package.json'), text);
		await npm(['install', '--no-package-lock', ...flags], { cwd: folder });
	};
	const name = `n8n-${version}-node${node.major}-${keyOf(text, process.platform, process.arch)}`;
	return await ensure(name, `n8n ${version}`, install, node.binary);
}
