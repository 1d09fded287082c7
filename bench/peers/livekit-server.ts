import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../../deploy/local/host/ports.ts';
import { CannotRun } from '../report';

const PROGRAM = 'livekit-server';
const KEY = 'bench';
const READY_WITHIN_MS = 20_000;
const LOOK_EVERY_MS = 50;

export function hasLiveKitServer(): boolean {
	return spawnSync(PROGRAM, ['--version'], { env: process.env }).error === undefined;
}

/** LiveKit's server, for this machine alone. */
export class LiveKitServer {
	private constructor(
		private readonly child: ChildProcess,
		/** What LiveKit's own clients and agents find it by. */
		readonly env: Readonly<Record<'LIVEKIT_URL' | 'LIVEKIT_API_KEY' | 'LIVEKIT_API_SECRET', string>>,
	) {}

	/** @throws CannotRun where it does not start */
	static async start(): Promise<LiveKitServer> {
		const [port, tcp, udp] = [await freePort(), await freePort(), await freePort()];
		const secret = randomBytes(32).toString('hex');
		// Its own STUN servers are elsewhere, and nothing here needs one: it names itself.
		const rtc = { tcp_port: tcp, udp_port: udp, node_ip: '127.0.0.1', enable_loopback_candidate: true, stun_servers: [`127.0.0.1:${udp}`] };
		const config = { port, bind_addresses: ['127.0.0.1'], rtc, keys: { [KEY]: secret }, logging: { level: 'error' } };
		// YAML is JSON, too.
		const child = spawn(PROGRAM, [], { stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, LIVEKIT_CONFIG: JSON.stringify(config) } });
		const server = new LiveKitServer(child, { LIVEKIT_URL: `ws://127.0.0.1:${port}`, LIVEKIT_API_KEY: KEY, LIVEKIT_API_SECRET: secret });
		const limit = performance.now() + READY_WITHIN_MS;
		while (!(await answers(port))) {
			if (child.exitCode !== null || performance.now() > limit) {
				await server.stop();
				throw new CannotRun(`${PROGRAM} did not start; what it said is above.`);
			}
			await pause(LOOK_EVERY_MS);
		}
		return server;
	}

	get pids(): readonly number[] {
		return this.child.pid === undefined ? [] : [this.child.pid];
	}

	async stop(): Promise<void> {
		const ended = once(this.child, 'exit');
		// Gently it would wait for its calls.
		if (this.child.exitCode === null && this.child.kill('SIGKILL')) await ended;
	}
}

async function answers(port: number): Promise<boolean> {
	return await fetch(`http://127.0.0.1:${port}/`).then(
		({ ok }) => ok,
		() => false,
	);
}
