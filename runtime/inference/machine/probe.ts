import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { usableCores } from './cores';
import { type GpuVerdict, workingGpu } from './gpu-trial';
import { biggestGpu, type Gpu, type Machine } from './machine';
import { memoryLimit } from './control-groups';

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
function withWorkingGpus(machine: Machine, { kind, refused }: GpuVerdict): Machine {
	const best = biggestGpu(machine);
	if (!best || kind !== false) return machine;
	const why = refused.map((each) => `${each.kind}: ${each.why}`).join('; ');
	return { ...machine, gpus: [], unusable: `${best.name}: ${why || 'neither CUDA (libcudart, libcublas) nor Vulkan was found, or VOICE_LOOP_GPU is off'}` };
}

/** Looks at this machine. What cannot be found out is taken as absent. Rejects only for an unknown value of VOICE_LOOP_GPU. */
export async function probeMachine(env: NodeJS.ProcessEnv, verdictOf = (): Promise<GpuVerdict> => workingGpu(env)): Promise<Machine> {
	const machine = { ram: Math.min(os.totalmem(), memoryLimit(readText)), cores: usableCores(), gpus: await nvidiaGpus(env) };
	return machine.gpus.length === 0 ? machine : withWorkingGpus(machine, await verdictOf());
}
