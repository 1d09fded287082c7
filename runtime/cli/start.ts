import path from 'node:path';
import { parseArgs } from 'node:util';
import { readStateFile, stateFilePath } from '../client/state-file';
import { type Gateway, openGateway } from '../gateway/gateway';
import type { RuntimeState } from '../contract/control';
import { optionsFrom } from '../gateway/options';
import { removeStateFile, writeStateFile } from '../gateway/state-file';
import { version } from '../lib/package-root';
import { startLog } from '../lib/log';
import type { Command } from './command';

const HELP = `voice-loop start [--idle-exit]

Starts the voice runtime. Nodes on this machine find it by themselves. When it is ready, it prints one line of
JSON to stdout: {"url": ...}, with "tlsUrl" where it serves TLS. Its log goes to stderr, one line of JSON per event.

  --idle-exit   stop after 30 minutes without a call and without a published trigger
                (used when the nodes start the runtime)

Environment variables: VOICE_LOOP_HOST, VOICE_LOOP_PORT, VOICE_LOOP_KEY, VOICE_LOOP_MAX_CALLS,
VOICE_LOOP_RESUME_MINUTES, VOICE_LOOP_JOURNAL, VOICE_LOOP_MEDIA_PROCESSES, VOICE_LOOP_GPU, VOICE_LOOP_SNAC_GPU,
VOICE_LOOP_LOG. See docs/configuration.md.`;

const IDLE_LIMIT_MS = 30 * 60_000;
const LOOK_EVERY_MS = 60_000;

async function run(argv: string[]): Promise<number> {
	const { values } = parseArgs({
		args: argv,
		options: { 'idle-exit': { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
	});
	if (values.help) {
		console.log(HELP);
		return 0;
	}
	const stateFile = stateFilePath(process.env);
	const options = optionsFrom(process.env, { folder: path.dirname(stateFile), state: await leftState(stateFile) });
	startLog('gateway');
	const gateway = await openGateway(options);
	await writeStateFile(stateFile, {
		url: gateway.url,
		key: options.key,
		pid: process.pid,
		version,
		startedAt: new Date().toISOString(),
	});
	console.log(JSON.stringify({ url: gateway.url, tlsUrl: gateway.tlsUrl }));
	await untilToldToStop(gateway, values['idle-exit']);
	// Pages of calls that wait know this address, and are let in by this key: the next one takes both, as after a kill.
	if (!gateway.leavesCalls()) await removeStateFile(stateFile);
	await gateway.close();
	return 0;
}

/** Of a runtime that was killed. One that lives keeps its own; a file that is not ours is nobody's. */
async function leftState(file: string): Promise<RuntimeState | undefined> {
	const state = await readStateFile(file).catch(() => undefined);
	return state && !isRunning(state.pid) ? state : undefined;
}

function isRunning(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}

async function untilToldToStop(gateway: Gateway, idleExit: boolean): Promise<void> {
	await new Promise<void>((resolve) => {
		for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
		if (!idleExit) return;
		let lastUse = Date.now();
		setInterval(() => {
			if (gateway.inUse()) lastUse = Date.now();
			else if (Date.now() - lastUse > IDLE_LIMIT_MS) resolve();
		}, LOOK_EVERY_MS);
	});
}

export const startCommand: Command = { about: 'start the voice runtime on this machine', run };
