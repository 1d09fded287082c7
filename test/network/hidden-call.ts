export interface HiddenCall {
	/** The addresses of the caller's candidates. */
	readonly offered: string[];
	/** The first thing that the runtime told. */
	readonly heard: string;
}

/** JavaScript for a browser that tells nobody its addresses: calls the page's own agent. `addSound` gives the connection `pc` a sound. */
export function hiddenCall(secret: string, addSound: string): string {
	return `(async () => {
		const pc = new RTCPeerConnection();
		${addSound}
		const channel = pc.createDataChannel('events');
		const started = new Promise((resolve) => (channel.onmessage = ({ data }) => resolve(JSON.parse(data).type)));
		const gathered = new Promise((resolve) => (pc.onicegatheringstatechange = () => pc.iceGatheringState === 'complete' && resolve()));
		await pc.setLocalDescription(await pc.createOffer());
		await gathered;
		const { sdp } = pc.localDescription;
		const response = await fetch(location.href, {
			method: 'POST',
			headers: { 'content-type': 'application/json', authorization: ${JSON.stringify(`Bearer ${secret}`)} },
			body: JSON.stringify({ type: 'offer', sdp }),
		});
		await pc.setRemoteDescription({ type: 'answer', sdp: (await response.json()).sdp });
		return { offered: sdp.match(/candidate:.*/g).map((line) => line.split(' ')[4]), heard: await started };
	})()`;
}
