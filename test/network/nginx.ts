import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { freePort } from '../../deploy/local/host/ports';
import type { Authority } from './authority';

export interface NginxOptions {
	/** It listens there. */
	readonly address?: string;
	readonly port?: number;
	/** Said beside the server. */
	readonly more?: string;
}

/** Debian's nginx with TLS, in front of what `locations` says (as docs/network.md shows it). */
export class Nginx {
	private constructor(
		private readonly address: string,
		readonly port: number,
		private readonly folder: string,
		private readonly process: ChildProcess,
	) {}

	static async start({ cert, key }: Authority, locations: string, options: NginxOptions = {}): Promise<Nginx> {
		const { address = '127.0.0.1', more = '' } = options;
		const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-nginx-'));
		const port = options.port ?? (await freePort());
		const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((what) => `${what}_temp_path ${folder}/${what};`);
		const config = `
			${process.getuid?.() === 0 ? 'user root;' : ''}
			pid ${folder}/nginx.pid;
			error_log stderr;
			worker_processes 1;
			events {}
			http {
				access_log off;
				${temporary.join('\n')}
				map $http_upgrade $connection_upgrade { default upgrade; '' close; }
				${more}
				server {
					listen ${address}:${port} ssl;
					ssl_certificate ${cert};
					ssl_certificate_key ${key};
					${locations}
				}
			}`;
		writeFileSync(path.join(folder, 'nginx.conf'), config);
		const child = spawn('nginx', ['-p', folder, '-c', path.join(folder, 'nginx.conf'), '-g', 'daemon off;'], {
			env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin` },
			stdio: ['ignore', 'inherit', 'pipe'],
		});
		process.once('exit', () => child.kill('SIGTERM'));
		let said = '';
		child.stderr.on('data', (piece: Buffer) => (said += piece.toString()));
		const nginx = new Nginx(address, port, folder, child);
		const ended = once(child, 'exit').then(() => {
			throw new Error(`nginx ended while starting: ${said}`);
		});
		await Promise.race([ended, nginx.listens()]);
		ended.catch(() => undefined);
		return nginx;
	}

	async stop(): Promise<void> {
		if (this.process.exitCode === null) {
			const gone = once(this.process, 'exit');
			this.process.kill('SIGTERM');
			await gone;
		}
		rmSync(this.folder, { recursive: true, force: true });
	}

	private async listens(): Promise<void> {
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
