import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { SetupManifest } from './manifest.ts';

export interface N8nSettings {
	/** Holds `.n8n`: the database, the community packages. */
	readonly userFolder: string;
	readonly encryptionKey: string;
	readonly port: number;
	/** Where n8n and the process that runs its Code nodes meet. */
	readonly brokerPort: number;
	/** Added to the environment last. */
	readonly env?: NodeJS.ProcessEnv;
}

export interface N8nProcess {
	/** Without a slash at its end. */
	readonly url: string;
	readonly pid: number;
	/** Everything n8n writes. */
	readonly logFile: string;
	/** Resolves when it has ended, for whatever reason. */
	readonly ended: Promise<void>;
	/** SIGTERM, and SIGKILL to all that is left after a grace of ten seconds. */
	stop(): Promise<void>;
}

/** A first start migrates the database; on a busy machine that has taken over a minute. */
const READY_WITHIN = 180_000;
const GRACE = 10_000;

function environment(settings: N8nSettings, node: string): NodeJS.ProcessEnv {
	// Under jest NODE_ENV is `test`, and n8n ends at once; npm's settings are about the clone.
	const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|JEST_|NODE_ENV$)/.test(name));
	return {
		...Object.fromEntries(inherited),
		PATH: `${path.dirname(node)}${path.delimiter}${process.env.PATH ?? ''}`,
		N8N_USER_FOLDER: settings.userFolder,
		N8N_ENCRYPTION_KEY: settings.encryptionKey,
		N8N_LISTEN_ADDRESS: '127.0.0.1',
		N8N_HOST: '127.0.0.1',
		N8N_PORT: String(settings.port),
		N8N_RUNNERS_BROKER_PORT: String(settings.brokerPort),
		// Served over plain HTTP on the loopback address.
		N8N_SECURE_COOKIE: 'false',
		N8N_DIAGNOSTICS_ENABLED: 'false',
		N8N_VERSION_NOTIFICATIONS_ENABLED: 'false',
		N8N_TEMPLATES_ENABLED: 'false',
		N8N_PERSONALIZATION_ENABLED: 'false',
		N8N_HIRING_BANNER_ENABLED: 'false',
		...settings.env,
	};
}

/**
 * Starts n8n and waits until it answers.
 * @param signal ends the wait, and n8n with it
 * @throws when n8n ends before it is ready, or is not ready in time; the message has the end of its log
 */
export async function startN8nProcess(
	manifest: SetupManifest,
	settings: N8nSettings,
	signal?: AbortSignal,
): Promise<N8nProcess> {
	const logFile = path.join(settings.userFolder, 'n8n.log');
	const log = createWriteStream(logFile, { flags: 'a', mode: 0o600 });
	// A group of its own: n8n's helpers can be ended with it, and a Ctrl-C reaches it only through stop().
	const child = spawn(manifest.node, [path.join(manifest.n8n, 'node_modules', 'n8n', 'bin', 'n8n'), 'start'], {
		cwd: settings.userFolder,
		env: environment(settings, manifest.node),
		stdio: ['ignore', 'pipe', 'pipe'],
		detached: true,
	});
	let tail = '';
	for (const stream of [child.stdout, child.stderr]) {
		stream.pipe(log, { end: false });
		stream.on('data', (chunk: Buffer) => {
			tail = (tail + chunk.toString()).slice(-3000);
		});
	}
	let running = true;
	// A test runner that gives up must not leave an n8n behind.
	const abandon = () => killGroup(child.pid);
	process.once('exit', abandon);
	const ended = new Promise<void>((resolve) => {
		child.once('error', (error) => {
			tail += error.message;
			running = false;
			resolve();
		});
		child.once('close', () => {
			running = false;
			process.removeListener('exit', abandon);
			log.end();
			resolve();
		});
	});
	const stop = async (): Promise<void> => {
		if (!running || child.pid === undefined) return;
		child.kill('SIGTERM');
		const killer = setTimeout(() => killGroup(child.pid), GRACE);
		await ended;
		clearTimeout(killer);
	};

	const url = `http://127.0.0.1:${settings.port}`;
	const deadline = Date.now() + READY_WITHIN;
	while (!(await isReady(url))) {
		signal?.throwIfAborted();
		if (!running) throw new Error(`n8n ended while it was starting:\n${tail.trim()}`);
		if (Date.now() > deadline) {
			await stop();
			throw new Error(`n8n was not ready after ${READY_WITHIN / 1000} s:\n${tail.trim()}`);
		}
		await pause(200, undefined, { signal }).catch(() => undefined);
		if (signal?.aborted) await stop();
	}
	return { url, pid: child.pid ?? 0, logFile, ended, stop };
}

function killGroup(pid: number | undefined): void {
	try {
		if (pid !== undefined) process.kill(-pid, 'SIGKILL');
	} catch {
		// It ended in the meantime.
	}
}

const isReady = (url: string): Promise<boolean> =>
	fetch(`${url}/healthz/readiness`, { signal: AbortSignal.timeout(5000) }).then(
		(response) => response.ok,
		() => false,
	);
