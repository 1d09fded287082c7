// Guards against: runs and windows that are exact for a small decoder and not for one of the published shape.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { scriptedFrames } from '../../../fixtures/orpheus-gguf.fixture';
import { TRUE_SNAC, writeSnac } from '../../../fixtures/snac-onnx.fixture';
import { FRAME_SAMPLES } from '../snac/snac-model';
import { SnacDecoder } from '../snac/snac-decoder';
import { splitOf } from '../snac/split';

jest.setTimeout(60_000);

const never = new AbortController().signal;
const COUNT = 10;

describe('SNAC of the published shape with random weights', () => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-true-snac-'));
	const frames = scriptedFrames(0, COUNT);
	let streaming: SnacDecoder;
	let windows: SnacDecoder;
	let straight: Float32Array;
	beforeAll(async () => {
		// Noise of its own would make two runs differ by more than the windows do.
		writeSnac(path.join(folder, 'snac.onnx'), { ...TRUE_SNAC, noise: false });
		streaming = new SnacDecoder(path.join(folder, 'snac.onnx'), splitOf(1));
		windows = new SnacDecoder(path.join(folder, 'snac.onnx'), splitOf(1), false);
		straight = await windows.decode(frames, never);
	});
	afterAll(async () => {
		await Promise.all([streaming.close(), windows.close()]);
		rmSync(folder, { recursive: true });
	});

	/** How much louder the straight decode is than the difference to it, from sample `from` on. */
	const ratio = (sound: Float32Array, from = 0): number => {
		let power = 0;
		let error = 0;
		for (let at = 0; at < sound.length; at++) {
			power += straight[from + at]! ** 2;
			error += (straight[from + at]! - sound[at]!) ** 2;
		}
		return 10 * Math.log10(power / error);
	};

	it.each([
		['runs, soon after they were written', 0, true],
		['runs, well ahead', 20, true],
		['windows, one frame at a time', 0, false],
		['windows, eight frames at a time', 20, false],
	])('is in our %s, what one straight decode gives', async (_name, unheard, runs) => {
		const speech = await (runs ? streaming : windows).speech();
		const sounds: Float32Array[] = [];
		let kept = 0;
		for (let last = false; !last; ) {
			const written = unheard > 0 ? COUNT : Math.min(COUNT, kept + 3);
			const piece = speech.way.next({ written, ended: written === COUNT, kept, unheard, frameMs: 1 })!;
			sounds.push(await speech.decode(frames.slice(piece.from, piece.to), piece, never));
			({ keepTo: kept, last } = piece);
		}
		speech.end();
		const whole = Float32Array.from(sounds.flatMap((sound) => [...sound]));
		expect(whole).toHaveLength(COUNT * FRAME_SAMPLES);
		expect(ratio(whole)).toBeGreaterThan(100);
	});

	it('is far from it in the reference\'s window, one frame of four', async () => {
		const frame = 4;
		const sound = await windows.decode(frames.slice(frame - 1, frame + 3), never);
		// 13 dB with these weights, 23 with those of PyTorch's first initialisation; published ones will differ again.
		expect(ratio(sound.slice(FRAME_SAMPLES, 2 * FRAME_SAMPLES), frame * FRAME_SAMPLES)).toBeLessThan(30);
	});
});
