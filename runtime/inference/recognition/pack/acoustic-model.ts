import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { VoiceError } from '../../../contract/errors';
import { openOnnxSession } from '../../workers/onnx/open-session';

/** Samples (16 kHz) behind one row of log-probabilities: 40 ms. */
export const ROW_SAMPLES = 640;

/** What one utterance's sound does in one run. */
export interface AudioStretch {
	/** -1..1; a multiple of ROW_SAMPLES long. All stretches of a run are equally long. */
	readonly audio: Float32Array;
	/** AcousticModel.silence at the start, then the state that came back. Never written to. */
	readonly state: Float32Array;
}

export interface Heard {
	/** One row of log-probabilities by unit for every ROW_SAMPLES. */
	readonly rows: readonly Float32Array[];
	readonly state: Float32Array;
}

const SHAPE = { inputs: ['audio', 'state'], outputs: ['log_probs', 'next_state'] };

/** The graph of models/listen: raw sound in, log-probabilities of phones out, any number of callers a run. */
export class AcousticModel {
	/** The state of an ear that has heard nothing yet. */
	readonly silence: Float32Array;

	private constructor(
		private readonly session: InferenceSession,
		private readonly units: number,
		stateSize: number,
	) {
		this.silence = new Float32Array(stateSize);
	}

	/** Runs it once on silence: that checks what comes out, and the first caller does not wait for it. */
	static async open(file: string, units: number): Promise<AcousticModel> {
		const session = await openOnnxSession(file, SHAPE);
		try {
			const model = new AcousticModel(session, units, stateSize(session));
			const [heard] = await model.run([{ audio: new Float32Array(2 * ROW_SAMPLES), state: model.silence }]);
			for (const row of heard?.rows ?? []) {
				const total = row.reduce((sum, value) => sum + Math.exp(value), 0);
				if (!(Math.abs(total - 1) < 1e-3)) throw new Error('its rows are not log-probabilities');
			}
			return model;
		} catch (cause) {
			await session.release();
			const why = cause instanceof Error ? cause.message : String(cause);
			throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${file} is not the offline recogniser's graph: ${why}.`, { cause });
		}
	}

	/** Blocks this thread while it computes: 0.3 ms for 80 ms of one caller's sound. */
	async run(stretches: readonly AudioStretch[]): Promise<Heard[]> {
		const batch = stretches.length;
		const samples = stretches[0]?.audio.length ?? 0;
		const results = await this.session.run({
			audio: new Tensor('float32', join(stretches.map(({ audio }) => audio)), [batch, samples]),
			state: new Tensor('float32', join(stretches.map(({ state }) => state)), [batch, this.silence.length]),
		});
		const rows = samples / ROW_SAMPLES;
		const logProbs = values(results['log_probs'], [batch, rows, this.units]);
		const states = values(results['next_state'], [batch, this.silence.length]);
		return stretches.map((_, index) => ({
			rows: Array.from({ length: rows }, (__, row) => {
				const from = (index * rows + row) * this.units;
				return logProbs.subarray(from, from + this.units);
			}),
			state: states.slice(index * this.silence.length, (index + 1) * this.silence.length),
		}));
	}

	async release(): Promise<void> {
		await this.session.release();
	}
}

function stateSize(session: InferenceSession): number {
	const state = session.inputMetadata.find(({ name }) => name === 'state');
	const size = state?.isTensor ? state.shape[1] : undefined;
	if (typeof size !== 'number' || size <= 0) throw new Error('the size of its state is not fixed');
	return size;
}

function values(tensor: Tensor | undefined, shape: readonly number[]): Float32Array {
	if (!tensor || tensor.type !== 'float32' || tensor.dims.join() !== shape.join()) {
		throw new Error(`it returns ${tensor?.type} [${tensor?.dims.join()}] instead of float32 [${shape.join()}]`);
	}
	return tensor.data as Float32Array;
}

function join(parts: readonly Float32Array[]): Float32Array {
	const [first, ...others] = parts;
	if (first === undefined || others.length === 0) return first ?? new Float32Array(0);
	const { length } = first;
	const whole = new Float32Array(length * parts.length);
	for (const [index, part] of parts.entries()) whole.set(part, index * length);
	return whole;
}

/** Somebody whose sound the model works on: asked for the next stretch, given what was heard in it, and so on. */
export interface Listener {
	/** null while there is nothing to do. */
	next(): AudioStretch | null;
	/** What became of the stretch that `next` gave. */
	take(heard: Heard): void;
}
