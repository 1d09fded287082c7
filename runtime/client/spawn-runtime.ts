import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { VoiceError } from '../contract/errors';

/** n8n's own settings, among them database passwords and its encryption key. The runtime has no use for them. */
const N8N_OWN = /^(N8N|DB|QUEUE|CREDENTIALS|EXECUTIONS|NODE_OPTIONS$)/;
const LOG_TAIL = 600;

export interface Spawned {
	readonly pid: number;
	/** Rejects with VOICE_ERR_RUNTIME_START when the process ends; never resolves. */
	readonly ended: Promise<never>;
}

/** wrtc, llama.cpp and onnxruntime are built against glibc. Alpine, which n8n's own image is, has musl. */
export function assertGlibc(): void {
	if (process.platform !== 'linux') return;
	const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
	if (header.glibcVersionRuntime !== undefined) return;
	throw new VoiceError('VOICE_ERR_RUNTIME_START', 'The voice runtime does not run on this system, because its native libraries need glibc (Alpine Linux has musl instead).', {
		remedy: 'Run the runtime in a container of its own, then enter its URL and key in the credential "Voice Runtime API".',
	});
}

/** Starts `voice-loop start --idle-exit` as a process that outlives n8n, with its output in `logFile`. */
export function spawnRuntime(script: string, logFile: string, env: NodeJS.ProcessEnv): Spawned {
	const log = openSync(logFile, 'w', 0o600);
	const own = Object.fromEntries(Object.entries(env).filter(([name]) => !N8N_OWN.test(name)));
	try {
		const child = spawn(process.execPath, [script, 'start', '--idle-exit'], {
			detached: true,
			stdio: ['ignore', log, log],
			env: own,
		});
		const ended = new Promise<never>((_resolve, reject) => {
			child.once('error', (error) => reject(failed(error.message)));
			child.once('exit', (code, signal) => {
				void lastLines(logFile).then((tail) => reject(failed(`It ended with ${signal ?? `exit code ${code}`}.${tail}`)));
			});
		});
		// It can end long after the start succeeded, when nobody waits for this any more.
		ended.catch(() => undefined);
		child.unref();
		return { pid: child.pid ?? 0, ended };
	} finally {
		closeSync(log);
	}
}

async function lastLines(logFile: string): Promise<string> {
	const text = await readFile(logFile, 'utf8').catch(() => '');
	return text.trim() === '' ? '' : ` The end of its log (${logFile}): ${text.trim().slice(-LOG_TAIL)}`;
}

function failed(why: string): VoiceError {
	return new VoiceError('VOICE_ERR_RUNTIME_START', `The voice runtime did not start. ${why}`);
}
