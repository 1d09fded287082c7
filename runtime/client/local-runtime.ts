import { type FindOptions, findOrStartRuntime } from './find-or-start';
import type { Endpoint } from './http';
import { readStateFile, stateFilePath } from './state-file';
import type { Locator } from './voice-runtime';

/**
 * The runtime of this machine, found or started on first use and remembered while it answers.
 */
export class LocalRuntime implements Locator {
	private found: Promise<Endpoint> | undefined;

	constructor(private readonly options: FindOptions) {}

	async locate(): Promise<Endpoint> {
		// Kept as a promise, so that the nodes of many executions wait for one start.
		this.found ??= findOrStartRuntime(this.options).catch((error: unknown) => {
			this.found = undefined;
			throw error;
		});
		return await this.found;
	}

	forget(): void {
		this.found = undefined;
	}
}

let shared: LocalRuntime | undefined;

/** One for all nodes of this n8n process. */
export function localRuntime(): LocalRuntime {
	shared ??= new LocalRuntime({ env: process.env });
	return shared;
}

/**
 * The key of the runtime that this machine's state file names, read anew: a runtime that was started again
 * has another one. undefined when none was started. Starts nothing, for it is asked before it's known who asks.
 */
export async function localKey(): Promise<string | undefined> {
	return (await readStateFile(stateFilePath(process.env)))?.key;
}

/** Where the runtime reaches n8n, when the address that callers use does not work from there (containers, proxies). */
export function internalN8nUrl(): string {
	return process.env.VOICE_LOOP_N8N_URL ?? '';
}
