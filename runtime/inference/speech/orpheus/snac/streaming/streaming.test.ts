// Guards against: sound that depends on how a speech was cut into runs, a speech that is lost with a cancel or an error in its middle,
// and a decoder that is rewritten though it is not understood.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { scriptedFrames } from '../../../../fixtures/orpheus-gguf.fixture';
import { SMALL_SNAC, snacOnnx, type SnacShape, writeSnac } from '../../../../fixtures/snac-onnx.fixture';
import { type ReadNode, readOnnx } from '../../../../workers/onnx/onnx-reader';
import { encodeOnnx, type OnnxNode } from '../../../../workers/onnx/onnx-writer';
import { inWindows } from '../../sound/windows';
import type { Frame } from '../../tokens/frame-assembler';
import { type SpeechDecoder, SnacDecoder } from '../snac-decoder';
import { FRAME_SAMPLES } from '../snac-model';

jest.setTimeout(60_000);

const never = new AbortController().signal;
const LOOK_AHEAD = 4757;
const ONE_WORKER = { wide: { workers: 0, threads: 1 }, narrow: 1 };
const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-streaming-'));
const file = path.join(folder, 'snac.onnx');
const decoders: SnacDecoder[] = [];
function decoderOf(of: string, workers = 1, rewrite = true): SnacDecoder {
	const decoder = new SnacDecoder(of, { ...ONE_WORKER, narrow: workers }, rewrite);
	decoders.push(decoder);
	return decoder;
}

let streaming: SnacDecoder;
let original: SnacDecoder;
beforeAll(() => {
	writeSnac(file, SMALL_SNAC);
	streaming = decoderOf(file, 2);
	original = decoderOf(file, 1, false);
});
afterAll(async () => {
	await Promise.all(decoders.map(async (decoder) => await decoder.close()));
	rmSync(folder, { recursive: true });
});

/** The sound of one run of `count` frames from `from` on. */
async function run(speech: SpeechDecoder, frames: readonly Frame[], from: number, count: number, last: boolean, signal = never): Promise<Float32Array> {
	const to = from + count;
	return await speech.decode(frames.slice(from, to), { from, to, keepTo: to, last }, signal);
}

/** A speech in runs of these lengths; a last one without a frame if `flush`. Checks the number of samples of each. */
async function inRuns(frames: readonly Frame[], lengths: readonly number[], flush: boolean): Promise<Float32Array[]> {
	const speech = await streaming.speech();
	const sounds: Float32Array[] = [];
	let at = 0;
	for (const [index, count] of lengths.entries()) {
		const last = !flush && index === lengths.length - 1;
		const sound = await run(speech, frames, at, count, last);
		expect(sound).toHaveLength(count * FRAME_SAMPLES - (index === 0 ? LOOK_AHEAD : 0) + (last ? LOOK_AHEAD : 0));
		sounds.push(sound);
		at += count;
	}
	if (flush) sounds.push(await run(speech, frames, at, 0, true));
	speech.end();
	return sounds;
}

function joined(sounds: readonly Float32Array[]): Float32Array {
	return Float32Array.from(sounds.flatMap((sound) => [...sound]));
}

/** How much stronger `expected` is than the difference, dB. */
function ratio(sound: Float32Array, expected: Float32Array): number {
	expect(sound).toHaveLength(expected.length);
	const power = expected.reduce((sum, sample) => sum + sample ** 2, 0);
	const error = expected.reduce((sum, sample, at) => sum + (sample - (sound[at] ?? 0)) ** 2, 0);
	return 10 * Math.log10(power / error);
}

describe('a speech in runs', () => {
	it('is what one decode of all of it gives, for every split', async () => {
		const speech = fc.record({ first: fc.integer({ min: 3, max: 9 }), more: fc.array(fc.integer({ min: 1, max: 7 }), { maxLength: 8 }), script: fc.nat(20), flush: fc.boolean() });
		await fc.assert(
			fc.asyncProperty(speech, async ({ first, more, script, flush }) => {
				const lengths = [first, ...more];
				const frames = scriptedFrames(script, lengths.reduce((sum, count) => sum + count, 0));
				expect(ratio(joined(await inRuns(frames, lengths, flush)), await original.decode(frames, never))).toBeGreaterThan(100);
			}),
			{ numRuns: 40 },
		);
	});

	it.each([1, 2, 3, 24])('is that for a speech of %i frames in one run', async (count) => {
		const frames = scriptedFrames(3, count);
		expect(ratio(await streaming.decode(frames, never), await original.decode(frames, never))).toBeGreaterThan(100);
	});

	it('needs three frames to begin, unless they are all', async () => {
		const speech = await streaming.speech();
		const frames = scriptedFrames(0, 5);
		await expect(run(speech, frames, 0, 2, false)).rejects.toMatchObject({ code: 'VOICE_ERR_INTERNAL' });
		// Nothing has happened: it may still begin.
		expect(ratio(joined([await run(speech, frames, 0, 3, false), await run(speech, frames, 3, 2, true)]), await original.decode(frames, never))).toBeGreaterThan(100);
		speech.end();
	});

	it('goes on at the very sample after a run that was cancelled or failed', async () => {
		const frames = scriptedFrames(1, 9);
		const expected = await original.decode(frames, never);
		for (const wrong of [new AbortController(), undefined]) {
			const speech = await streaming.speech();
			const sounds = [await run(speech, frames, 0, 3, false), await run(speech, frames, 3, 2, false)];
			wrong?.abort();
			// A code that there is none of.
			const failing = wrong ? run(speech, frames, 5, 2, false, wrong.signal) : run(speech, [[9999, 0, 0, 0, 0, 0, 0]], 0, 1, false);
			await expect(failing).rejects.toMatchObject({ code: wrong ? 'VOICE_ERR_CANCELLED' : 'VOICE_ERR_BAD_REQUEST' });
			sounds.push(await run(speech, frames, 5, 4, true));
			expect(ratio(joined(sounds), expected)).toBeGreaterThan(100);
			speech.end();
		}
	});

	it('moves from worker to worker with others beside it', async () => {
		const speeches = [0, 1, 2, 3, 4].map((script) => scriptedFrames(script, 12 + script));
		const sounds = await Promise.all(speeches.map(async (frames, index) => await inRuns(frames, [3 + index, ...Array<number>(frames.length - 3 - index).fill(1)], index % 2 === 0)));
		for (const [index, frames] of speeches.entries()) expect(ratio(joined(sounds[index] ?? []), await original.decode(frames, never))).toBeGreaterThan(100);
	});
});

describe('a file', () => {
	/** The small decoder with some nodes changed. */
	const changed = (change: (node: ReadNode, index: number) => ReadonlyArray<OnnxNode | Uint8Array>, shape: SnacShape = SMALL_SNAC): string => {
		const graph = readOnnx(snacOnnx(shape));
		const name = path.join(folder, `changed-${decoders.length}.onnx`);
		const bytesOf = (part: { readonly bytes: Uint8Array }): Uint8Array => part.bytes;
		const three = { name: 'as it is', dims: [3], data: BigInt64Array.of(0n, 0n, -1n) };
		const nodes = graph.nodes.flatMap(change);
		const reshapes = nodes.some((each) => 'op' in each && each.inputs.includes(three.name));
		writeFileSync(name, encodeOnnx({ nodes, tensors: [...[...graph.tensors.values()].map(bytesOf), ...(reshapes ? [three] : [])], inputs: graph.inputs.map(bytesOf), outputs: graph.outputs.map(bytesOf) }));
		return name;
	};
	const isRewritten = async (of: string): Promise<boolean> => {
		const speech = await decoderOf(of).speech();
		speech.end();
		return speech.way !== inWindows;
	};
	const node = ({ op, inputs, outputs, attributes }: ReadNode, with_: Partial<OnnxNode> = {}): OnnxNode => ({
		op,
		inputs,
		outputs,
		attributes: Object.fromEntries([...attributes].flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]))),
		...with_,
	});

	it('is rewritten with noise of its own, with other names, and with what exporters put around each Snake', async () => {
		const noisy = path.join(folder, 'noisy.onnx');
		writeSnac(noisy, { ...SMALL_SNAC, noise: true, inputs: ['codes_0', 'codes_1', 'codes_2'] });
		expect(await isRewritten(noisy)).toBe(true);
		const reshaped = changed((each, index) => {
			const [alpha = '', x = ''] = each.inputs;
			if (each.op !== 'Mul' || !alpha.startsWith('w')) return [each.bytes];
			return [{ op: 'Reshape', inputs: [x, 'as it is'], outputs: [`reshaped ${index}`] }, { op: 'Identity', inputs: [`reshaped ${index}`], outputs: [`same ${index}`] }, node(each, { inputs: [alpha, `same ${index}`] })];
		});
		expect(await isRewritten(reshaped)).toBe(true);
		const frames = scriptedFrames(2, 7);
		expect(ratio(await decoderOf(reshaped).decode(frames, never), await original.decode(frames, never))).toBeGreaterThan(100);
	});

	it('keeps its noise when it is rewritten', async () => {
		const noisy = path.join(folder, 'noisy.onnx');
		writeSnac(noisy, { ...SMALL_SNAC, noise: true });
		const frames = scriptedFrames(2, 7);
		const [rewritten, whole] = [decoderOf(noisy), decoderOf(noisy, 1, false)];
		const rms = (a: Float32Array, b: Float32Array): number => Math.sqrt(a.reduce((sum, sample, at) => sum + (sample - (b[at] ?? 0)) ** 2, 0) / a.length);
		const [one, other] = [await whole.decode(frames, never), await whole.decode(frames, never)];
		const share = rms(await rewritten.decode(frames, never), one) / rms(other, one);
		expect(share).toBeGreaterThan(0.8);
		expect(share).toBeLessThan(1.25);
	});

	it.each([
		['another end', (each: ReadNode) => (each.op === 'Tanh' ? [node(each, { op: 'Sigmoid' })] : [each.bytes])],
		['another square', (each: ReadNode) => (each.op === 'Pow' ? [node(each, { op: 'Sub' })] : [each.bytes])],
		['another sine', (each: ReadNode) => (each.op === 'Sin' ? [node(each, { op: 'Cos' })] : [each.bytes])],
		['a step that is unknown', (each: ReadNode) => (each.op === 'ConvTranspose' ? [node(each, { outputs: [`${each.outputs[0]} before`] }), { op: 'Abs', inputs: [`${each.outputs[0]} before`], outputs: each.outputs }] : [each.bytes])],
	])('that has %s is decoded in windows', async (_what, change) => {
		expect(await isRewritten(changed(change))).toBe(false);
	});

	it('that is damaged is said to be broken', async () => {
		const damaged = path.join(folder, 'damaged.onnx');
		writeFileSync(damaged, snacOnnx(SMALL_SNAC).subarray(0, 500_000));
		await expect(decoderOf(damaged).speech()).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN' });
		await expect(decoderOf(path.join(folder, 'none.onnx')).warm()).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
	});
});
