import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import os from 'node:os';
import { usableCores } from '../../llama/threads';
import type { Gpu, Machine } from './machine';
import { memoryLimit } from './memory-limit';

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

/** Looks at this machine. Never fails: what cannot be found out is not there. */
export async function probeMachine(env: NodeJS.ProcessEnv): Promise<Machine> {
	return { ram: Math.min(os.totalmem(), memoryLimit(readText)), cores: usableCores(), gpus: await nvidiaGpus(env) };
}
