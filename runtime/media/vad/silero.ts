import { existsSync } from 'node:fs';
import path from 'node:path';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { LISTEN_RATE, toFloat } from '../../audio/pcm';
import { VoiceError } from '../../contract/errors';
import { cpuSession } from '../../lib/onnx-options';

/** Silero takes 512 new samples (32 ms at 16 kHz) and wants to see the 64 before them again: without, it misses speech. */
export const VAD_FRAME_SAMPLES = 512;
const CONTEXT_SAMPLES = 64;
const INPUT = CONTEXT_SAMPLES + VAD_FRAME_SAMPLES;
const LAYERS = 2;
const UNITS = 128;
/** More streams a run bring nothing: 0.09 ms a stream alone, 0.04 ms from 8 on. */
const MAX_BATCH = 16;

/** What one caller's voice has left behind in the network. */
interface Memory {
	context: Float32Array;
	state: Float32Array;
}

interface Waiting {
	readonly memory: Memory;
	readonly frame: Int16Array;
	readonly resolve: (probability: number) => void;
	readonly reject: (error: unknown) => void;
}

/** One caller's sound, frame by frame. */
export interface VadStream {
	/** How likely these 512 samples (16 kHz) are speech, 0..1. Frames are judged in the order they come in. */
	judge(frame: Int16Array): Promise<number>;
}

/**
 * Silero VAD v6, one graph for all callers of the process. Sound arrives for all of them at about the same time,
 * so frames that wait together are judged in one run. A run blocks the thread for 0.1 to 0.7 ms.
 */
export class Silero {
	private waiting: Waiting[] = [];
	private running = false;

	private constructor(private readonly session: InferenceSession) {}

	static async load(file: string): Promise<Silero> {
		return new Silero(await InferenceSession.create(file, cpuSession(1)));
	}

	open(): VadStream {
		const memory: Memory = { context: new Float32Array(CONTEXT_SAMPLES), state: new Float32Array(LAYERS * UNITS) };
		return {
			judge: (frame) =>
				new Promise((resolve, reject) => {
					this.waiting.push({ memory, frame, resolve, reject });
					this.wake();
				}),
		};
	}

	private wake(): void {
		if (this.running) return;
		this.running = true;
		setImmediate(() => void this.drain());
	}

	private async drain(): Promise<void> {
		while (this.waiting.length > 0) {
			const batch = this.nextBatch();
			try {
				const probabilities = await this.run(batch);
				batch.forEach(({ resolve }, index) => resolve(probabilities[index] ?? 0));
			} catch (error) {
				for (const { reject } of batch) reject(error);
			}
		}
		this.running = false;
	}

	/** At most one frame a stream: the second needs what the first leaves behind. */
	private nextBatch(): Waiting[] {
		const batch = new Map<Memory, Waiting>();
		for (const item of this.waiting) {
			if (batch.size === MAX_BATCH) break;
			if (!batch.has(item.memory)) batch.set(item.memory, item);
		}
		const chosen = new Set(batch.values());
		this.waiting = this.waiting.filter((item) => !chosen.has(item));
		return [...chosen];
	}

	private async run(batch: readonly Waiting[]): Promise<Float32Array> {
		const count = batch.length;
		const input = new Float32Array(count * INPUT);
		const state = new Float32Array(LAYERS * count * UNITS);
		batch.forEach(({ memory, frame }, n) => {
			input.set(memory.context, n * INPUT);
			toFloat(frame, input, n * INPUT + CONTEXT_SAMPLES);
			for (let layer = 0; layer < LAYERS; layer++) {
				state.set(memory.state.subarray(layer * UNITS, (layer + 1) * UNITS), (layer * count + n) * UNITS);
			}
		});
		const { output, stateN } = await this.session.run({
			input: new Tensor('float32', input, [count, INPUT]),
			state: new Tensor('float32', state, [LAYERS, count, UNITS]),
			sr: new Tensor('int64', BigInt64Array.of(BigInt(LISTEN_RATE)), []),
		});
		const next = floatsOf(stateN);
		batch.forEach(({ memory }, n) => {
			memory.context = input.slice((n + 1) * INPUT - CONTEXT_SAMPLES, (n + 1) * INPUT);
			for (let layer = 0; layer < LAYERS; layer++) {
				const from = (layer * count + n) * UNITS;
				memory.state.set(next.subarray(from, from + UNITS), layer * UNITS);
			}
		});
		return floatsOf(output);
	}
}

function floatsOf(tensor: Tensor | undefined): Float32Array {
	if (tensor?.type !== 'float32') throw new VoiceError('VOICE_ERR_MODEL_BROKEN', 'The voice activity model does not answer as Silero VAD v6 does.');
	return tensor.data as Float32Array;
}

/** The build puts the graph beside this file; before a build it lies in the development dependency it comes from. */
export function vadModelFile(): string {
	const built = path.join(__dirname, 'silero-vad-v6.onnx');
	if (existsSync(built)) return built;
	try {
		const source = path.dirname(require.resolve('@ricky0123/vad-web/package.json'));
		return path.join(source, 'dist', 'silero_vad_v6.onnx');
	} catch (cause) {
		throw new VoiceError('VOICE_ERR_MODEL_MISSING', 'The voice activity model (silero-vad-v6.onnx) is not installed.', {
			cause,
			remedy: 'Install the package again: the file belongs beside dist/runtime/media/vad.',
		});
	}
}
