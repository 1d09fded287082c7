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
	// The new process loads the models, and the page says so instead of nothing: with how long they took the first time.
	// Which of them takes long enough to be named is the machine's to decide.
	const loads = (await events(page)).flatMap((event) => (event.type === 'loading' ? [event.models] : []));
	expect(loads.flat()).toContainEqual({ part: expect.any(String), percent: expect.any(Number) });
	expect(loads.at(-1)).toEqual([]);
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

/** How many words of the caller the page shows, and which call it is in. */
const shown = `document.querySelectorAll('[data-testid="caller-caption"]').length`;
const session = `window.voiceLoop.events.find(({ type }) => type === 'session.started').sessionId`;
const resumes = `window.voiceLoop.events.filter(({ type, resumed }) => type === 'session.started' && resumed).length`;

test('media killed in mid-call: the same conversation goes on by itself; n8n and the gateway live on', async () => {
	const before = await world.runtime.client.stats();
	const [call, lines] = [await page.evaluate<string>(session), Number(await page.evaluate(shown))];
	const turns = Number(await page.evaluate(answered));
	for (const pid of mediaPids(before)) process.kill(pid, 'SIGKILL');
	await until(page, `${resumes} > 0`);
	expect(await page.evaluate(session)).toBe(call);
	expect(await page.getByTestId('error').isVisible()).toBe(false);
	await until(page, `${shown} >= ${lines}`);
	// It hears and answers over the new connection.
	await until(page, `${answered} > ${turns}`);
	await picture(page, 'media-killed');
	expect(mediaPids(await world.runtime.client.stats())).not.toEqual(mediaPids(before));
	expect((await fetch(`${world.n8n.url}/healthz`)).status).toBe(200);
});

test('page reloaded in mid-call: it is back in the same conversation, with what was said', async () => {
	const [call, lines] = [await page.evaluate<string>(session), Number(await page.evaluate(shown))];
	await page.reload();
	await until(page, `${resumes} > 0`);
	expect(await page.evaluate(session)).toBe(call);
	await until(page, `${shown} >= ${lines}`);
	expect((await world.runtime.client.health()).sessions).toBe(1);
	await page.getByTestId('call').click();
	await page.getByTestId('ending').waitFor();
});
