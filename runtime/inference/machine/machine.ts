import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { memoryLimit } from './control-groups';
import { usableCores } from './cores';
import { type GpuVerdict, workingGpu } from './gpu-trial';
import { wayInWords } from './llama-build';

export interface Gpu {
	readonly name: string;
	/** Memory in bytes. */
	readonly vram: number;
}

/** What matters of a machine for the choice of its models. */
export interface Machine {
	/** Bytes that this process may use: the container's limit where there is one. */
	readonly ram: number;
	/** Cores that this process may use, the container's quota taken into account. */
	readonly cores: number;
	readonly gpus: readonly Gpu[];
	/** How they are used, where that is not the usual way. */
	readonly usedBy?: string;
	/** Why its GPUs are not among them: they are there and cannot be used. */
	readonly unusable?: string;
}

/** One model runs on one GPU: two cards of 8 GB are no card of 16 GB. */
export function biggestGpu(machine: Machine): Gpu | undefined {
	return machine.gpus.reduce<Gpu | undefined>((best, gpu) => (gpu.vram > (best?.vram ?? 0) ? gpu : best), undefined);
}

/** Decimal, as memory is sold and as tiers are written. */
export function inGigabytes(bytes: number): string {
	return `${(bytes / 1e9).toFixed(bytes < 9.95e9 ? 1 : 0)} GB`;
}

/** "16 GB of RAM, 8 cores and no NVIDIA GPU". */
export function describeMachine(machine: Machine): string {
	const gpu = biggestGpu(machine);
	const cores = machine.cores === 1 ? '1 core' : `${machine.cores} cores`;
	const none = machine.unusable === undefined ? 'no NVIDIA GPU' : `no GPU that can be used (${machine.unusable})`;
	return `${inGigabytes(machine.ram)} of RAM, ${cores} and ${gpu ? `a GPU with ${inGigabytes(gpu.vram)} (${gpu.name}${machine.usedBy === undefined ? '' : `, by ${machine.usedBy}`})` : none}`;
}

/** A driver that hangs must not hang us. */
const NVIDIA_SMI_MS = 5000;

function readText(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return '';
	}
}

/** Lines of `nvidia-smi --query-gpu=name,memory.total --format=csv,noheader,nounits`: "NVIDIA L4, 23034" (MiB). */
export function parseNvidiaSmi(output: string): Gpu[] {
	return output.split('\n').flatMap((line) => {
		const comma = line.lastIndexOf(',');
		const mebibytes = Number(line.slice(comma + 1).trim() || Number.NaN);
		if (comma < 0 || !Number.isFinite(mebibytes) || mebibytes <= 0) return [];
		return [{ name: line.slice(0, comma).trim(), vram: mebibytes * 1024 * 1024 }];
	});
}

/** No GPU where there is no driver. */
function nvidiaGpus(env: NodeJS.ProcessEnv): Promise<Gpu[]> {
	const question = ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'];
	return new Promise((resolve) => {
		execFile('nvidia-smi', question, { env, timeout: NVIDIA_SMI_MS, killSignal: 'SIGKILL' }, (error, output) => {
			resolve(error ? [] : parseNvidiaSmi(output));
		});
	});
}

/** A card that llama.cpp cannot compute on is none, whatever its driver names. */
function withWorkingGpus(machine: Machine, { way, refused }: GpuVerdict): Machine {
	const best = biggestGpu(machine);
	if (!best) return machine;
	if (way !== false) return way.library === 'usual' ? machine : { ...machine, usedBy: wayInWords(way) };
	const why = refused.map((each) => `${wayInWords(each)}: ${each.why}`).join('; ');
	return { ...machine, gpus: [], unusable: `${best.name}: ${why || 'neither CUDA (libcudart, libcublas) nor Vulkan was found, or VOICE_LOOP_GPU is off'}` };
}

/** Looks at this machine. What cannot be found out is taken as absent. Rejects only for an unknown value of VOICE_LOOP_GPU. */
export async function probeMachine(env: NodeJS.ProcessEnv, verdictOf = (): Promise<GpuVerdict> => workingGpu(env)): Promise<Machine> {
	const machine = { ram: Math.min(os.totalmem(), memoryLimit(readText)), cores: usableCores(), gpus: await nvidiaGpus(env) };
	return machine.gpus.length === 0 ? machine : withWorkingGpus(machine, await verdictOf());
}
