import { chmod, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { health } from '../contract/control';
import { VoiceError } from '../contract/errors';
import { assertRuntimeNode } from '../contract/node-version';
import { LockFile } from '../lib/lock-file';
import { type Endpoint, requestJson } from './http';
import { assertGlibc, spawnRuntime } from './spawn-runtime';
import { readStateFile, stateFilePath } from './state-file';

/** A gateway answers within a millisecond, and listens a few seconds after its start, even on a loaded machine. */
const HEALTH_LIMIT_MS = 5_000;
const START_LIMIT_MS = 60_000;
const LOOK_EVERY_MS = 100;
/** Whoever keeps a runtime running has it back within a few seconds of its end. */
const RETURN_LIMIT_MS = 8_000;

export interface FindOptions {
	readonly env: NodeJS.ProcessEnv;
	/** The compiled `voice-loop` command. */
	readonly script?: string;
	readonly startLimitMs?: number;
	/** Of the Node that would run it. */
	readonly nodeVersion?: string;
}

const SCRIPT = path.resolve(__dirname, '..', 'cli', 'voice-loop.js');

/** The address of this machine's runtime, or undefined when none runs. Starts nothing. */
export async function findRuntime({ env }: FindOptions): Promise<Endpoint | undefined> {
	const state = await readStateFile(stateFilePath(env));
	if (!state) return undefined;
	const endpoint = { url: state.url, key: state.key };
	return (await answers(endpoint)) ? endpoint : undefined;
}

/**
 * The address of this machine's runtime; starts one when none runs, unless VOICE_LOOP_AUTOSTART is off. However many
 * processes ask at once, only one runtime is started.
 * @throws VOICE_ERR_RUNTIME_START when it cannot be started, VOICE_ERR_RUNTIME_UNREACHABLE when one is there
 * and does not answer, when its state file is not to be trusted, or when none is there and it is not ours to start.
 */
export async function findOrStartRuntime(options: FindOptions): Promise<Endpoint> {
	const found = await findRuntime(options);
	if (found) return found;
	if (options.env.VOICE_LOOP_AUTOSTART === 'off') return await comesBack(options);
	assertGlibc();
	assertRuntimeNode(options.nodeVersion ?? process.versions.node);
	const file = stateFilePath(options.env);
	await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
	const deadline = Date.now() + (options.startLimitMs ?? START_LIMIT_MS);
	let starter = 'Another process';
	while (Date.now() < deadline) {
		const lock = await LockFile.take(path.join(path.dirname(file), 'starting.lock'));
		if (lock instanceof LockFile) {
			try {
				// The one who held the lock before may have started it.
				return (await findRuntime(options)) ?? (await start(options, deadline));
			} finally {
				await lock.release();
			}
		}
		starter = `Process ${lock.pid} on ${lock.host}`;
		await sleep(LOOK_EVERY_MS);
		const started = await findRuntime(options);
		if (started) return started;
	}
	throw new VoiceError('VOICE_ERR_RUNTIME_START', `${starter} is starting the voice runtime, but it is not ready yet.`, {
		remedy: 'Wait a moment and try again. If that does not help, stop that process.',
	});
}

async function comesBack(options: FindOptions): Promise<Endpoint> {
	const deadline = Date.now() + (options.startLimitMs ?? RETURN_LIMIT_MS);
	while (Date.now() < deadline) {
		await sleep(LOOK_EVERY_MS);
		const found = await findRuntime(options);
		if (found) return found;
	}
	throw new VoiceError('VOICE_ERR_RUNTIME_UNREACHABLE', 'No voice runtime is running on this machine, and the nodes must not start one (VOICE_LOOP_AUTOSTART is off).', {
		remedy: 'Start it with `npx voice-loop start`. If this n8n was started with `npm start`, its terminal says why the runtime stopped.',
	});
}

async function start(options: FindOptions, deadline: number): Promise<Endpoint> {
	const folder = path.dirname(stateFilePath(options.env));
	await chmod(folder, 0o700);
	const logFile = path.join(folder, 'runtime.log');
	const child = spawnRuntime(options.script ?? SCRIPT, logFile, options.env);
	const listening = async (): Promise<Endpoint> => {
		while (Date.now() < deadline) {
			const found = await findRuntime(options);
			if (found) return found;
			await sleep(LOOK_EVERY_MS);
		}
		throw new VoiceError('VOICE_ERR_RUNTIME_START', `The voice runtime was started, but did not become ready in time. Its log: ${logFile}`, {
			remedy: 'Read the log, then try again. A machine that is very busy may only need more time.',
		});
	};
	return await Promise.race([listening(), child.ended]);
}

/** false when our runtime no longer listens there: it was killed and left its file behind. */
async function answers(endpoint: Endpoint): Promise<boolean> {
	try {
		await requestJson(endpoint, { method: 'GET', path: '/v1/health', signal: AbortSignal.timeout(HEALTH_LIMIT_MS) }, health);
		return true;
	} catch (thrown) {
		const error = VoiceError.from(thrown);
		if (error.code === 'VOICE_ERR_CANCELLED') {
			throw new VoiceError('VOICE_ERR_RUNTIME_UNREACHABLE', `The voice runtime at ${endpoint.url} accepts connections but does not answer.`, {
				remedy: 'Restart the runtime. Its log may say why it hangs.',
			});
		}
		return false;
	}
}
