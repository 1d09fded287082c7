import { existsSync } from 'node:fs';
import { mkdir, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { buildOnce } from './build-once.mjs';
import { cache, cloneCache, keyOf } from './paths.mjs';
import { announced } from './report.mjs';
import { run, which } from './run.mjs';

/** Unpacked, not installed: every program of this machine would find a device. */
const packages = ['mesa-vulkan-drivers', 'libvulkan1'];

/** Where the trial's test finds it. */
const link = path.join(cloneCache, 'software-vulkan');

/** Debian's software Vulkan. Never fails: without it a test is skipped, and one line says so. */
export async function ensureSoftwareVulkan() {
	await rm(link, { force: true });
	try {
		const missing = ['apt-get', 'dpkg', 'bash'].filter((program) => !which(program));
		if (missing.length > 0) throw new Error(`this machine has no ${missing.join(', no ')}.`);
		const folder = path.join(cache, `software-vulkan-${keyOf(...packages)}`);
		if (!existsSync(folder)) await buildOnce(folder, (into) => announced('fetching a software Vulkan for the tests (8 MB)', () => fetchInto(into)));
		await mkdir(path.dirname(link), { recursive: true });
		await symlink(folder, link);
	} catch (error) {
		console.log(`• The test with a software Vulkan is skipped: ${String(error.message).split('\n')[0]}`);
	}
}

async function fetchInto(folder) {
	await run('apt-get', ['download', '-qq', ...packages], { cwd: folder });
	await run('bash', ['-c', 'for file in *.deb; do dpkg -x "$file" . && rm "$file"; done'], { cwd: folder });
	const libraries = await run('bash', ['-c', 'ldd usr/lib/*/libvulkan_lvp.so'], { cwd: folder });
	const lacking = libraries.split('\n').filter((line) => line.includes('not found'));
	if (lacking.length > 0) throw new Error(`its driver lacks ${lacking.map((line) => line.trim().split(' ')[0]).join(', ')}.`);
}
