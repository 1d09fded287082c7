import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../deploy/local/host/ports';
import { optionsFrom } from '../../runtime/gateway/options';
import { TurnServers } from '../../runtime/gateway/turn-servers/turn-servers';
import { packageRoot } from '../../runtime/lib/package-root';
import { ownAddress } from './programs';

const START = path.join(packageRoot(), 'deploy', 'coturn', 'start.mjs');
export const SECRET = 'a secret of the test for coturn';

export interface CoturnOptions {
	/** It listens there. */
	readonly address?: string;
	readonly more?: readonly string[];
	readonly namespace?: string;
}

/** Debian's coturn as deploy/coturn starts it, on ports of its own. */
export class Coturn {
	readonly folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-coturn-'));
	output = '';
	private process: ChildProcess | undefined;

	private constructor(
		readonly address: string,
		readonly port: number,
		readonly tlsPort: number,
		private readonly options: CoturnOptions,
	) {}

	static async start(options: CoturnOptions = {}): Promise<Coturn> {
		const [port, tlsPort] = options.namespace === undefined ? [await freePort(), await freePort()] : [3478, 443];
		const coturn = new Coturn(options.address ?? ownAddress(), port, tlsPort, options);
		await coturn.start();
		return coturn;
	}

	async start(): Promise<void> {
		const settings = ['--folder', this.folder, '--listen-address', this.address, '--port', String(this.port), '--tls-port', String(this.tlsPort)];
		const command = [process.execPath, START, ...settings, ...(this.options.more ?? [])];
		const within = this.options.namespace === undefined ? command : ['ip', 'netns', 'exec', this.options.namespace, ...command];
		const [program = '', ...args] = within;
		const child = spawn(program, args, { env: { ...process.env, VOICE_LOOP_TURN_SECRET: SECRET }, stdio: ['ignore', 'pipe', 'pipe'] });
		this.process = child;
		// A test that runs out of its time leaves nothing behind.
		process.once('exit', () => child.kill('SIGTERM'));
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece: Buffer) => (this.output += piece.toString()));
		const ended = once(child, 'exit').then(() => {
			throw new Error(`coturn ended while starting:\n${this.output.slice(-2000)}`);
		});
		await Promise.race([ended, this.listens()]);
		ended.catch(() => undefined);
	}

	/** It can be started again. */
	async kill(): Promise<void> {
		const { process: child } = this;
		if (!child || child.exitCode !== null || child.signalCode !== null) return;
		const gone = once(child, 'exit');
		child.kill('SIGTERM');
		await gone;
	}

	async stop(): Promise<void> {
		await this.kill();
		rmSync(this.folder, { recursive: true, force: true });
	}

	/** As the runtime makes them, with the addresses in question. */
	servers(urls: string[], now: () => number = Date.now): TurnServers {
		return new TurnServers(optionsFrom({ VOICE_LOOP_TURN_URLS: urls.join(','), VOICE_LOOP_TURN_SECRET: SECRET }).turn, now);
	}

	url(transport: 'udp' | 'tcp'): string {
		return `turn:${this.address}:${this.port}?transport=${transport}`;
	}

	private async listens(): Promise<void> {
		const { namespace } = this.options;
		while (namespace !== undefined) {
			const { stdout } = await promisify(execFile)('ip', ['netns', 'exec', namespace, 'ss', '-Hltn']);
			if (stdout.includes(`${this.address}:${this.port} `)) return;
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
		for (;;) {
			const socket = createConnection(this.port, this.address);
			const open = await once(socket, 'connect').then(
				() => true,
				() => false,
			);
			socket.destroy();
			if (open) return;
			await new Promise((resolve) => setTimeout(resolve, 50));
		}
	}
}
