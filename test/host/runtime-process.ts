import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { RuntimeStats } from '../../runtime/contract/stats';
import { VoiceRuntime, fixedLocator } from '../../runtime/client/voice-runtime';
import { packageRoot } from '../../runtime/lib/package-root';

/** The real runtime, as `voice-loop start` runs it, in a state folder of its own. */
export interface RunningRuntime {
	readonly url: string;
	readonly key: string;
	/** Give this to n8n: its nodes then find this runtime and no other. */
	readonly stateFolder: string;
	readonly client: VoiceRuntime;
	readonly process: ChildProcess;
	stop(): Promise<void>;
}

export function mediaPids({ media }: RuntimeStats): number[] {
	return media.map(({ pid }) => pid);
}

const KEY = 'test-key-'.repeat(5);

export async function startRuntime(env: NodeJS.ProcessEnv = {}): Promise<RunningRuntime> {
	const stateFolder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-state-'));
	const child = spawn(process.execPath, [path.join(packageRoot(), 'dist/runtime/cli/voice-loop.js'), 'start'], {
		env: { ...process.env, VOICE_LOOP_STATE: stateFolder, VOICE_LOOP_KEY: KEY, VOICE_LOOP_LOG: 'warn', ...env },
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const lines = createInterface({ input: child.stdout });
	const url = await new Promise<string>((resolve, reject) => {
		child.once('exit', (code) => reject(new Error(`the runtime ended with ${code} before it was ready`)));
		lines.on('line', (line) => {
			if (line.startsWith('{"url"')) resolve((JSON.parse(line) as { url: string }).url);
			else process.stderr.write(`runtime: ${line}\n`);
		});
	});
	return {
		url,
		key: KEY,
		stateFolder,
		process: child,
		client: new VoiceRuntime(fixedLocator({ url, key: KEY })),
		stop: async () => {
			if (child.exitCode === null && child.signalCode === null) {
				const ended = once(child, 'exit');
				child.kill('SIGTERM');
				const kill = setTimeout(() => child.kill('SIGKILL'), 10_000);
				await ended;
				clearTimeout(kill);
			}
			await rm(stateFolder, { recursive: true, force: true });
		},
	};
}
