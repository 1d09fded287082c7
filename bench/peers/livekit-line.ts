import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { FRAME_MS, LISTEN_RATE, msToSamples, pcm, soundAsText } from '../../runtime/audio/pcm';
import { Resampler } from '../../runtime/audio/resampler';
import { packageRoot } from '../../runtime/lib/package-root';
import { type Line, type LineListener, type Spoken, spokenOf } from './line';

const EAR_RATE = 48_000;
const FRAME_SAMPLES = msToSamples(FRAME_MS, LISTEN_RATE);

/** What livekit_caller.py writes, a line each. */
export const callerLine = z.union([
	z.object({ state: z.literal('connected') }),
	z.object({ id: z.string(), sent: z.array(z.number()) }),
	z.object({ at: z.number(), heard: pcm }),
]);

/** A call by LiveKit's own client, in a process of its own. `env` names the server. */
export async function liveKitLine(python: string, env: NodeJS.ProcessEnv, room: string, listener: LineListener): Promise<Line> {
	const child = spawn(python, [path.join(packageRoot(), 'bench', 'peers', 'livekit_caller.py'), '--room', room], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } });
	const ended = once(child, 'exit');
	return await new Promise((resolve, reject) => {
		const caller = new Caller(child, listener);
		createInterface({ input: child.stdout }).on('line', (text) => {
			const line = callerLine.parse(JSON.parse(text));
			if ('state' in line) resolve({ say: async (sound) => await caller.say(sound), hangUp: async () => await hangUp(child, ended) });
			else caller.take(line);
		});
		const lost = (): void => {
			const error = new Error('LiveKit\'s caller ended; what it said is above.');
			reject(error);
			listener.lost(error);
		};
		ended.then(lost, lost);
	});
}

async function hangUp(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
	child.stdin?.end();
	await ended;
}

class Caller {
	private readonly resampler = new Resampler(EAR_RATE, LISTEN_RATE);
	private readonly saying = new Map<string, (sent: readonly number[]) => void>();

	constructor(
		private readonly child: ChildProcess,
		private readonly listener: LineListener,
	) {}

	async say(sound: Int16Array): Promise<Spoken> {
		const id = String(this.saying.size);
		const sent = new Promise<readonly number[]>((resolve) => this.saying.set(id, resolve));
		this.child.stdin?.write(`${JSON.stringify({ id, say: soundAsText(sound) })}\n`);
		return spokenOf(sound, await sent, FRAME_SAMPLES);
	}

	take(line: Exclude<z.infer<typeof callerLine>, { state: 'connected' }>): void {
		if ('sent' in line) this.saying.get(line.id)?.(line.sent);
		else this.listener.hear(line.at, this.resampler.push(line.heard));
	}
}
