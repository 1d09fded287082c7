import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { weights } from './folder';

const START_MS = 120_000;

/** A server of others with OpenAI's interface (faster-whisper-server of PyPI), with Whisper tiny.en under the name `whisper-1`. */
export class WhisperServer {
	private constructor(
		private readonly child: ChildProcess,
		private readonly folder: string,
		readonly baseUrl: string,
	) {}

	/** Resolves once it can hear. */
	static async start(): Promise<WhisperServer> {
		const port = await freePort();
		const folder = mkdtempSync(path.join(os.tmpdir(), 'faster-whisper-server-'));
		const config = path.join(folder, 'server.yaml');
		// JSON is YAML.
		writeFileSync(config, JSON.stringify({ models: [{ name: 'whisper-1', path: weights('whisper-tiny.en-ctranslate2'), model_options: { device: 'cpu', compute_type: 'int8', cpu_threads: 2 }, transcribe_options: { beam_size: 1 } }] }));
		const child = spawn('python3', ['-m', 'faster_whisper_server', '--config', config, '--host', '127.0.0.1', '--port', String(port)], {
			stdio: 'ignore',
			env: { ...process.env, PYTHONPATH: weights('faster-whisper-server'), HF_HUB_OFFLINE: '1' },
		});
		const server = new WhisperServer(child, folder, `http://127.0.0.1:${port}/v1`);
		for (const deadline = Date.now() + START_MS; ; await sleep(200)) {
			const answer = await fetch(`http://127.0.0.1:${port}/health`).catch(() => undefined);
			if (answer?.ok) return server;
			if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the server did not start (exit code ${child.exitCode})`);
		}
	}

	/** At once, whatever it is at. */
	kill(): void {
		this.child.kill('SIGKILL');
	}

	async stop(): Promise<void> {
		rmSync(this.folder, { recursive: true, force: true });
		if (this.child.exitCode !== null || this.child.signalCode !== null) return;
		const exit = once(this.child, 'exit');
		this.kill();
		await exit;
	}
}

async function freePort(): Promise<number> {
	const server = createServer().listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	server.close();
	await once(server, 'close');
	return port;
}
