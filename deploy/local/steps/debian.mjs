import { existsSync } from 'node:fs';
import { announced } from './report.mjs';
import { run, which } from './run.mjs';

/** Another apt may be at work; it is waited for this long (seconds). */
const aptLock = ['-o', 'DPkg::Lock::Timeout=300'];

export const canInstallPackages = () =>
	existsSync('/etc/debian_version') && process.getuid?.() === 0 && which('apt-get') !== undefined;

/** Installs Debian packages (root only). */
export async function installPackages(names) {
	await announced(`installing Debian packages: ${names.join(', ')}`, async () => {
		// The last two: a server that tests start by themselves is not started by its package.
		const env = { DEBIAN_FRONTEND: 'noninteractive', SYSTEMD_OFFLINE: '1', RUNLEVEL: '1' };
		const install = () =>
			run('apt-get', [...aptLock, 'install', '-y', '--no-install-recommends', ...names], { env });
		try {
			await install();
		} catch {
			// A machine's first apt-get knows no packages yet, an old one asks for versions that are gone.
			await run('apt-get', [...aptLock, 'update'], { env });
			await install();
		}
	});
}
