import type * as LlamaLibrary from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import path from 'node:path';
import { z } from 'zod';
import { type GpuKind, gpuKinds, gpuSettings } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import { packageRoot } from '../../lib/package-root';
import { gpuLibraries, type GpuLibrary, type GpuWay, waysOf } from './llama-build';
import { tryInProcess } from './trial-process';

/** What this machine's models run on, and what was tried before and why it was not taken. */
export interface GpuVerdict {
	/** false: on the processor. */
	readonly way: GpuWay | false;
	readonly refused: ReadonlyArray<GpuWay & { readonly why: string }>;
}

/** What became of one way. `library`: the one that ran, which may be another than was asked for. `why`: what is wrong with it. */
interface Tried {
	readonly library: GpuLibrary;
	readonly why: string | undefined;
}

/** Tries one way. Never rejects. */
type GpuTrial = (way: GpuWay) => Promise<Tried>;

/** A card without machine code of its own in the library has it compiled by its driver, once, which can take minutes. */
const TRIAL_LIMIT_MS = 300_000;

const loaded = z.object({ library: z.enum(gpuLibraries) });
const answer = z.object({ why: z.string() });

/** The smallest model that ships with this package. */
function modelForTrial(): string {
	return path.join(packageRoot(), 'models', 'answer', 'pack', 'answer.gguf');
}

/** llama.cpp says what is wrong in a line of its own before it ends the process. */
function lastWords(stderr: string, unanswered: string): string {
	const error = stderr.split('\n').find((line) => /error: /i.test(line));
	const words = error?.replace(/^.*?error: /i, '').trim() ?? '';
	const why = words === '' ? unanswered : words.slice(0, 300);
	return /unsupported toolchain/.test(why) ? `its driver is older than the CUDA that this library was built with: update the driver (${why})` : why;
}

/**
 * Has a throw-away process compute with a kind of GPU what the processor computes too: llama.cpp ends the whole
 * process where a driver does not know the code of its kernels, and no try/catch helps against that.
 */
export function tryInChild(entry: string = path.join(__dirname, 'gpu-trial-child.js'), limitMs = TRIAL_LIMIT_MS): GpuTrial {
	return async ({ kind, library }) => {
		const { messages, unanswered, stderr } = await tryInProcess(entry, [kind, library, modelForTrial()], limitMs, (message) => !loaded.safeParse(message).success);
		const ran = messages.map((message) => loaded.safeParse(message).data?.library).find((each) => each !== undefined) ?? library;
		if (unanswered !== undefined) return { library: ran, why: lastWords(stderr, unanswered) };
		const { why } = answer.catch({ why: 'it gave no answer' }).parse(messages.at(-1));
		return { library: ran, why: why === '' ? undefined : why };
	};
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
 * The first way to use a GPU that this machine seems to have and that passes its trial. A card that fails with the usual library for
 * CUDA, mostly because of an old driver, is tried with the one for older drivers before it is given up.
 * `wanted` is VOICE_LOOP_GPU: 'auto', 'off', or a kind, which is then taken as it is.
 * @throws VOICE_ERR_BAD_REQUEST for anything else.
 */
export async function chooseGpu(wanted: string, trial: GpuTrial, candidates: () => Promise<readonly unknown[]> = supported, ways: (kind: GpuKind) => readonly GpuWay[] = waysOf): Promise<GpuVerdict> {
	if (wanted === 'off') return { way: false, refused: [] };
	if (isKind(wanted)) return { way: { kind: wanted, library: 'usual' }, refused: [] };
	if (wanted !== 'auto') {
		throw new VoiceError('VOICE_ERR_BAD_REQUEST', `VOICE_LOOP_GPU has an unknown value: "${wanted}".`, { remedy: `Set it to one of: ${gpuSettings.join(', ')}.` });
	}
	const refused: Array<GpuVerdict['refused'][number]> = [];
	for (const way of (await candidates()).filter(isKind).flatMap((kind) => ways(kind))) {
		// The usual one could not be loaded, and node-llama-cpp took the fallback by itself.
		if (refused.some(({ kind, library }) => kind === way.kind && library === way.library)) continue;
		const { library, why } = await trial(way);
		if (why === undefined) return { way: { ...way, library }, refused };
		refused.push({ ...way, library, why });
	}
	return { way: false, refused };
}

let verdict: Promise<GpuVerdict> | undefined;

/** Found out once a process. */
export async function workingGpu(env: NodeJS.ProcessEnv = process.env): Promise<GpuVerdict> {
	verdict ??= chooseGpu(env.VOICE_LOOP_GPU || 'auto', tryInChild());
	return await verdict;
}
