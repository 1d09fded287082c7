import { copyFile, readFile } from 'node:fs/promises';
import path from 'node:path';
import { buildOnce } from './build-once.mjs';
import { buildDatabaseDriver } from './database-driver.mjs';
import { cache, keyOf, root } from './paths.mjs';
import { announced, diskMeter } from './report.mjs';
import { npm } from './run.mjs';

const lockFolder = path.join(root, 'deploy', 'local', 'n8n');
const files = ['package.json', 'package-lock.json'];

/**
 * n8n itself, exactly as locked: some 2300 packages and 3 GB, minutes the first time.
 * @param {string} node the Node it will run on
 * @returns {Promise<string>} its folder
 */
export async function ensureN8n(node) {
	const texts = await Promise.all(files.map((file) => readFile(path.join(lockFolder, file), 'utf8')));
	const target = path.join(cache, `n8n-${keyOf(...texts, process.platform, process.arch)}`);
	await buildOnce(
		target,
		async (folder) => {
			await announced(
				'installing n8n (about 3 GB, several minutes, the first time only)',
				async () => {
					for (const file of files) await copyFile(path.join(lockFolder, file), path.join(folder, file));
					await npm(
						['ci', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'],
						{ cwd: folder },
					);
				},
				diskMeter(folder),
			);
			await buildDatabaseDriver(node, folder);
		},
		(pid) => console.log(`• n8n: waiting for another set-up (process ${pid})`),
	);
	return target;
}
