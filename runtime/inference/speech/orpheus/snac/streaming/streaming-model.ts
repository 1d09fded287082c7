import { InferenceSession, Tensor } from 'onnxruntime-node';
import { VoiceError } from '../../../../../contract/errors';
import { cardSession, cpuSession } from '../../../../../lib/onnx-options';
import type { Frame } from '../../tokens/frame-assembler';
import { codeTensors } from '../snac-model';
import { leastFirstRun } from './state';
import { ALL, NAMES, type StreamingPlan } from './streaming-graph';

const SILENCE: Frame = [0, 0, 0, 0, 0, 0, 0];

/** One run of a speech: the frames that follow on those of the run before. */
export interface StreamingRun {
	/** None only in the last run. In the first run enough for a sample, unless it is the last one too. */
	readonly frames: readonly Frame[];
	readonly first: boolean;
	readonly last: boolean;
}

/** SNAC rewritten to decode a speech run by run, each frame once. */
export class SnacStreamingModel {
	private constructor(
		private readonly session: InferenceSession,
		private readonly plan: StreamingPlan,
	) {}

	static async open(bytes: Uint8Array, plan: StreamingPlan, threads = 1): Promise<SnacStreamingModel> {
		return new SnacStreamingModel(await InferenceSession.create(bytes, cpuSession(threads)), plan);
	}

	/** Native code that may end the process where the driver is at fault: see card/. */
	static async openOnCard(bytes: Uint8Array, plan: StreamingPlan): Promise<SnacStreamingModel> {
		return new SnacStreamingModel(await InferenceSession.create(bytes, cardSession()), plan);
	}

	/** 2048 samples a frame: one decode of these frames, of which nothing is kept. */
	async whole(frames: readonly Frame[]): Promise<Float32Array> {
		return await this.run({ frames, first: true, last: true }, new Float32Array(0));
	}

	/**
	 * The next samples of a speech, -1..1. `state`: what the run before left in it; it is changed once the run has succeeded, and only
	 * then. Blocks its thread: 15 ms or so a frame on one core.
	 */
	async run({ frames, first, last }: StreamingRun, state: Float32Array): Promise<Float32Array> {
		const { codes, states } = this.plan;
		const flush = frames.length === 0;
		if (first && !last && frames.length < leastFirstRun(this.plan.lookAhead)) throw new VoiceError('VOICE_ERR_INTERNAL', 'The first frames of a speech are too few to give a sound.');
		if (flush && (first || !last)) throw new VoiceError('VOICE_ERR_INTERNAL', 'There is nothing to decode.');
		const one = (value: number): Tensor => new Tensor('int64', BigInt64Array.of(BigInt(value)), [1]);
		const feeds: Record<string, Tensor> = {
			// A graph cannot be run on no frame: this one is taken away inside it.
			...codeTensors(codes, flush ? [SILENCE] : frames),
			[NAMES.take]: one(flush ? 0 : ALL),
			[NAMES.begin]: one(first ? 1 : 0),
			[NAMES.end]: one(last ? -1 : ALL),
		};
		let at = 0;
		for (const [index, { channels, hold, first: zeros, right }] of states.entries()) {
			const size = channels * hold;
			// onnxruntime takes no memory that threads share: this is a copy.
			feeds[NAMES.state(index)] = timeTensor(first ? new Float32Array(channels * zeros) : Float32Array.from(state.subarray(at, at + size)), channels);
			feeds[NAMES.tail(index)] = timeTensor(new Float32Array(last ? channels * right : 0), channels);
			at += size;
		}
		// After the last run nobody asks for the state: a card would have to give it back tensor by tensor.
		const given = last ? await this.session.run(feeds, [NAMES.sound]) : await this.session.run(feeds);
		const floats = (name: string): Float32Array => {
			const data = given[name]?.data;
			if (data instanceof Float32Array) return data;
			throw new VoiceError('VOICE_ERR_MODEL_FAILED', 'The SNAC decoder gave no sound.');
		};
		const sound = floats(NAMES.sound);
		if (!last) {
			const kept = states.map((_, index) => floats(NAMES.next(index)));
			let to = 0;
			for (const data of kept) {
				state.set(data, to);
				to += data.length;
			}
		}
		return sound;
	}

	async release(): Promise<void> {
		await this.session.release();
	}
}

function timeTensor(data: Float32Array, channels: number): Tensor {
	return new Tensor('float32', data, [1, channels, 1, data.length / channels]);
}
