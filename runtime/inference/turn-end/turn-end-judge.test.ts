// Guards against: a call that fails, or a process that dies, because the model that judges the end of a turn is missing or is none.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LISTEN_RATE } from '../../audio/pcm';
import { InferenceProcess } from '../fixtures/inference-process.fixture';
import { turnEndOnnx } from '../fixtures/turn-end-onnx.fixture';
import { SMALL_SNAC, snacOnnx } from '../fixtures/snac-onnx.fixture';
import { ownCatalogue } from '../models/own-catalogue.fixture';

const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-turn-end-'));
const judge = { id: 'judge', task: 'turn-end' as const, files: { 'judge.onnx': turnEndOnnx() } };
const env = ownCatalogue(folder, [judge], [{ base: 'http://127.0.0.1:9', publisher: true }]);
let inference: InferenceProcess;

const tone = Int16Array.from({ length: 2 * LISTEN_RATE }, (_, at) => Math.round(8000 * Math.sin(at / 5)));
const silence = new Int16Array(2 * LISTEN_RATE);
async function asked(model: string, pcm = tone): Promise<number> {
	return (await inference.client.call('turnEnd', { model, pcm }).result).probability;
}

beforeAll(() => {
	inference = new InferenceProcess(env);
});
afterAll(async () => {
	await inference.stop();
	rmSync(folder, { recursive: true });
});

jest.setTimeout(120_000);

it('is missing: auto and the id say so, and warming a call up does not fail', async () => {
	await expect(asked('auto')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', remedy: 'Fetch one: voice-loop models fetch judge' });
	await expect(asked('judge')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', remedy: 'Fetch it: voice-loop models fetch judge' });
	await inference.client.call('warm', { transcribe: null, chat: null, speak: null, turnEnd: 'auto' }).result;
});

it('is found by auto once it is there, and judges as often as it is asked, at once too', async () => {
	mkdirSync(path.join(folder, 'store', 'judge'), { recursive: true });
	writeFileSync(path.join(folder, 'store', 'judge', 'judge.onnx'), turnEndOnnx());
	const [loud, again, quiet] = await Promise.all([asked('auto'), asked('judge'), asked('auto', silence)]);
	expect(loud).toBeGreaterThan(0);
	expect(loud).toBeLessThan(1);
	expect(again).toBe(loud);
	expect(quiet).not.toBe(loud);
});

it.each([
	['another model', snacOnnx(SMALL_SNAC)],
	['no model', Buffer.from('<html>')],
])('%s in its place is refused, and the process lives', async (name, content) => {
	const file = path.join(folder, `${name.replace(' ', '-')}.onnx`);
	writeFileSync(file, content);
	await expect(asked(file)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN' });
	expect(inference.alive).toBe(true);
	expect(await asked('judge')).toBeGreaterThan(0);
});
