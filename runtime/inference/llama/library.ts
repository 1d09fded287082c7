import type * as LlamaLibrary from 'node-llama-cpp' with { 'resolution-mode': 'import' };
import { VoiceError } from '../../contract/errors';
import { log } from '../../lib/log';
import { workingGpu } from '../machine/gpu-trial';
import { threadsFor, usableCores } from '../machine/cores';
import { openLlama, wayInWords } from '../machine/llama-build';

export type Library = typeof LlamaLibrary;
export type Llama = LlamaLibrary.Llama;

export interface Backend {
	readonly library: Library;
	readonly llama: Llama;
	readonly cores: number;
}

let backend: Promise<Backend> | undefined;

async function open(): Promise<Backend> {
	// A real import(): the library is ESM with top-level await, which require() refuses.
	const library: Library = await import('node-llama-cpp');
	const cores = usableCores();
	const options = {
		maxThreads: threadsFor(Number.POSITIVE_INFINITY, cores),
		logger: (level: string, message: string) => {
			if (level === 'error' || level === 'fatal') log.warn({ library: 'llama.cpp', reason: message.trim() }, 'a library reports a fault');
		},
	} as const;
	const { way, refused } = await workingGpu();
	const instead = way === false ? 'processor' : wayInWords(way);
	for (const each of refused) log.warn({ gpu: wayInWords(each), why: each.why, instead }, 'a GPU cannot be used');
	try {
		const llama = await openLlama(way, options);
		if (way !== false) log.info({ gpu: wayInWords(way) }, 'models of llama.cpp run on a GPU');
		return { library, cores, llama };
	} catch (cause) {
		if (way === false) throw cause;
		throw new VoiceError('VOICE_ERR_MODEL_FAILED', `llama.cpp cannot use ${wayInWords(way)} here: ${String(cause)}`, {
			cause,
			remedy: 'Set VOICE_LOOP_GPU to auto or off, or install what the card needs: its driver and libraries.',
		});
	}
}

/** llama.cpp, loaded once a process. A failure can be tried again. */
export async function llamaBackend(): Promise<Backend> {
	backend ??= open();
	try {
		return await backend;
	} catch (cause) {
		backend = undefined;
		if (cause instanceof VoiceError) throw cause;
		throw new VoiceError('VOICE_ERR_MODEL_FAILED', `llama.cpp could not be loaded: ${String(cause)}`, { cause });
	}
}
