// Guards against a browser that is not reached because it hides its addresses behind names that only its own network resolves (mDNS).
import type { Browser } from 'playwright-core';
import { runMedia } from '../media/children';
import { EchoAgent, SECRET } from '../media/echo-agent';
import { launch } from '../page/browser';

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
	const { offered, heard } = await page.evaluate<{ offered: string[]; heard: string }>(`(async () => {
		const context = new AudioContext();
		const sound = context.createMediaStreamDestination();
		const tone = context.createOscillator();
		tone.connect(sound);
		tone.start();
		const pc = new RTCPeerConnection();
		pc.addTrack(sound.stream.getAudioTracks()[0], sound.stream);
		const channel = pc.createDataChannel('events');
		const started = new Promise((resolve) => (channel.onmessage = ({ data }) => resolve(JSON.parse(data).type)));
		const gathered = new Promise((resolve) => (pc.onicegatheringstatechange = () => pc.iceGatheringState === 'complete' && resolve()));
		await pc.setLocalDescription(await pc.createOffer());
		await gathered;
		const { sdp } = pc.localDescription;
		const response = await fetch(location.href, {
			method: 'POST',
			headers: { 'content-type': 'application/json', authorization: ${JSON.stringify(`Bearer ${SECRET}`)} },
			body: JSON.stringify({ type: 'offer', sdp }),
		});
		await pc.setRemoteDescription({ type: 'answer', sdp: (await response.json()).sdp });
		return { offered: sdp.match(/candidate:.*/g).map((line) => line.split(' ')[4]), heard: await started };
	})()`);
	expect(offered.length).toBeGreaterThan(0);
	for (const address of offered) expect(address).toMatch(/\.local$/);
	expect(heard).toBe('session.started');
});
