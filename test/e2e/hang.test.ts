// Guards against a process that hangs without dying: a caller who hears nothing for minutes, health that lies.
import type { Page } from 'playwright-core';
import { speech } from '../media/speech';
import { events, record, recorded, until, untilEvent } from './browser-caller';
import { answered, endlessModel } from './endless-model';
import { SpeakingCaller } from './speaking-caller';
import type { World } from './world';

let caller: SpeakingCaller;
let world: World;
let page: Page;

beforeAll(async () => {
	const script = [
		{ atMs: 8_000, pcm: speech('what can you do') },
		...Array.from({ length: 9 }, (_, time) => ({ atMs: 50_000 + time * 20_000, pcm: speech('thank you') })),
	];
	caller = await SpeakingCaller.call(script, { totalMs: 240_000, prepare: endlessModel });
	({ world, page } = caller);
}, 300_000);

afterAll(async () => await caller?.end());

/** The loudest sample. */
function peak(pcm: Int16Array): number {
	return pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}

test('inference stopped in mid-answer: it is told as silent, the caller hears the apology within 15 s, and the call goes on', async () => {
	await untilEvent(page, 'reply.partial', 4);
	const { client } = world.runtime;
	const before = await client.stats();
	const stopped = before.inference.pid;
	process.kill(stopped, 'SIGSTOP');
	const at = Date.now();
	while ((await client.health()).inference !== 'silent') await new Promise((resolve) => setTimeout(resolve, 100));
	expect(await client.health()).toMatchObject({ ok: true, ready: false, media: 'ready' });
	// Nobody waits for figures.
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
