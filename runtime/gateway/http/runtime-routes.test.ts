// Guards against: health that lies, figures of the wrong process, and a page with an agent's name that runs as a script.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { HttpDoor } from './http-door.fixture';
import { Page } from './page';

let door: HttpDoor;
beforeEach(async () => {
	door = await HttpDoor.open();
});
afterEach(async () => await door.close());

const get = async (url: string) => await door.askWithKey('GET', url);

it('health says how many calls there are and how the processes are', async () => {
	door.calls.size = 3;
	Object.assign(door.media, { state: 'starting' });
	const response = await get('/v1/health');
	expect(response.status).toBe(200);
	expect(response.json()).toEqual({ ok: true, ready: true, version: '1.2.3', sessions: 3, media: 'starting', inference: 'ready' });
	expect((await get('/v1/ready')).status).toBe(200);
});

it.each([
	['inference', 'VOICE_ERR_INFERENCE_LOST'],
	['media', 'VOICE_ERR_MEDIA_LOST'],
] as const)('while %s is silent the gateway is healthy and not ready', async (which, code) => {
	Object.assign(door[which], { state: 'silent', ready: false, trouble: 'The process does not answer.' });
	const response = await get('/v1/health');
	expect(response.status).toBe(200);
	expect(response.json()).toMatchObject({ ok: true, ready: false, [which]: 'silent' });
	const ready = await get('/v1/ready');
	expect(ready.status).toBe(503);
	expect(ready.json()).toMatchObject({ error: { code, message: 'The process does not answer.' } });
});

it('stats are those of each process, with its id', async () => {
	const media = { sessions: 1, loopDelayMs: 2, rssBytes: 3, cpuMs: 4, pid: 5, state: 'ready' };
	const work = { running: 0, done: 0, cancelled: 0, failed: 0 };
	door.media.stats.mockResolvedValue([media]);
	door.whenAsked = (call) => call.resolve({ rssBytes: 6, cpuMs: 7, chats: work, speaks: work, listens: work, tokens: 8, steps: {}, rounds: 9 });
	const stats = (await get('/v1/stats')).json();
	expect(stats).toMatchObject({ gateway: { pid: process.pid }, media: [media], inference: { pid: 4711, tokens: 8 } });
	expect(door.asked.map(({ op }) => op)).toEqual(['stats']);
	// From now on it does not answer: the last figures stand, and its state says so.
	Object.assign(door.inference, { state: 'silent' });
	door.whenAsked = () => undefined;
	expect((await get('/v1/stats')).json()).toMatchObject({ inference: { state: 'silent', pid: 4711, tokens: 8 } });
});

it('stats do not wait for a process that has just stopped answering', async () => {
	door.media.stats.mockResolvedValue([]);
	const began = performance.now();
	expect((await get('/v1/stats')).json()).toMatchObject({ inference: { state: 'ready', tokens: 0 } });
	expect(performance.now() - began).toBeLessThan(3000);
});

it('the page is for this agent and these callers', async () => {
	door.page.render.mockResolvedValue('<html>');
	const response = await get('/v1/page?agent=Ada&callers=secret');
	expect(response.headers['content-type']).toBe('text/html; charset=utf-8');
	expect(response.body.toString()).toBe('<html>');
	await get('/v1/page');
	const connect = 'wss://voice.example';
	expect(door.page.render.mock.calls).toEqual([[{ agent: 'Ada', callers: 'secret', connect }], [{ agent: 'Voice agent', callers: 'n8nUsers', connect }]]);
});

it.each([`agent=${'x'.repeat(121)}`, 'callers=everybody', 'agent=a&agent=b'])('a page for %s is refused', async (query) => {
	const response = await get(`/v1/page?${query}`);
	expect(response.status).toBe(400);
	expect(response.json()).toMatchObject({ error: { code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringMatching(/^(agent|callers): /) } });
	expect(door.page.render).not.toHaveBeenCalled();
});

describe('the page', () => {
	let folder: string;
	beforeAll(async () => {
		folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-page-'));
		await mkdir(path.join(folder, 'page'));
		await writeFile(path.join(folder, 'page', 'page.html'), '<title>%AGENT_NAME%</title><h1 data-callers="%CALLERS%">%AGENT_NAME%</h1>');
	});
	afterAll(async () => await rm(folder, { recursive: true, force: true }));

	it.each([
		['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
		['"&\'', '&quot;&amp;&#39;'],
		['$& $1 $`', '$&amp; $1 $`'],
		['%CALLERS%', '%CALLERS%'],
	])('the name %s is shown as it is', async (agent, shown) => {
		const html = await new Page(folder).render({ agent, callers: 'anyone', connect: '' });
		expect(html).toBe(`<title>${shown}</title><h1 data-callers="anyone">${shown}</h1>`);
	});

	it('is read once', async () => {
		const page = new Page(folder);
		await page.render({ agent: 'Ada', callers: 'anyone', connect: '' });
		await rm(folder, { recursive: true });
		await expect(page.render({ agent: 'Bob', callers: 'secret', connect: '' })).resolves.toContain('<title>Bob</title>');
	});
});

it('the servers for one call, as the trigger wants them', async () => {
	const configuration = { iceServers: [{ urls: ['turn:t.example.com'], username: 'n', credential: 'p' }], iceTransportPolicy: 'relay', lifetimeSeconds: 600 };
	door.turnServers.configuration.mockReturnValue(configuration);
	expect((await get('/v1/ice-servers?relayOnly=true')).json()).toEqual(configuration);
	expect((await get('/v1/ice-servers')).status).toBe(200);
	expect(door.turnServers.configuration.mock.calls).toEqual([[true], [false]]);
	expect((await door.ask({ method: 'GET', url: '/v1/ice-servers' })).status).toBe(401);
});
