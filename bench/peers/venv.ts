import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { cached } from '../cache';
import { CannotRun } from '../report';

/** A virtual environment with these packages, which is kept. @returns its python. @throws CannotRun where it cannot be had */
export async function virtualEnvironment(name: string, packages: string): Promise<string> {
	const place = await cached(name, async (at) => await Promise.resolve(install(at, packages)));
	return path.join(place, 'bin', 'python');
}

function install(at: string, packages: string): void {
	const step = (why: string, command: string, args: readonly string[]): void => {
		try {
			execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
		} catch (error) {
			const said = (error as { stderr?: Buffer }).stderr?.toString('utf8').trim().split('\n').at(-1) ?? '';
			throw new CannotRun(`${why}${said === '' ? '' : ` (${said})`}`);
		}
	};
	step(`${packages} needs Python 3.11 or later with venv. On Debian: apt-get install python3 python3-venv.`, 'python3', ['-m', 'venv', at]);
	step(`pip could not install ${packages}. It needs a network and Python 3.11 or later.`, path.join(at, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', packages]);
}
