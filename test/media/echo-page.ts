import type { Page } from 'playwright-core';

/**
 * The smallest page that can call: it offers, sends the microphone as it is, and keeps what it hears. Without echo
 * cancellation and noise suppression, or the sound could not be compared with what was put into the microphone.
 */
export async function callFrom(page: Page, url: string, secret: string): Promise<void> {
	await page.evaluate(`(async () => {
		const context = new AudioContext({ sampleRate: 16000 });
		const worklet = 'registerProcessor("keep", class extends AudioWorkletProcessor {' +
			'process([input]) { if (input[0]) this.port.postMessage(input[0].slice()); return true; } });';
		await context.audioWorklet.addModule('data:text/javascript,' + encodeURIComponent(worklet));
		const keep = new AudioWorkletNode(context, 'keep');
		const call = (window.call = { heard: [], events: [] });
		keep.port.onmessage = ({ data }) => call.heard.push(...data);
		const microphone = await navigator.mediaDevices.getUserMedia({
			audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 },
		});
		const pc = (call.pc = new RTCPeerConnection());
		pc.ontrack = ({ streams, track }) => {
			const stream = streams[0] ?? new MediaStream([track]);
			// Chromium only decodes a remote stream that an element plays.
			const element = new Audio();
			element.srcObject = stream;
			void element.play();
			context.createMediaStreamSource(stream).connect(keep);
		};
		for (const track of microphone.getTracks()) pc.addTrack(track, microphone);
		const channel = pc.createDataChannel('events');
		channel.onmessage = ({ data }) => call.events.push(JSON.parse(data));
		await pc.setLocalDescription(await pc.createOffer());
		const response = await fetch(${JSON.stringify(url)}, {
			method: 'POST',
			headers: { 'content-type': 'application/json', authorization: 'Bearer ' + ${JSON.stringify(secret)} },
			body: JSON.stringify({ type: 'offer', sdp: pc.localDescription.sdp }),
		});
		if (response.status !== 201) throw new Error(await response.text());
		const { sdp } = await response.json();
		await pc.setRemoteDescription({ type: 'answer', sdp });
	})()`);
}

/** What the page has heard so far, 16 kHz. */
export async function heardBy(page: Page): Promise<Int16Array> {
	return Int16Array.from(await page.evaluate<number[]>('call.heard.map((sample) => Math.round(sample * 32767))'));
}

/** Looks again until the page has been told so many events of this kind; the test's own limit ends it. */
export async function untilEvents(page: Page, type: string, count: number): Promise<void> {
	const looked = `call.events.filter((event) => event.type === '${type}').length`;
	while ((await page.evaluate<number>(looked)) < count) await page.evaluate('new Promise((done) => setTimeout(done, 50))');
}
