import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { InferenceSession } from 'onnxruntime-node';
import { type ReadGraph, readOnnx } from '../../../../workers/onnx/onnx-reader';
import { encodeOnnx } from '../../../../workers/onnx/onnx-writer';
import { cpuSession } from '../../../../../lib/onnx-options';
import { CODES, CODES_PER_FRAME, type Frame } from '../../tokens/frame-assembler';
import { SnacModel } from '../snac-model';
import { UnknownDecoder } from './layers';
import { RANDOM, recogniseSnac } from './recognise';
import { stateLength } from './state';
import { type StreamingPlan, streamingGraph } from './streaming-graph';
import { SnacStreamingModel } from './streaming-model';

/** A rewritten decoder must give what its file gives, so much stronger than the difference. It was 105 to 110 dB wherever it was right. */
const LEAST_DB = 80;
/** The decoder that is compared: frames of a first, two middle and a last run. */
const RUNS = [3, 1, 2, 1];
/** Of the noise while they are compared: onnxruntime ends the whole process at noise of scale 0. */
const NO_NOISE = 1e-30;

export interface PreparedDecoder {
	readonly bytes: Uint8Array;
	readonly plan: StreamingPlan;
}

/**
 * Rewrites a SNAC decoder's file into one that decodes a speech run by run, and compares the two on random frames. Rejects with the
 * reason for a file that is not understood; it is decoded in windows then.
 */
export async function prepareStreaming(file: string): Promise<PreparedDecoder> {
	const graph = readOnnx(await normalised(file));
	const rewritten = streamingGraph(graph, recogniseSnac(graph));
	// Noise differs from run to run: both are compared without.
	const db = await agreement(graphWithoutNoise(graph), { ...rewritten, bytes: graphWithoutNoise(readOnnx(rewritten.bytes)) });
	if (!(db >= LEAST_DB)) throw new UnknownDecoder(`Rewritten for streaming it gives another sound (${db.toFixed(0)} dB).`);
	return rewritten;
}

/** The file as onnxruntime writes it anew: constants folded, exporters' differences gone. */
async function normalised(file: string): Promise<Uint8Array> {
	const folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-snac-'));
	try {
		const written = path.join(folder, 'normalised.onnx');
		const session = await InferenceSession.create(file, { ...cpuSession(1), graphOptimizationLevel: 'basic', optimizedModelFilePath: written });
		await session.release();
		return await readFile(written);
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

/** The same decoder, giving the same sound each time. */
export function graphWithoutNoise(graph: ReadGraph): Uint8Array {
	return encodeOnnx({
		nodes: graph.nodes.map(({ op, inputs, outputs, attributes, bytes }) => {
			if (!RANDOM.has(op)) return bytes;
			const kept = ['dtype', 'shape'].flatMap((name) => {
				const value = attributes.get(name);
				return value === undefined ? [] : [[name, value] as const];
			});
			return { op, inputs, outputs, attributes: { ...Object.fromEntries(kept), scale: { float: NO_NOISE } } };
		}),
		tensors: [...graph.tensors.values()].map(({ bytes }) => bytes),
		inputs: graph.inputs.map(({ bytes }) => bytes),
		outputs: graph.outputs.map(({ bytes }) => bytes),
		opset: graph.opset,
	});
}

/** How much stronger the sound of the whole decode is than what streaming changes of it, dB. NaN for sound of another length. */
async function agreement(whole: Uint8Array, { bytes, plan }: PreparedDecoder): Promise<number> {
	const frames = randomFrames(RUNS.reduce((sum, count) => sum + count, 0));
	const model = await SnacModel.open(whole);
	const expected = await model.decode(frames);
	await model.release();
	const streaming = await SnacStreamingModel.open(bytes, plan);
	const state = new Float32Array(stateLength(plan.states));
	const sounds: Float32Array[] = [];
	let at = 0;
	for (const [index, count] of RUNS.entries()) {
		sounds.push(await streaming.run({ frames: frames.slice(at, at + count), first: index === 0, last: index === RUNS.length - 1 }, state));
		at += count;
	}
	await streaming.release();
	const length = sounds.reduce((sum, sound) => sum + sound.length, 0);
	if (length !== expected.length) return Number.NaN;
	return decibels(expected, sounds);
}

/** How much stronger `expected` is than what `sounds`, one after the other, differ from it, dB. Of the same length. */
export function decibels(expected: Float32Array, sounds: readonly Float32Array[]): number {
	let power = 0;
	let error = 0;
	let place = 0;
	for (const sound of sounds) {
		for (const sample of sound) {
			const right = expected[place++] ?? 0;
			power += right ** 2;
			error += (right - sample) ** 2;
		}
	}
	return 10 * Math.log10(power / error);
}

export function randomFrames(count: number): Frame[] {
	const code = (): number => Math.floor(Math.random() * CODES);
	return Array.from({ length: count }, () => Array.from({ length: CODES_PER_FRAME }, code) as unknown as Frame);
}
