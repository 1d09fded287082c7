import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { importExamples } from '../deploy/local/host/examples.ts';
import { readManifest } from '../deploy/local/host/manifest.ts';
import { LocalN8n } from '../deploy/local/host/n8n.ts';
import { startRuntime, stateFolder } from '../deploy/local/host/runtime-process.ts';
import { installPackage } from '../deploy/local/host/user-folder.ts';
import { changeNode } from '../deploy/local/host/workflows.ts';
import type { CallReport } from '../runtime/cli/call/report';
import { findRuntime } from '../runtime/client/find-or-start';
import { VoiceRuntime, fixedLocator } from '../runtime/client/voice-runtime';
import { packageRoot } from '../runtime/lib/package-root';

const root = packageRoot();

/** The example agent, published in a real n8n of its own, open to any caller; and the runtime it uses. */
export interface Agent {
	readonly runtime: VoiceRuntime;
	/** Of its voice page. */
	readonly url: string;
	/** n8n and the runtime, without what they started. */
	readonly pids: readonly number[];
	/** Calls it from a process of its own, as `voice-loop call` with these options. */
	call(args: readonly string[]): Promise<CallReport>;
	/** The same, to be hung up by SIGINT. */
	dial(args: readonly string[]): ChildProcess;
	/** Gives one of its nodes other parameters. */
	change(node: string, parameters: Record<string, unknown>): Promise<void>;
}

/** @param trigger parameters of its Voice Session Trigger that differ from the example's */
export async function withAgent(act: (agent: Agent) => Promise<void>, trigger: Record<string, unknown> = {}): Promise<void> {
	const manifest = await readManifest(root);
	const userFolder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-bench-'));
	await installPackage(userFolder, manifest);
	const env = { VOICE_LOOP_STATE: stateFolder(userFolder) };
	const runtime = await startRuntime({ node: manifest.node, userFolder });
	let n8n: LocalN8n | undefined;
	try {
		n8n = await LocalN8n.open(manifest, { userFolder, env });
		const { rest } = n8n;
		const example = (await importExamples(rest, root)).find(({ pagePath }) => pagePath !== '');
		const endpoint = await findRuntime({ env });
		if (!example || !endpoint) throw new Error('no example has a voice page, or the runtime is gone');
		// n8n takes no more than a few logins a minute, and eight callers come at once.
		await changeNode(rest, example.id, 'Voice Session Trigger', { callers: 'anyone', ...trigger });
		const url = `${n8n.url}/webhook/${example.pagePath}`;
		const dial = caller(url);
		await act({
			runtime: new VoiceRuntime(fixedLocator(endpoint)),
			url,
			pids: [n8n.pid, runtime.pid],
			dial,
			call: async (args) => await reportOf(dial(args)),
			change: async (node, parameters) => await changeNode(rest, example.id, node, parameters),
		});
	} finally {
		await n8n?.stop();
		await runtime.stop();
		await rm(userFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	}
}

function caller(url: string) {
	return (args: readonly string[]): ChildProcess =>
		spawn(process.execPath, [path.join(root, 'dist/runtime/cli/voice-loop.js'), 'call', '--json', '--url', url, ...args], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
}

function reportOf(child: ChildProcess): Promise<CallReport> {
	let output = '';
	child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString('utf8')));
	return new Promise((resolve, reject) => {
		child.once('error', reject);
		child.once('close', () => resolve(JSON.parse(output) as CallReport));
	});
}
