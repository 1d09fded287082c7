import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { root } from './paths.mjs';
import { announced, diskMeter } from './report.mjs';
import { npm } from './run.mjs';

const readPackages = async (file) => JSON.parse(await readFile(file, 'utf8')).packages;

/** npm keeps its own record of what it installed; packages for other machines are optional there. */
async function upToDate() {
	try {
		const wanted = await readPackages(path.join(root, 'package-lock.json'));
		const present = await readPackages(path.join(root, 'node_modules', '.package-lock.json'));
		return Object.entries(wanted).every(
			([place, { version, optional, devOptional, peer }]) =>
				place === '' || optional || devOptional || peer || present[place]?.version === version,
		);
	} catch {
		return false;
	}
}

/**
 * The clone's own node_modules, in the locked versions. Nothing we depend on needs an install script.
 * Not `npm ci`: it refuses a lock file that lacks one machine's build of an optional package, and registry
 * mirrors do not carry all of those.
 */
export async function ensureDependencies() {
	if (await upToDate()) return;
	const flags = ['--no-save', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
	await announced('dependencies of the clone', () => npm(['install', ...flags], { cwd: root }), diskMeter(root));
}
