// Guards against: a judge of the end of a turn who is there and is not asked, and a turn that does not say why it ended.
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { turnEndOnnx } from '../../runtime/inference/fixtures/turn-end-onnx.fixture';
import { weights } from '../real/weights/weights';
import { call } from './headless-caller';
import { type World, changeNode, outputOf, startWorld } from './world';

/** A busy machine judges late. */
const PATIENT = { minSilenceMs: 2000, endSilenceMs: 3000, maxSilenceMs: 4000 };

let folder: string;
let world: World;

/** The real one where the set-up could fetch it, otherwise a graph of its shape. */
async function judge(): Promise<string> {
	const real = weights('smart-turn/smart-turn-v3.2-cpu.onnx');
	if (existsSync(real)) return real;
	const file = path.join(folder, 'judge.onnx');
	await writeFile(file, turnEndOnnx());
	return file;
}

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-turn-end-'));
	world = await startWorld();
	await changeNode(world, 'Voice Session Trigger', { options: { greeting: '', emitCallEvents: false }, turnTaking: { ...PATIENT, audioJudgeModel: await judge() } });
}, 300_000);

afterAll(async () => {
	await world?.end();
	await rm(folder, { recursive: true, force: true });
});

test('a call is answered, and its turns say how likely their end was by the sound', async () => {
	const { turns } = await call(world, '--say', 'book a dentist appointment tomorrow at three p m').report;
	expect(turns[0]).toMatchObject({ answered: true });
	const [turn] = await world.turns(1);
	// A turn that was begun early tells at its end why it had ended.
	const { endOfTurn } = { ...outputOf(turn, 'Voice Session Trigger'), ...outputOf(turn, 'Orpheus Speak') } as unknown as { endOfTurn: { reason: string; silenceMs: number; probability: number } };
	// Where packets were late, on a busy machine, that is the reason.
	expect(endOfTurn.reason).toMatch(/the sound says \d+ %|packets were missing/);
	expect(endOfTurn.probability).toBeGreaterThanOrEqual(0);
	expect(endOfTurn.probability).toBeLessThanOrEqual(1);
	expect(endOfTurn.silenceMs).toBeGreaterThanOrEqual(2000);
}, 120_000);
