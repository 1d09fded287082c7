// Guards against a crash of native code taking n8n, the gateway or the next call with it, or being kept from the caller.
import type { Page } from 'playwright-core';
import { speech } from '../media/speech';
import { mediaPids } from '../host/runtime-process';
import { picture } from '../page/browser';
import { events, until, untilEvent } from './browser-caller';
import { answered, endlessModel } from './endless-model';
import { SpeakingCaller } from './speaking-caller';
import { type World, outputOf } from './world';

let caller: SpeakingCaller;
let world: World;
let page: Page;

beforeAll(async () => {
	const script = [
		{ atMs: 8_000, pcm: speech('what can you do') },
		// Again and again: how long a process takes to come back is not the test's to know.
		...Array.from({ length: 8 }, (_, time) => ({ atMs: 40_000 + time * 20_000, pcm: speech('thank you') })),
	];
	caller = await SpeakingCaller.call(script, { totalMs: 240_000, prepare: endlessModel });
	({ world, page } = caller);
}, 300_000);

afterAll(async () => await caller?.end());

test('inference killed in mid-answer: the turn ends with a typed error on the page, the call goes on', async () => {
	// The greeting is one; a reply without an end has any number.
	await untilEvent(page, 'reply.partial', 4);
	process.kill((await world.runtime.client.stats()).inference.pid, 'SIGKILL');
	await untilEvent(page, 'error');
	const told = await events(page);
	expect(told.find(({ type }) => type === 'error')).toMatchObject({ error: { code: 'VOICE_ERR_INFERENCE_LOST' } });
	const [failed] = await world.turns(1);
	expect(failed?.status).toBe('error');
	expect(failed?.error).toMatch(/process/);
	await until(page, `${answered} > 0`);
	const turns = await world.turns(2);
	expect(turns.at(-1)?.status).toBe('success');
	expect(outputOf(turns.at(-1), 'Orpheus Speak').heard).toBe('You are welcome.');
});

test('n8n stopped in mid-call: the page says that nobody answers, and the same call goes on when n8n is back', async () => {
	const before = Number(await page.evaluate(answered));
	const errors = (await events(page)).filter(({ type }) => type === 'error').length;
	await world.n8n.shutDown();
	await untilEvent(page, 'error', errors + 1);
	const last = (await events(page)).filter(({ type }) => type === 'error').at(-1);
	expect(last).toMatchObject({ error: { code: 'VOICE_ERR_WORKFLOW_GONE', remedy: expect.stringMatching(/n8n/) } });
	await world.n8n.start();
	await until(page, `${answered} > ${before}`);
});

test('media killed in mid-call: the page says so, n8n and the gateway live on, and a new call works at once', async () => {
	const before = await world.runtime.client.stats();
	const lost = await page.evaluate<string>(`window.voiceLoop.events.find(({ type }) => type === 'session.started').sessionId`);
	for (const pid of mediaPids(before)) process.kill(pid, 'SIGKILL');
	await page.getByTestId('error').waitFor();
	await picture(page, 'media-lost');
	await page.getByTestId('call').click();
	await until(page, `window.voiceLoop.events.some((event) => event.type === 'session.started' && event.sessionId !== '${lost}')`);
	expect((await world.runtime.client.health()).media).toBe('ready');
	expect(mediaPids(await world.runtime.client.stats())).not.toEqual(mediaPids(before));
	expect((await fetch(`${world.n8n.url}/healthz`)).status).toBe(200);
	await page.getByTestId('call').click();
});
