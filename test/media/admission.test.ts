// Guards against a call that is let in where the machine cannot carry it, or refused without a reason.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { writeScriptedOrpheus } from '../../runtime/inference/fixtures/orpheus-gguf.fixture';
import { SMALL_SNAC, writeSnac } from '../../runtime/inference/fixtures/snac-onnx.fixture';
import { startPeers } from '../e2e/offers';
import { type RunningRuntime, startRuntime } from '../host/runtime-process';

let folder: string;
let peers: ReturnType<typeof startPeers>;
let speak: object;

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-admission-'));
	const model = path.join(folder, 'orpheus.gguf');
	const decoder = path.join(folder, 'snac.onnx');
	// 200 MB are read for each token: too slow for many speakers on any CPU.
	writeScriptedOrpheus(model, [{ frames: 10 }], 16);
	writeSnac(decoder, SMALL_SNAC);
	speak = { engine: 'orpheus', orpheus: { model, decoder } };
	peers = startPeers();
});
afterAll(async () => {
	await peers.stop();
	await rm(folder, { recursive: true });
});

async function post({ url, key }: RunningRuntime, at: string, body: object): Promise<{ status: number; error?: { code: string; message: string; remedy: string } }> {
	const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
	const response = await fetch(`${url}${at}`, { method: 'POST', headers, body: JSON.stringify(body) });
	const failure = response.ok ? {} : ((await response.json()) as { error: { code: string; message: string; remedy: string } });
	return { status: response.status, ...failure };
}

async function call(runtime: RunningRuntime) {
	const source = { workflowId: 'w', node: 'n', mode: 'production', turnUrl: 'http://127.0.0.1:9/turn' };
	return await post(runtime, '/v1/sessions', { offer: await peers.offer(), agent: { speak }, source });
}

it('lets calls in while nothing is known, then as many as were measured, and says why it refuses', async () => {
	const runtime = await startRuntime();
	try {
		expect((await call(runtime)).status).toBe(201);
		expect((await call(runtime)).status).toBe(201);
		expect((await post(runtime, '/v1/speech', { text: 'Hello there.', speak })).status).toBe(200);
		let calls = 2;
		let refused = await call(runtime);
		for (; refused.status === 201; refused = await call(runtime)) calls++;
		expect(refused.status).toBe(503);
		expect(refused.error).toMatchObject({ code: 'VOICE_ERR_BUSY', remedy: expect.stringContaining('VOICE_LOOP_MAX_CALLS') });
		const [, carried] = /^This machine can carry (\d+) calls? with these models: Orpheus needs 82 tokens\/s per speaker, \d+ were measured\.$/.exec(refused.error?.message ?? '') ?? [];
		expect(Number(carried)).toBeGreaterThanOrEqual(1);
		expect(Number(carried)).toBeLessThanOrEqual(calls);
	} finally {
		await runtime.stop();
	}
});

it('takes the owner\'s number for what it is', async () => {
	const runtime = await startRuntime({ VOICE_LOOP_MAX_CALLS: '2' });
	try {
		expect((await post(runtime, '/v1/speech', { text: 'Hello there.', speak })).status).toBe(200);
		// A rush does not pass the limit together.
		const rush = await Promise.all(Array.from({ length: 4 }, async () => await call(runtime)));
		expect(rush.map(({ status }) => status).sort()).toEqual([201, 201, 503, 503]);
		expect(rush.find(({ error }) => error)?.error).toMatchObject({ code: 'VOICE_ERR_BUSY', message: '2 calls are under way.' });
	} finally {
		await runtime.stop();
	}
});
