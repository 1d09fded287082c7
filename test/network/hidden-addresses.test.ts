// Guards against a browser that is not reached because it hides its addresses behind names that only its own network resolves (mDNS).
import type { Browser } from 'playwright-core';
import { runMedia } from '../media/children';
import { EchoAgent, SECRET } from '../media/echo-agent';
import { launch } from '../page/browser';
import { type HiddenCall, hiddenCall } from './hidden-call';

const media = runMedia();
const agent = new EchoAgent(media);
let browser: Browser | undefined;

afterAll(async () => {
	await browser?.close();
	agent.stop();
	await media.stop();
});

test('Chromium without a microphone, whose candidates are all .local names', async () => {
	const url = await agent.start();
	browser = await launch();
	const page = await (await browser.newContext()).newPage();
	await page.goto(url);
	const { offered, heard } = await page.evaluate<HiddenCall>(hiddenCall(SECRET, `
		const context = new AudioContext();
		const sound = context.createMediaStreamDestination();
		const tone = context.createOscillator();
		tone.connect(sound);
		tone.start();
		pc.addTrack(sound.stream.getAudioTracks()[0], sound.stream);`));
	expect(offered.length).toBeGreaterThan(0);
	for (const address of offered) expect(address).toMatch(/\.local$/);
	expect(heard).toBe('session.started');
});
