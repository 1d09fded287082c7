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
	return `${inGigabytes(machine.ram)} of RAM, ${cores} and ${gpu ? `a GPU with ${inGigabytes(gpu.vram)} (${gpu.name})` : none}`;
}
