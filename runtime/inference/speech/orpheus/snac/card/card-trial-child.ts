import { InferenceSession } from 'onnxruntime-node';
import { cardSession } from '../../../../../lib/onnx-options';
import { readOnnx } from '../../../../workers/onnx/onnx-reader';
import { encodeOnnx } from '../../../../workers/onnx/onnx-writer';
import { LONGEST_WINDOW } from '../../sound/windows';
import { decibels, graphWithoutNoise, prepareStreaming, randomFrames } from '../streaming/prepare';
import { SnacStreamingModel } from '../streaming/streaming-model';
import type { CardMeasured } from './card-trial';

/** Shapes are compiled for, so two of them: a short window, and one that a card can show its speed with. */
const SHORT = [3, 6] as const;
const LONG = [7, LONGEST_WINDOW] as const;

/** Of two sounds that are the same; messages between processes have no Infinity. */
const MOST_DB = 999;

function between([least, most]: readonly [number, number]): number {
	return least + Math.floor(Math.random() * (most - least + 1));
}

function cpuMs(): number {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1000;
}

/** The second of two decodes of the same frames: the first may have had to compile. */
async function timed(model: SnacStreamingModel, frames: ReturnType<typeof randomFrames>): Promise<{ sound: Float32Array; ms: number; cpuMs: number }> {
	await model.whole(frames);
	const startedAt = performance.now();
	const cpuBefore = cpuMs();
	const sound = await model.whole(frames);
	return { sound, ms: performance.now() - startedAt, cpuMs: cpuMs() - cpuBefore };
}

/** Where there is no device this fails at once, before anything has been read. */
async function requireDevice(): Promise<void> {
	const value = { type: 'float', dims: [1] } as const;
	const graph = encodeOnnx({ nodes: [{ op: 'Sin', inputs: ['x'], outputs: ['y'] }], tensors: [], inputs: [{ name: 'x', ...value }], outputs: [{ name: 'y', ...value }] });
	await (await InferenceSession.create(graph, cardSession())).release();
}

async function trial(file: string): Promise<CardMeasured> {
	await requireDevice();
	const { bytes, plan } = await prepareStreaming(file);
	const quiet = graphWithoutNoise(readOnnx(bytes));
	const [card, processor] = [await SnacStreamingModel.openOnCard(quiet, plan), await SnacStreamingModel.open(quiet, plan)];
	let measured: CardMeasured = { db: MOST_DB, cardMs: 0, cardCpuMs: 0, processorMs: 0, frames: 0 };
	for (const lengths of [SHORT, LONG]) {
		const frames = randomFrames(between(lengths));
		const [theirs, ours] = [await timed(card, frames), await timed(processor, frames)];
		const db = theirs.sound.length === ours.sound.length ? decibels(ours.sound, [theirs.sound]) : Number.NaN;
		measured = { db: Number.isNaN(db) ? -MOST_DB : Math.min(measured.db, db), cardMs: theirs.ms, cardCpuMs: theirs.cpuMs, processorMs: ours.ms, frames: frames.length };
		// Software takes minutes for the long one.
		if (theirs.ms > ours.ms) return measured;
	}
	// As it is used: with its noise, which the processor makes.
	const sound = await (await SnacStreamingModel.openOnCard(bytes, plan)).whole(randomFrames(3));
	if (!sound.every(Number.isFinite)) throw new Error('with its noise it gives no sound');
	return measured;
}

void trial(process.argv[2] ?? '')
	.catch((error: unknown) => ({ why: (error instanceof Error ? error.message : String(error)).slice(0, 500) || 'it failed' }))
	.then((answer) => process.send?.(answer, () => process.exit(0)));
process.once('disconnect', () => process.exit(0));
