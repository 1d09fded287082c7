// Guards against: a Firefox that is not reached because it hides its addresses behind names of its own network (mDNS).
import { runMedia } from '../media/children';
import { EchoAgent, SECRET } from '../media/echo-agent';
import { Firefox } from '../page/firefox';
import { testWith } from './programs';

const closed: Array<() => unknown> = [];
afterEach(async () => {
	for (const close of closed.splice(0).reverse()) await close();
});

testWith('firefox-esr')('Firefox without a microphone, whose candidates are all .local names', async () => {
	const media = runMedia();
	closed.push(async () => await media.stop());
	const agent = new EchoAgent(media);
	closed.push(() => agent.stop());
	const url = await agent.start();
	// To who may use the microphone, Firefox tells its addresses.
	const firefox = await Firefox.launch({ preferences: { 'permissions.default.microphone': 0 } });
	closed.push(async () => await firefox.close());
	const tab = await firefox.open(url);
	const { offered, heard } = await tab.evaluate<{ offered: string[]; heard: string }>(`(async () => {
		const pc = new RTCPeerConnection();
		pc.addTransceiver('audio');
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
	for (const name of offered) expect(name).toMatch(/\.local$/);
	expect(heard).toBe('session.started');
}, 60_000);
