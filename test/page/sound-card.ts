import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { joinPcm } from '../../runtime/audio/pcm';
import { encodeWav } from '../../runtime/audio/wav';

const RATE = 16_000;

/** A PulseAudio of the test's own: what is said into its sink `mouth` is a browser's microphone, what the browser plays is kept. */
export class SoundCard {
	private readonly folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-sound-'));
	private readonly socket = path.join(this.folder, 'native');
	/** For who is to use it. */
	readonly env: NodeJS.ProcessEnv = { PULSE_SERVER: `unix:${this.socket}`, PULSE_RUNTIME_PATH: this.folder, XDG_RUNTIME_DIR: this.folder, PULSE_COOKIE: path.join(this.folder, 'cookie') };
	private readonly children: ChildProcess[] = [];
	private heard: Buffer[] = [];

	static async start(): Promise<SoundCard> {
		const card = new SoundCard();
		const modules = [`module-native-protocol-unix socket=${card.socket} auth-anonymous=1`, `module-null-sink sink_name=ear rate=48000 channels=1`, `module-null-sink sink_name=mouth rate=48000 channels=1`];
		const settings = ['-n', '--daemonize=no', '--use-pid-file=no', '--exit-idle-time=-1', '--log-target=stderr', '--disable-shm=yes'];
		card.run('pulseaudio', [...settings, ...modules.flatMap((module) => ['-L', module])]);
		for (;;) {
			const socket = createConnection(card.socket);
			const open = await once(socket, 'connect').then(
				() => true,
				() => false,
			);
			socket.destroy();
			if (open) break;
			await new Promise((resolve) => setTimeout(resolve, 20));
		}
		for (const command of [['set-default-sink', 'ear'], ['set-default-source', 'mouth.monitor']]) await once(card.run('pactl', command), 'exit');
		const recorder = card.run('parec', ['--device=ear.monitor', '--format=s16le', `--rate=${RATE}`, '--channels=1', '--latency-msec=20']);
		recorder.stdout?.on('data', (piece: Buffer) => card.heard.push(piece));
		return card;
	}

	/** Into the microphone; resolves when it has been said. */
	async say(pcm: Int16Array): Promise<void> {
		const file = path.join(this.folder, `said-${Math.random()}.wav`);
		writeFileSync(file, encodeWav([pcm], RATE));
		await once(this.run('paplay', ['--device=mouth', '--latency-msec=20', file]), 'exit');
	}

	/** What came out of the loudspeaker since the last time this was asked, 16 kHz. */
	played(): Int16Array {
		const bytes = Buffer.concat(this.heard.splice(0));
		return joinPcm([new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length - (bytes.length % 2)))]);
	}

	async stop(): Promise<void> {
		for (const child of this.children.reverse()) {
			if (child.exitCode !== null || child.signalCode !== null) continue;
			const gone = once(child, 'exit');
			child.kill('SIGTERM');
			await gone;
		}
		rmSync(this.folder, { recursive: true, force: true });
	}

	private run(program: string, args: readonly string[]): ChildProcess {
		mkdirSync(path.join(this.folder, 'home'), { recursive: true });
		const child = spawn(program, args, { env: { ...process.env, ...this.env, HOME: path.join(this.folder, 'home') }, stdio: ['ignore', 'pipe', 'ignore'] });
		process.once('exit', () => child.kill('SIGKILL'));
		this.children.push(child);
		return child;
	}
}
