// Guards against a media process that talks to our own caller only, and not to a real browser.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { encodeWav } from '../../runtime/audio/wav';
import { launch } from '../page/browser';
import { runMedia } from './children';
import { EchoAgent, SECRET } from './echo-agent';
import { callFrom, heardBy, untilEvents } from './echo-page';
import { ALIKE, likeness, median, speech } from './speech';

const media = runMedia();
const agent = new EchoAgent(media);
/** The fake microphone loops: the speech, then time to be answered. */
const said = speech('I would like to see the doctor on Wednesday at eleven.', 'en-gb');
const PAUSE = 16_000 * 5;
let url = '';
let folder = '';
let browser: Browser;

beforeAll(async () => {
	url = await agent.start();
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-browser-'));
	const file = path.join(folder, 'microphone.wav');
	await writeFile(file, encodeWav([new Int16Array(8000), said, new Int16Array(PAUSE)], 16_000));
	browser = await launch(`--use-file-for-fake-audio-capture=${file}`);
});
afterAll(async () => {
	await browser.close();
	agent.stop();
	await media.stop();
	await rm(folder, { recursive: true, force: true });
});

it('Chromium hears its own words back, and media has heard them as they were', async () => {
	const page = await (await browser.newContext({ permissions: ['microphone'] })).newPage();
	await page.goto(url);
	await callFrom(page, url, SECRET);
	// The first round may have begun before the call did.
	await untilEvents(page, 'turn.finished', 2);
	const atMedia = likeness(said, agent.lastHeard);
	expect(atMedia.length).toBeGreaterThan(4);
	expect(median(atMedia)).toBeGreaterThan(ALIKE);
	// The last ten seconds: the second reply is in them.
	const atPage = likeness(agent.lastHeard, (await heardBy(page)).subarray(-160_000));
	expect(atPage.length).toBeGreaterThan(4);
	expect(median(atPage)).toBeGreaterThan(ALIKE);
	// A page that closes its connection as it goes is noticed at once, without a DELETE.
	await page.evaluate('call.pc.close()');
	const reason = await agent.lastEnd();
	expect(reason).toMatch(/hung up/);
	expect((await media.client.call('stats', {}).result).sessions).toBe(0);
});
