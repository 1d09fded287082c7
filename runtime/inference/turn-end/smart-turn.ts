import { type InferenceSession, Tensor } from 'onnxruntime-node';
import { VoiceError } from '../../contract/errors';
import { openOnnxSession } from '../workers/onnx/open-session';
import { FRAMES, MELS, turnFeatures } from './turn-features';

const INPUT = 'input_features';
/** So it is called, but it is a probability already. */
const OUTPUT = 'logits';

/** The graph of smart-turn v3. A run blocks the thread for some 50 ms. */
export class SmartTurn {
	private constructor(private readonly session: InferenceSession) {}

	/** Rejects with VOICE_ERR_MODEL_MISSING or _BROKEN. */
	static async open(file: string, threads: number): Promise<SmartTurn> {
		return new SmartTurn(await openOnnxSession(file, { inputs: [INPUT], outputs: [OUTPUT] }, threads));
	}

	/** How likely the speaker has finished, 0..1. `pcm`: 16 kHz, up to 100 to 200 ms after the last word. */
	async judge(pcm: Int16Array): Promise<number> {
		const output = await this.session.run({ [INPUT]: new Tensor('float32', turnFeatures(pcm), [1, MELS, FRAMES]) });
		const probability = Number(output[OUTPUT]?.data[0]);
		if (probability >= 0 && probability <= 1) return probability;
		throw new VoiceError('VOICE_ERR_MODEL_BROKEN', 'The model that judges the end of a turn does not answer as smart-turn v3 does.');
	}

	async release(): Promise<void> {
		await this.session.release();
	}
}
