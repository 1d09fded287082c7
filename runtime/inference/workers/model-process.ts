import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { ErrorCode } from '../../contract/error-kinds';
import { VoiceError } from '../../contract/errors';
import { RpcClient } from '../../rpc/client';
import { pipeToChild } from '../../rpc/pipes';
import type { Protocol } from '../../rpc/protocol';
import { compiledRuntime } from './start-worker';
import type { PoolWorker } from './worker-pool';

/** A big model on a slow disk takes long; longer than this means that it hangs. */
const LOAD_LIMIT_MS = 120_000;

const LAST_WORDS = 4_096;

/** A program of ours that works with native code of others. */
export interface ModelProgram<P extends Protocol> {
	/** Compiled, below the runtime. */
	readonly file: string;
	readonly protocol: P;
	/** What calls fail with when the process ends. */
	readonly lostCode: ErrorCode;
	/** Whose code it is, for a person. */
	readonly engine: string;
	/** What to do where it ends its process for a model. */
	readonly remedy: string;
}

/**
 * Starts a program in a process of its own and has it load a model: engines end their process at faults of a file, and one
 * that hangs can be ended. What it writes to stderr goes nowhere once the model is loaded: texts of callers may be in it.
 *
 * Rejects as `load` does, and with VOICE_ERR_MODEL_BROKEN, which repeats what the engine said, for a model that ended the process.
 */
export async function startModelProcess<P extends Protocol, R>(
	{ file, protocol, lostCode, engine, remedy }: ModelProgram<P>,
	folder: string,
	load: (client: RpcClient<P>) => Promise<R>,
): Promise<PoolWorker<P> & { readonly loaded: R }> {
	const child = fork(path.join(compiledRuntime(), file), [], {
		stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
		execArgv: [],
	});
	const started = new Promise<void>((resolve, reject) => {
		child.once('spawn', resolve);
		child.once('error', reject);
	});
	await started.catch((cause: unknown) => {
		throw new VoiceError('VOICE_ERR_MODEL_FAILED', `No process could be started for ${folder}.`, { cause });
	});
	const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
	const stop = async (): Promise<void> => {
		child.kill('SIGKILL');
		await ended;
	};
	const said = lastWords(child);
	const client = new RpcClient(protocol, pipeToChild(child), lostCode);
	let hung = false;
	const limit = setTimeout(() => {
		hung = true;
		child.kill('SIGKILL');
	}, LOAD_LIMIT_MS);
	try {
		const loaded = await load(client);
		said.forget();
		return { client, ended, stop, loaded };
	} catch (error) {
		const dead = child.exitCode !== null || child.signalCode !== null;
		await stop();
		if (hung) throw new VoiceError('VOICE_ERR_MODEL_FAILED', `${folder} took too long to open.`);
		if (!dead) throw error;
		const why = said.text() || `it ended (${child.signalCode ?? `exit code ${child.exitCode}`})`;
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `The model in ${folder} cannot be used. ${engine} could not open it: ${why}`, { remedy });
	} finally {
		clearTimeout(limit);
	}
}

/** What a process says before it dies, until it is told to forget. */
function lastWords({ stderr }: ChildProcess): { readonly text: () => string; readonly forget: () => void } {
	let text = '';
	const keep = (piece: Buffer): void => {
		text = (text + piece.toString('utf8')).slice(-LAST_WORDS);
	};
	stderr?.on('data', keep);
	return {
		text: () => readable(text),
		forget: () => {
			stderr?.off('data', keep);
			// Read all the same: a full pipe would stop the process.
			stderr?.resume();
			text = '';
		},
	};
}

/** Without the places in an engine's source and the frame of an uncaught C++ exception. */
function readable(text: string): string {
	return text
		.split('\n')
		.map((line) => line.replace(/^\S+\.(?:cc|h):\S+:\d+ /, '').replace(/^\s*what\(\):\s*/, '').trim())
		// What it says of its command line helps nobody who has none.
		.filter((line) => line !== '' && !line.startsWith('terminate called') && !/--\w/.test(line))
		.slice(-2)
		.join(' ')
		.slice(0, 500);
}
