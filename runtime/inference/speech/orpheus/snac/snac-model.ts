import { InferenceSession, Tensor } from 'onnxruntime-node';
import { samplesToMs } from '../../../../audio/pcm';
import { VoiceError } from '../../../../contract/errors';
import { cpuSession } from '../../../../lib/onnx-options';
import { openOnnxSession } from '../../../workers/onnx/open-session';
import { CODES_PER_FRAME, type Frame, layersOf } from '../tokens/frame-assembler';

/** 24 kHz: 85.3 ms. */
export const FRAME_SAMPLES = 2048;
export const SNAC_RATE = 24_000;
export const SNAC_FRAME_MS = samplesToMs(FRAME_SAMPLES, SNAC_RATE);

/** A SNAC 24 kHz decoder: ONNX with three inputs of n, 2n and 4n codes and one output of 2048n samples. */
export class SnacModel {
	private constructor(
		private readonly session: InferenceSession,
		/** Inputs by layer, coarse first. Published exports differ in their names, not in their order. */
		private readonly inputs: readonly string[],
		private readonly output: string,
	) {}

	/** `source`: a file, or what stands in one. Rejects with VOICE_ERR_MODEL_MISSING, or VOICE_ERR_MODEL_BROKEN for what is no SNAC decoder. */
	static async open(source: string | Uint8Array, threads = 1): Promise<SnacModel> {
		const session = typeof source === 'string' ? await openOnnxSession(source, { inputs: [], outputs: [] }, threads) : await InferenceSession.create(source, cpuSession(threads));
		const inputs = [...session.inputNames].sort();
		const model = new SnacModel(session, inputs, session.outputNames[0] ?? '');
		// Three inputs may still be another graph: a frame of silence shows it.
		const fits = inputs.length === 3 && (await model.decode([[0, 0, 0, 0, 0, 0, 0]]).then(({ length }) => length === FRAME_SAMPLES, () => false));
		if (fits) return model;
		await session.release();
		const name = typeof source === 'string' ? source : 'The rewritten file';
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', `${name} is not a SNAC 24 kHz decoder: it does not make ${FRAME_SAMPLES} samples of ${CODES_PER_FRAME} codes.`);
	}

	/** 2048 samples a frame, -1..1. Blocks its thread: 15 to 35 ms a frame on one core. */
	async decode(frames: readonly Frame[]): Promise<Float32Array> {
		const { [this.output]: sound } = await this.session.run(codeTensors(this.inputs, frames));
		if (!sound || !(sound.data instanceof Float32Array)) throw new VoiceError('VOICE_ERR_MODEL_FAILED', 'The SNAC decoder gave no sound.');
		return sound.data;
	}

	async release(): Promise<void> {
		await this.session.release();
	}
}

/** What the decoder's inputs, coarse first, are fed of these frames. */
export function codeTensors(inputs: readonly string[], frames: readonly Frame[]): Record<string, Tensor> {
	const layers = layersOf(frames);
	return Object.fromEntries(
		inputs.map((name, layer) => {
			const codes = BigInt64Array.from(layers[layer] ?? [], BigInt);
			return [name, new Tensor('int64', codes, [1, codes.length])];
		}),
	);
}
