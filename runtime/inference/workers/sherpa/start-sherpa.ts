import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import type { ErrorCode } from '../../../contract/error-kinds';
import { VoiceError } from '../../../contract/errors';
import { RpcClient } from '../../../rpc/client';
import { pipeToChild } from '../../../rpc/pipes';
import type { Protocol } from '../../../rpc/protocol';
import { compiledRuntime } from '../start-worker';
import type { PoolWorker } from '../worker-pool';

/** A big model on a slow disk takes long; longer than this means that it hangs. */
const LOAD_LIMIT_MS = 120_000;

const LAST_WORDS = 4_096;

/**
 * Starts a program that works with sherpa-onnx in a process of its own and has it load a model. sherpa ends its
 * process at many faults of a file, and at some of a text; and it writes texts that it cannot say to stderr,
 * which therefore goes nowhere once the model is loaded.
 *
 * `lostCode` is what calls fail with when the process ends. Rejects as `load` does, and with VOICE_ERR_MODEL_BROKEN, which repeats what sherpa said, for a model that
 * ended the process.
 */
export async function startSherpa<P extends Protocol, R>(
	file: string,
	protocol: P,
	lostCode: ErrorCode,
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
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `The model in ${folder} cannot be used. sherpa-onnx could not open it: ${why}`, {
			remedy: 'Its files may belong to different models, or to a kind that sherpa-onnx does not know. Fetch it again from where sherpa-onnx publishes it, or choose another one.',
		});
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

/** Without the places in sherpa's source and the frame of an uncaught C++ exception. */
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
