// Guards against: a speech that is lost because the card fails or hangs in its middle, others that wait for it, threads for the
// processor where the card decodes, and sound on the card that is not the processor's.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { VoiceError } from '../../../../../contract/errors';
import { log } from '../../../../../lib/log';
import { scriptedFrames } from '../../../../fixtures/orpheus-gguf.fixture';
import { SMALL_SNAC, writeSnac } from '../../../../fixtures/snac-onnx.fixture';
import type { PoolWorker } from '../../../../workers/worker-pool';
import { inWindows } from '../../sound/windows';
import type { Frame } from '../../tokens/frame-assembler';
import { SnacDecoder, type SpeechDecoder, type UseOfCard } from '../snac-decoder';
import { startSnac } from '../start-snac';
import { decibels } from '../streaming/prepare';
import type { SnacWorkerProtocol, StreamingDecoder } from '../worker-protocol';

jest.setTimeout(60_000);

const never = new AbortController().signal;
const ONE_WORKER = { wide: { workers: 0, threads: 1 }, narrow: 1 };
const FOUND = { onCard: true, why: 'as found in a test', frameMs: 1 };
const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-on-card-'));
const file = path.join(folder, 'snac.onnx');
const frames = scriptedFrames(1, 24);
const decoders: SnacDecoder[] = [];
let whole: Float32Array;

/** Stands in for a thread with a card: the same graph on the processor, whose runs `fails` may spoil. Counts its windows. */
function card(fails: (window: number) => Promise<void> = async () => undefined) {
	const windows: number[] = [];
	const start = async (streaming: StreamingDecoder): Promise<PoolWorker<SnacWorkerProtocol>> => {
		const worker = await startSnac((client) => client.call('load', { file, threads: 1, streaming }));
		const call: typeof worker.client.call = (op, params) => {
			const answer = worker.client.call(op, params);
			if (op === 'stop') return answer;
			const at = windows.push((params as { frames: unknown[] }).frames.length) - 1;
			answer.result.catch(() => undefined);
			return { ...answer, cancel: () => answer.cancel(), result: fails(at).then(async () => await answer.result) };
		};
		const client = new Proxy(worker.client, { get: (target, key) => (key === 'call' ? call : (Reflect.get(target, key) as unknown)) });
		return { client, ended: worker.ended, stop: async () => await worker.stop() };
	};
	return { windows, start };
}

function decoderWith(start: UseOfCard['start'], more: Partial<UseOfCard> = {}): SnacDecoder {
	const decoder = new SnacDecoder(file, ONE_WORKER, true, { find: async () => await Promise.resolve(FOUND), start, ...more });
	decoders.push(decoder);
	return decoder;
}

/** All frames, in the pieces that the speech's way asks for when they are all there. */
async function spoken(speech: SpeechDecoder, of: readonly Frame[] = frames): Promise<Float32Array> {
	const sounds: Float32Array[] = [];
	for (let kept = 0; kept < of.length; ) {
		const piece = speech.way.next({ written: of.length, ended: true, kept, unheard: 100, frameMs: 5 });
		if (!piece) throw new Error('It waits for what is there.');
		sounds.push(await speech.decode(of.slice(piece.from, piece.to), piece, never));
		kept = piece.keepTo;
	}
	speech.end();
	return Float32Array.from(sounds.flatMap((sound) => [...sound]));
}

function expectWhole(sound: Float32Array): void {
	expect(sound).toHaveLength(whole.length);
	expect(decibels(whole, [sound])).toBeGreaterThan(100);
}

beforeAll(async () => {
	writeSnac(file, SMALL_SNAC);
	const plain = new SnacDecoder(file, ONE_WORKER);
	decoders.push(plain);
	whole = await plain.decode(frames, never);
});
afterAll(async () => {
	await Promise.all(decoders.map(async (decoder) => await decoder.close()));
	rmSync(folder, { recursive: true });
});

it('decodes windows on one thread with the card, of any length up to 13 frames, and every sample is right', async () => {
	const { windows, start } = card();
	const decoder = decoderWith(start);
	await decoder.warm();
	expect(decoder.frameMs).toBe(1);
	const speech = await decoder.speech();
	expect(speech.way).toBe(inWindows);
	expectWhole(await spoken(speech));
	expect(windows).toEqual([10, 13, 11]);
});

it('starts one thread for the card, however many speak, and says in one line of the log where SNAC runs and why', async () => {
	const info = jest.spyOn(log, 'info');
	const { start } = card();
	const counted = jest.fn(start);
	const decoder = decoderWith(counted);
	await decoder.warm();
	const speeches = await Promise.all(Array.from({ length: 5 }, async () => await decoder.speech()));
	for (const sound of await Promise.all(speeches.map(async (speech) => await spoken(speech)))) expectWhole(sound);
	expect(counted).toHaveBeenCalledTimes(1);
	expect(info.mock.calls).toEqual([[{ why: FOUND.why }, 'orpheus: SNAC runs on the GPU']]);
	info.mockRestore();
});

it('leaves the card alone that was refused, and says why', async () => {
	const info = jest.spyOn(log, 'info');
	const unused = jest.fn(card().start);
	const decoder = decoderWith(unused, { find: async () => await Promise.resolve({ onCard: false, why: 'there is none' }) });
	await decoder.warm();
	expectWhole(await spoken(await decoder.speech()));
	expect(unused).not.toHaveBeenCalled();
	expect(info.mock.calls).toEqual([[{ why: 'there is none' }, 'orpheus: SNAC runs on the processor']]);
	info.mockRestore();
});

it('decodes on the processor until the card has been found, without waiting for it', async () => {
	let found = (): void => undefined;
	const finding = new Promise<typeof FOUND>((resolve) => (found = () => resolve(FOUND)));
	const { windows, start } = card();
	const decoder = decoderWith(start, { find: async () => await finding });
	const speech = await decoder.speech();
	expect(speech.way).not.toBe(inWindows);
	expectWhole(await spoken(speech));
	expect(windows).toEqual([]);
	found();
	await decoder.warm();
	expect((await decoder.speech()).way).toBe(inWindows);
});

it('goes on at the very sample on the processor when the card fails in the middle of a speech, and stays there', async () => {
	const { windows, start } = card(async (window) => {
		if (window === 1) throw new VoiceError('VOICE_ERR_MODEL_FAILED', 'The device was lost.');
	});
	const decoder = decoderWith(start);
	await decoder.warm();
	expectWhole(await spoken(await decoder.speech()));
	expect(windows).toHaveLength(2);
	const next = await decoder.speech();
	expect(next.way).not.toBe(inWindows);
	expectWhole(await spoken(next));
	expect(windows).toHaveLength(2);
});

it('loses no speech of several when the card fails for all of them at once', async () => {
	const { start } = card(async (window) => {
		if (window >= 2) throw new VoiceError('VOICE_ERR_MODEL_FAILED', 'The device was lost.');
	});
	const decoder = decoderWith(start);
	await decoder.warm();
	const speeches = await Promise.all([decoder.speech(), decoder.speech(), decoder.speech()]);
	for (const sound of await Promise.all(speeches.map(async (speech) => await spoken(speech)))) expectWhole(sound);
});

it('gives up a card that hangs', async () => {
	const { start } = card(async (window) => await (window === 1 ? new Promise<never>(() => undefined) : Promise.resolve()));
	const decoder = decoderWith(start, { limitMs: 500 });
	await decoder.warm();
	expectWhole(await spoken(await decoder.speech()));
	expect((await decoder.speech()).way).not.toBe(inWindows);
});

it('is not taken off the card by a speech that is cancelled, nor by codes that there are none of', async () => {
	const { start } = card();
	const decoder = decoderWith(start);
	await decoder.warm();
	const speech = await decoder.speech();
	const piece = { from: 0, to: 1, keepTo: 1, last: true };
	await expect(speech.decode([[9999, 0, 0, 0, 0, 0, 0]], piece, never)).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
	await expect(speech.decode(frames.slice(0, 1), piece, AbortSignal.abort())).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
	expect((await decoder.speech()).way).toBe(inWindows);
});

it('stays on the processor where the card cannot be opened after all', async () => {
	const decoder = decoderWith(async () => await Promise.reject(new VoiceError('VOICE_ERR_MODEL_FAILED', 'No device.')));
	await decoder.warm();
	expectWhole(await spoken(await decoder.speech()));
});
