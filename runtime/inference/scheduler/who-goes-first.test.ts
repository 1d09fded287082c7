// Guards against: one caller's long prompt that stops another one's words or sound, in the real process with real models.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { ChatReply } from '../../contract/control';
import { InferenceProcess } from '../fixtures/inference-process.fixture';
import { writeScriptedOrpheus } from '../fixtures/orpheus-gguf.fixture';
import { writeScriptedGguf } from '../fixtures/scripted-gguf.fixture';
import { SMALL_SNAC, writeSnac } from '../fixtures/snac-onnx.fixture';
import { STEP_KINDS } from './steps';

jest.setTimeout(120_000);

const NUMBERS = Array.from({ length: 300 }, (_, index) => `n${index}`).join(' ');
const LONG = 'abcdefghi '.repeat(300);

const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-first-'));
function at(name: string): string {
	return path.join(folder, name);
}
let inference: InferenceProcess;

beforeAll(async () => {
	const script = [{ say: 'Read it all.' }, { when: 'count', say: NUMBERS }];
	writeScriptedGguf(at('chat.gguf'), script, { idleLayers: 1 });
	writeScriptedOrpheus(at('orpheus.gguf'), [{ frames: 6 }]);
	writeSnac(at('snac.onnx'), SMALL_SNAC);
	inference = new InferenceProcess();
	const chat = { model: at('chat.gguf') };
	await inference.client.call('warm', { transcribe: null, chat, speak: { engine: 'orpheus', orpheus: orpheus() } }).result;
});

afterAll(async () => {
	expect(inference.alive).toBe(true);
	await inference.stop();
	rmSync(folder, { recursive: true });
});

function orpheus() {
	return { model: at('orpheus.gguf'), decoder: at('snac.onnx') };
}

type Steps = Record<string, number>;
async function stepsSoFar(): Promise<Steps> {
	return (await inference.client.call('stats', {}).result).steps;
}
async function since(before: Steps): Promise<(kind: string) => number> {
	const now = await stepsSoFar();
	return (kind) => (now[kind] ?? 0) - (before[kind] ?? 0);
}

/** `started` resolves with the first words. '' as the conversation: asked by a workflow, nobody is on the line. */
function ask(conversation: string, content: string): { started: Promise<void>; result: Promise<ChatReply>; cancel(): void } {
	const settings = { model: at('chat.gguf'), sampling: { maxTokens: 400 } };
	let start = (): void => undefined;
	const started = new Promise<void>((resolve) => (start = resolve));
	const params = { conversation, settings, messages: [{ role: 'user' as const, content }], tools: [] };
	return { started, ...inference.client.call('chat', params, () => start()) };
}

/** Resolves when a chunk of somebody's prompt has been let in. */
async function readingBegins(kind: string, before: Steps): Promise<void> {
	while ((await since(before))(kind) === 0) {
		// The prompt's first chunk still waits.
	}
}

it('keeps one conversation\'s words coming while another one\'s long prompt is read', async () => {
	const writing = ask('writes', 'count');
	await writing.started;
	const before = await stepsSoFar();
	const reading = ask('reads', LONG);
	const first = await Promise.race([writing.result.then(() => 'written'), reading.result.then(() => 'read')]);
	const steps = await since(before);
	expect(steps('prompt')).toBeGreaterThan(5);
	// Until all its words were written, there was at least one for each chunk.
	if (first === 'read') expect(steps('words')).toBeGreaterThanOrEqual(steps('prompt') - 2);
	expect((await writing.result).text).toBe(NUMBERS);
	expect((await reading.result).text).toBe('Read it all.');
});

it('gives sound that a caller waits for several tokens for each chunk of another caller\'s prompt', async () => {
	const before = await stepsSoFar();
	const reading = ask('reads', LONG.replaceAll('a', 'b'));
	await readingBegins('prompt', before);
	const beforeSound = await stepsSoFar();
	const speaking = inference.client.call('speak', { settings: { engine: 'orpheus', orpheus: orpheus() }, realTime: true });
	speaking.send({ type: 'piece', piece: 0, text: 'Hello there.' });
	speaking.send({ type: 'end' });
	expect((await speaking.result).samples).toBe(6 * 2048);
	const steps = await since(beforeSound);
	expect(steps('nextSound') + steps('soundAhead')).toBeGreaterThan(42);
	expect(steps('nextSound')).toBeGreaterThanOrEqual(21);
	expect(steps('prompt')).toBeLessThan(42 / 3);
	expect((await reading.result).text).toBe('Read it all.');
});

it('works for nobody on the line only when no call wants anything', async () => {
	const writing = ask('writes', 'count');
	await writing.started;
	const before = await stepsSoFar();
	const startedAt = performance.now();
	const idle = ask('', LONG);
	expect((await writing.result).text).toBe(NUMBERS);
	const steps = await since(before);
	expect(steps('words')).toBeGreaterThan(250);
	// One for each time its patience ends, and a few before the first and after the last word.
	expect(steps('background')).toBeLessThan((performance.now() - startedAt) / STEP_KINDS.background.patienceMs + 4);
	expect((await idle.result).text).toBe('Read it all.');
	expect((await since(before))('background')).toBeGreaterThan(steps('background'));
});

it('computes the words of several conversations in one batch', async () => {
	const before = await inference.client.call('stats', {}).result;
	await Promise.all(['one', 'two', 'three', 'four'].map(async (conversation) => await ask(conversation, 'count').result));
	const after = await inference.client.call('stats', {}).result;
	const words = (after.steps.words ?? 0) - (before.steps.words ?? 0);
	expect(words).toBeGreaterThan(1000);
	expect(after.rounds - before.rounds).toBeLessThan(words / 2);
});

it('lets the next one in when one that waits is cancelled', async () => {
	const writing = ask('writes', 'count');
	await writing.started;
	const idle = ask('', LONG.replaceAll('a', 'c'));
	idle.cancel();
	await expect(idle.result).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
	writing.cancel();
	await expect(writing.result).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
	expect((await ask('next', 'Hello').result).text).toBe('Read it all.');
});
