import { existsSync } from 'node:fs';
import { SetupError } from './report.mjs';
import { installPackages, canInstallPackages } from './debian.mjs';
import { which } from './run.mjs';

const tools = [
	{ name: 'python3', anyOf: ['python3', 'python'] },
	{ name: 'make', anyOf: ['make', 'gmake'] },
	{ name: 'g++', anyOf: ['g++', 'clang++', 'c++'] },
];

const missing = () => tools.filter(({ anyOf }) => !anyOf.some(which)).map(({ name }) => name);

/** What node-gyp needs; on Debian as root it is installed, elsewhere the error names it. */
export async function ensureCompiler() {
	if (missing().length === 0) return;
	if (canInstallPackages()) await installPackages(missing());
	if (missing().length > 0) {
		throw new SetupError(
			`n8n's database driver has to be compiled, which needs ${missing().join(', ')}.`,
			existsSync('/etc/debian_version')
				? `Install it and run the command again: sudo apt-get install ${missing().join(' ')}`
				: 'Install a C++ compiler, make and Python 3, and run the command again.',
		);
	}
}
