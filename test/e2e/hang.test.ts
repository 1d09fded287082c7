// Guards against a process that hangs without dying: a caller who hears nothing for minutes, calls let in that nobody can answer, health that lies.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { writeScriptedGguf } from '../../runtime/inference/fixtures/scripted-gguf.fixture';
import { speech } from '../media/speech';
import { leave, visit } from '../page/browser';
import { events, launchSpeaking, logIn, record, recorded, until, untilEvent } from './browser-caller';
import { type World, changeNode, modelAt, startWorld } from './world';

let folder: string;
let world: World;
let browser: Browser;
let page: Page;

const answered = `window.voiceLoop.events.filter((event) => event.type === 'reply.heard' && event.turnId && event.text === 'You are welcome.').length`;

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-hang-'));
	const model = path.join(folder, 'endless.gguf');
	writeScriptedGguf(model, [{ when: 'thank', say: 'You are welcome.' }, { say: 'And so on and so on. ', endless: true }], { idleLayers: 6 });
	world = await startWorld();
	await changeNode(world, 'Llama Chat', modelAt(model));
	const script = [
		{ atMs: 8_000, pcm: speech('what can you do') },
		...Array.from({ length: 9 }, (_, time) => ({ atMs: 50_000 + time * 20_000, pcm: speech('thank you') })),
	];
	browser = await launchSpeaking(folder, script, 240_000);
	page = await visit(browser, { url: 'about:blank' });
	await logIn(page, world);
	await page.goto(world.pageUrl);
	await page.getByTestId('call').click();
}, 300_000);

afterAll(async () => {
	if (page) await leave(page);
	await browser?.close();
	await world?.end();
	await rm(folder, { recursive: true, force: true });
});

/** The loudest sample. */
function peak(pcm: Int16Array): number {
	return pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

test('inference stopped in mid-answer: it is told as silent, no call is let in, the caller hears the apology within 15 s, and the call goes on', async () => {
	await untilEvent(page, 'reply.partial', 4);
	const { client } = world.runtime;
	const before = await client.stats();
	const stopped = before.inference.pid;
	process.kill(stopped, 'SIGSTOP');
	const at = Date.now();
	while ((await client.health()).inference !== 'silent') await new Promise((resolve) => setTimeout(resolve, 100));
	expect(await client.health()).toMatchObject({ ok: true, ready: false, media: 'ready' });
	// Nobody waits for figures, and nobody is let in.
	const asked = Date.now();
	expect((await client.stats()).inference).toMatchObject({ state: 'silent', pid: stopped });
	expect(Date.now() - asked).toBeLessThan(2000);
	await untilEvent(page, 'error');
	expect(Date.now() - at).toBeLessThan(15_000);
	// What it had said before is long over: this is the apology, by a voice whose process is gone.
	await record(page);
	await new Promise((resolve) => setTimeout(resolve, 2500));
	expect(peak(await recorded(page))).toBeGreaterThan(1000);
	expect((await events(page)).find(({ type }) => type === 'error')).toMatchObject({ error: { code: 'VOICE_ERR_INFERENCE_LOST' } });
	await until(page, `${answered} > 0`);
	const after = await client.stats();
	expect(after.inference.pid).not.toBe(stopped);
	expect((await client.health()).ready).toBe(true);
	expect(() => process.kill(stopped, 0)).toThrow('ESRCH');
});
