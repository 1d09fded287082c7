import type * as LlamaLibrary from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { fork } from 'node:child_process';
import path from 'node:path';
import { z } from 'zod';
import { type GpuKind, gpuKinds, gpuSettings } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import { packageRoot } from '../../lib/package-root';

/** What this machine's models run on, and what was tried before and why it was not taken. */
export interface GpuVerdict {
	/** false: on the processor. */
	readonly kind: GpuKind | false;
	readonly refused: ReadonlyArray<{ readonly kind: GpuKind; readonly why: string }>;
}

/** Tries one kind. Resolves with what is wrong with it, or with undefined. */
type GpuTrial = (kind: GpuKind) => Promise<string | undefined>;

/** A card without machine code of its own in the library has it compiled by its driver, once, which can take minutes. */
const TRIAL_LIMIT_MS = 300_000;
/** Of what the child says before it dies. */
const STDERR_KEPT = 20_000;

const answer = z.object({ why: z.string() });

/** The smallest model that ships with this package. */
function modelForTrial(): string {
	return path.join(packageRoot(), 'models', 'answer', 'pack', 'answer.gguf');
}

/** llama.cpp says what is wrong in a line of its own before it ends the process. */
function lastWords(stderr: string, ended: string): string {
	const error = stderr.split('\n').find((line) => /error: /i.test(line));
	const words = error?.replace(/^.*?error: /i, '').trim() ?? '';
	const why = words === '' ? `the trial ended the process (${ended})` : words.slice(0, 300);
	return /unsupported toolchain/.test(why) ? `its driver is older than the CUDA that llama.cpp was built with: update the driver (${why})` : why;
}

/**
 * Has a throw-away process compute with a kind of GPU what the processor computes too: llama.cpp ends the whole
 * process where a driver does not know the code of its kernels, and no try/catch helps against that.
 */
export function tryInChild(entry: string = path.join(__dirname, 'gpu-trial-child.js'), limitMs = TRIAL_LIMIT_MS): GpuTrial {
	return (kind) =>
		new Promise((resolve) => {
			const child = fork(entry, [kind, modelForTrial()], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], execArgv: [] });
			let said: string | undefined;
			let stderr = '';
			const end = (why: string): void => {
				clearTimeout(limit);
				child.kill('SIGKILL');
				resolve(why === '' ? undefined : why);
			};
			const limit = setTimeout(() => end(`it did not answer within ${limitMs / 1000} s`), limitMs);
			child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-STDERR_KEPT)));
			child.once('message', (raw) => (said = answer.catch({ why: 'it gave no answer' }).parse(raw).why));
			child.once('error', (error) => end(error.message));
			child.once('close', (code, signal) => end(said ?? lastWords(stderr, signal ?? `exit code ${code}`)));
		});
}

/** What the machine seems to have, the best first. */
async function supported(): Promise<readonly unknown[]> {
	// A real import(): the library is ESM with top-level await, which require() refuses.
	const library: typeof LlamaLibrary = await import('node-llama-cpp');
	return await library.getLlamaGpuTypes('supported');
}

function isKind(kind: unknown): kind is GpuKind {
	return gpuKinds.some((each) => each === kind);
}

/**
 * The first kind of GPU that this machine seems to have and that passes its trial.
 * `wanted` is VOICE_LOOP_GPU: 'auto', 'off', or a kind, which is then taken as it is.
 * @throws VOICE_ERR_BAD_REQUEST for anything else.
 */
export async function chooseGpu(wanted: string, trial: GpuTrial, candidates: () => Promise<readonly unknown[]> = supported): Promise<GpuVerdict> {
	if (wanted === 'off') return { kind: false, refused: [] };
	if (isKind(wanted)) return { kind: wanted, refused: [] };
	if (wanted !== 'auto') {
		throw new VoiceError('VOICE_ERR_BAD_REQUEST', `VOICE_LOOP_GPU has an unknown value: "${wanted}".`, { remedy: `Set it to one of: ${gpuSettings.join(', ')}.` });
	}
	const refused: Array<GpuVerdict['refused'][number]> = [];
	for (const kind of (await candidates()).filter(isKind)) {
		const why = await trial(kind);
		if (why === undefined) return { kind, refused };
		refused.push({ kind, why });
	}
	return { kind: false, refused };
}

let verdict: Promise<GpuVerdict> | undefined;

/** Found out once a process. */
export async function workingGpu(env: NodeJS.ProcessEnv = process.env): Promise<GpuVerdict> {
	verdict ??= chooseGpu(env.VOICE_LOOP_GPU || 'auto', tryInChild());
	return await verdict;
}
