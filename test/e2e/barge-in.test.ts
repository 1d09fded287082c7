// Guards against an agent that talks on when it is interrupted, wastes work on what nobody hears, or believes it was heard.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { manyWords } from '../../runtime/inference/fixtures/many-words.fixture';
import { writeScriptedGguf } from '../../runtime/inference/fixtures/scripted-gguf.fixture';
import type { CallReport } from '../../runtime/cli/call/report';
import type { RuntimeStats } from '../../runtime/contract/stats';
import { call } from './headless-caller';
import { type World, changeNode, modelAt, outputOf, startWorld } from './world';

const STORY = manyWords();

let folder: string;
let world: World;
let report: CallReport;
let stats: RuntimeStats;

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-barge-in-'));
	const model = path.join(folder, 'endless.gguf');
	// A real model file that is slow, and never gets to an end by itself.
	writeScriptedGguf(model, [{ when: 'stop', say: 'All right.' }, { say: STORY, endless: true }], { idleLayers: 6 });
	world = await startWorld();
	await changeNode(world, 'Llama Chat', { ...modelAt(model), options: { maxTokens: 4096 } });
	const caller = call(world, '--say', 'what can you do', '--barge-in', 'stop please cancel it@2500');
	report = await caller.report;
	stats = await world.runtime.client.stats();
}, 300_000);

afterAll(async () => {
	await world?.end();
	await rm(folder, { recursive: true, force: true });
});

test('the caller is understood, the agent falls silent, and the next turn is answered', () => {
	const [long, stop] = report.turns;
	expect(long).toMatchObject({ heard: 'what can you do', interrupted: true });
	expect(stop).toMatchObject({ heard: 'stop please cancel it', reply: 'All right.', interrupted: false, answered: true });
	expect(stop?.silencedMs).toBeDefined();
});

test('generation and synthesis were cancelled in the inference process', () => {
	expect(stats.inference.chats).toMatchObject({ running: 0, cancelled: 1 });
	expect(stats.inference.speaks).toMatchObject({ running: 0, cancelled: 1 });
});

test('the node output and the history hold only what was heard', async () => {
	const [long, stop] = await world.turns(2);
	expect([long?.status, stop?.status]).toEqual(['success', 'success']);
	const spoken = outputOf(long, 'Orpheus Speak');
	const heard = String(spoken.heard);
	expect(spoken.interrupted).toBe(true);
	expect(heard).not.toBe('');
	// Two and a half seconds and the moment it took to stop: not the minute that was written.
	expect(heard.length).toBeLessThan(200);
	expect(String(outputOf(long, 'Llama Chat').text).startsWith(heard)).toBe(true);
	expect(report.turns[0]?.reply).toBe(heard);
});
