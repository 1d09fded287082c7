// Guards against: a server that drips, never ends, or sends what is huge or nested, and so holds a turn, fills the memory or ends
// the real inference process.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { joinPcm, LISTEN_RATE } from '../../audio/pcm';
import type { ChatDone } from '../../contract/control';
import { InferenceProcess } from '../fixtures/inference-process.fixture';
import { chatRoutes } from './fixtures/chat-routes.fixture';
import { FixtureServer } from './fixtures/fixture-server.fixture';
import { drippingSound, endlessSound, endlessWords, HOSTILE_CHATS, HOSTILE_TRANSCRIPTIONS } from './fixtures/hostile-answers.fixture';
import { speechRoutes } from './fixtures/speech-routes.fixture';

/** A letter comes well within any limit between two pieces. */
const EVERY_MS = 20;
const limits = { firstByteMs: 600, stallMs: 300, totalMs: 3000 };
const MIB = 1024 * 1024;
const MAX_GROWTH_MIB = 60;
/** Five minutes of sound, of which the test takes all at once: a call asks for four seconds at a time. */
const SOUND_MIB = 90;

const usage = { promptTokens: 1, reusedTokens: 0, completionTokens: 1 };
const routes = {
	...chatRoutes('vllm', async (_body, onText) => {
		onText('Good day.');
		return await Promise.resolve({ text: 'Good day.', toolCalls: [], stopReason: 'end', usage, ttftMs: 0, durationMs: 0 });
	}),
	...speechRoutes({ speak: async () => await Promise.resolve(tone(24_000)), sampleRate: 24_000, voices: { voices: ['ann'] } }),
	'POST /v1/audio/transcriptions': async (_request: unknown, reply: { json(status: number, body: unknown): Promise<void> }) => await reply.json(200, { text: 'hello there' }),
};

function tone(samples: number): Int16Array {
	return Int16Array.from({ length: samples }, (_, at) => Math.round(8000 * Math.sin(at / 10)));
}

let folder: string;
let server: FixtureServer;
let inference: InferenceProcess;
beforeAll(async () => {
	server = await FixtureServer.start(routes);
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-hostile-'));
	const file = path.join(folder, 'servers.json');
	writeFileSync(file, JSON.stringify({ box: { baseUrl: server.url, limits, chat: {}, speak: { kind: 'speech' }, transcribe: {} } }));
	inference = new InferenceProcess({ VOICE_LOOP_SERVERS: file });
	await chat();
	await speak();
	await transcribe();
});
afterAll(async () => {
	await inference.stop();
	await server.stop();
	rmSync(folder, { recursive: true });
});

async function chat(heard: string[] = [], more = {}): Promise<ChatDone> {
	const settings = { model: 'server:box', sampling: { maxTokens: 64 } };
	const params = { conversation: 'c', settings, messages: [{ role: 'user' as const, content: 'Hello?' }], tools: [{ name: 'look' }], ...more };
	return await inference.client.call('chat', params, ({ text }) => heard.push(text)).result;
}
async function speak(heard: Int16Array[] = []): Promise<{ samples: number }> {
	const call = inference.client.call('speak', { settings: { engine: 'server:box' } }, (event) => {
		if (event.type === 'audio') heard.push(event.pcm);
	});
	call.send({ type: 'piece', piece: 0, text: 'Good day.' });
	call.send({ type: 'end' });
	return await call.result;
}
async function transcribe(): Promise<string> {
	return (await inference.client.call('transcribe', { settings: { model: 'server:box' }, pcm: [tone(LISTEN_RATE)] }).result).text;
}
async function memory(): Promise<number> {
	return (await inference.client.call('stats', {}).result).rssBytes;
}

/** Whatever happens meanwhile: inference lives, has not grown, and serves the next one of each kind. */
async function unharmed(act: () => Promise<void>, growthMib = MAX_GROWTH_MIB): Promise<void> {
	const before = await memory();
	const since = performance.now();
	await act();
	expect(performance.now() - since).toBeLessThan(9000);
	expect(((await memory()) - before) / MIB).toBeLessThan(growthMib);
	// What failed has no cooldown where nothing stands in for it: the next turn asks again.
	await expect(chat()).resolves.toMatchObject({ text: 'Good day.' });
	expect(inference.alive).toBe(true);
}

it.each(HOSTILE_CHATS)('a chat server that %s', async (_what, answer) => {
	await unharmed(async () => {
		server.next(answer(EVERY_MS));
		const done = await chat().then(
			({ toolCalls, stopReason }) => ({ toolCalls, stopReason }),
			({ code, message }: { code: string; message: string }) => ({ code, message }),
		);
		// Either the reply ends at its limit, or the model is told what was wrong with its call, or the turn fails with words for whoever runs it.
		if ('toolCalls' in done && done.stopReason === 'maxTokens') expect(done.toolCalls).toEqual([]);
		else if ('toolCalls' in done) expect(done.toolCalls).toEqual([expect.objectContaining({ arguments: {}, problem: expect.any(String) })]);
		else {
			expect(done.code).toMatch(/^VOICE_ERR_(MODEL_FAILED|ENGINE_UNREACHABLE)$/);
			expect(done.message).toMatch(/^The inference server /);
			expect(done.message.length).toBeLessThan(500);
		}
	});
});

it('a chat server that writes without end: the reply ends as one that has reached its limit, and what was said stays', async () => {
	await unharmed(async () => {
		server.next(endlessWords());
		const heard: string[] = [];
		const done = await chat(heard);
		expect(done).toMatchObject({ stopReason: 'maxTokens', toolCalls: [] });
		expect(done.text.startsWith('Let me see. and then')).toBe(true);
		expect(heard.join('')).toBe(done.text);
		expect(done.text.length).toBeLessThan(64 * 16 + 1001);
	});
});

it.each([
	['drips', drippingSound, 0],
	['speaks without end', endlessSound, 5 * 60],
])('a speech server that %s', async (_what, answer, seconds) => {
	await unharmed(async () => {
		server.next(answer(EVERY_MS));
		const heard: Int16Array[] = [];
		await expect(speak(heard)).rejects.toMatchObject({ code: expect.stringMatching(/MODEL_FAILED|ENGINE_UNREACHABLE/) as string });
		expect(joinPcm(heard).length).toBeLessThanOrEqual((seconds + 1) * 24_000);
	}, MAX_GROWTH_MIB + SOUND_MIB);
	expect((await speak()).samples).toBeGreaterThan(20_000);
});

it.each(HOSTILE_TRANSCRIPTIONS)('a transcription server that %s', async (_what, answer) => {
	await unharmed(async () => {
		server.next(answer(EVERY_MS));
		await expect(transcribe()).rejects.toMatchObject({ code: expect.stringMatching(/MODEL_FAILED|ENGINE_UNREACHABLE/) as string });
	});
	expect(await transcribe()).toBe('hello there');
});

it('a server that is slow, but speaks, is waited for', async () => {
	server.next({ kind: 'slow', everyMs: 200 });
	await expect(chat()).resolves.toMatchObject({ text: 'Good day.' });
});

it('a tool result that is nested fails the one call that brings it past the gateway\'s bounds', async () => {
	let deep: unknown = 'end';
	for (let level = 0; level < 2400; level++) deep = { next: deep };
	const messages = [
		{ role: 'user', content: 'Hello?' },
		{ role: 'assistant', content: '', toolCalls: [{ id: 'c1', name: 'look', arguments: {}, result: deep }] },
	];
	await unharmed(async () => {
		await expect(chat([], { messages })).rejects.toMatchObject({ code: 'VOICE_ERR_TOO_LARGE' });
	});
});
