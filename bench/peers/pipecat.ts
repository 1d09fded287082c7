import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { packageRoot } from '../../runtime/lib/package-root';
import { cached } from '../cache';
import { CannotRun } from '../report';
import type { Side } from './call';

/** `aiortc` comes with `webrtc`; Silero and smart-turn v3.2 are in the package itself. */
const PACKAGE = 'pipecat-ai[webrtc,openai]==1.14.0';
/** Its imports take seconds on a busy machine. */
const READY_WITHIN_MS = 120_000;

const answered = z.object({ sdp: z.string() });

/** How its turns end: as it does by itself, or after 300 ms of silence. */
export type Strategy = 'default' | 'silence';

/** Pipecat in a virtual environment that is kept (0.8 GB), and an agent of it that runs. */
export class Pipecat {
	private constructor(
		private readonly child: ChildProcess,
		private readonly port: number,
	) {}

	/** @throws CannotRun where it cannot be had */
	static async start(engines: string): Promise<Pipecat> {
		const place = await cached('pipecat-1.14.0', async (at) => await Promise.resolve(install(at)));
		const child = spawn(path.join(place, 'bin', 'python'), [path.join(packageRoot(), 'bench', 'peers', 'pipecat_bot.py'), '--engines', `${engines}/v1`], { stdio: ['pipe', 'pipe', 'inherit'] });
		const [first] = (await Promise.race([
			once(createInterface({ input: child.stdout }), 'line', { signal: AbortSignal.timeout(READY_WITHIN_MS) }),
			once(child, 'exit').then(() => ['']),
		])) as string[];
		const port = Number(first);
		if (port > 0) return new Pipecat(child, port);
		child.kill();
		throw new CannotRun('Pipecat\'s agent ended while it started; what it said is above.');
	}

	side(strategy: Strategy): Side {
		return {
			name: 'Pipecat',
			pids: this.child.pid === undefined ? [] : [this.child.pid],
			answer: async (sdp) => {
				const response = await fetch(`http://127.0.0.1:${this.port}/offer?strategy=${strategy}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ type: 'offer', sdp }) });
				if (!response.ok) throw new Error(`Pipecat answered the offer with status ${response.status}: ${await response.text()}`);
				return { sdp: answered.parse(await response.json()).sdp, end: async () => await Promise.resolve() };
			},
		};
	}

	async stop(): Promise<void> {
		const ended = once(this.child, 'exit');
		if (this.child.exitCode !== null || !this.child.kill()) return;
		await ended;
	}
}

function install(at: string): void {
	const step = (why: string, command: string, args: readonly string[]): void => {
		try {
			execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
		} catch (error) {
			const said = (error as { stderr?: Buffer }).stderr?.toString('utf8').trim().split('\n').at(-1) ?? '';
			throw new CannotRun(`${why}${said === '' ? '' : ` (${said})`}`);
		}
	};
	step('Pipecat needs Python 3.11 or later with venv. On Debian: apt-get install python3 python3-venv.', 'python3', ['-m', 'venv', at]);
	step(`pip could not install ${PACKAGE}. It needs a network and Python 3.11 or later.`, path.join(at, 'bin', 'python'), ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', PACKAGE]);
}
