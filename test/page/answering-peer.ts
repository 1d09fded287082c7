/**
 * The other end of a call, in a process of its own as wrtc must be: answers one page, sends it a tone and
 * the events it is told to, and says what it hears.
 */
import { type DataChannel, wrtc } from '../../runtime/media/peer/wrtc';
import type { PeerOrder, PeerReport } from './peer-messages';

const RATE = 48_000;
const FRAME = RATE / 100;
/** As many frames as one report of loudness sums up: 200 ms. */
const REPORT_FRAMES = 20;

function tell(report: PeerReport): void {
	void process.send?.(report);
}
const pc = new wrtc.RTCPeerConnection({ iceServers: [] });
const source = new wrtc.nonstandard.RTCAudioSource();
pc.addTrack(source.createTrack());

let toneHz = 0;
let sent = 0;
const startedAt = performance.now();
setInterval(() => {
	const due = Math.floor((performance.now() - startedAt) / 10);
	for (; sent < due; sent++) {
		const samples = Int16Array.from({ length: FRAME }, (_, index) => {
			const t = (sent * FRAME + index) / RATE;
			return toneHz ? Math.sin(2 * Math.PI * toneHz * t) * 9000 * (0.6 + 0.4 * Math.sin(t * 9)) : 0;
		});
		source.onData({ samples, sampleRate: RATE });
	}
}, 10);

pc.ontrack = ({ track }) => {
	let energy = 0;
	let frames = 0;
	new wrtc.nonstandard.RTCAudioSink(track).ondata = ({ samples }) => {
		for (const sample of samples) energy += (sample / 32768) ** 2 / samples.length;
		if (++frames < REPORT_FRAMES) return;
		tell({ type: 'loudness', rms: Math.sqrt(energy / frames) });
		energy = 0;
		frames = 0;
	};
};

let channel: DataChannel | undefined;
pc.ondatachannel = ({ channel: offered }) => {
	channel = offered;
	offered.onmessage = ({ data }) => tell({ type: 'request', json: String(data) });
	const open = (): void => tell({ type: 'open', label: offered.label });
	if (offered.readyState === 'open') open();
	else offered.onopen = open;
};
pc.onconnectionstatechange = () => tell({ type: 'connection', state: pc.connectionState });

async function answer(offer: string): Promise<string> {
	await pc.setRemoteDescription({ type: 'offer', sdp: offer });
	await pc.setLocalDescription(await pc.createAnswer());
	while (pc.iceGatheringState !== 'complete') await new Promise((resolve) => setTimeout(resolve, 5));
	return pc.localDescription?.sdp ?? '';
}

process.on('message', (order: PeerOrder) => {
	if (order.type === 'offer') void answer(order.sdp).then((sdp) => tell({ type: 'answer', sdp }));
	if (order.type === 'event') channel?.send(order.json);
	if (order.type === 'tone') toneHz = order.hz;
});
process.on('disconnect', () => process.exit());
