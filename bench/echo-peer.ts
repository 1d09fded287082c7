import { mediaProtocol, type MediaEvent, type MediaInput } from '../runtime/rpc/media-protocol';
import { pipeToParent } from '../runtime/rpc/pipes';
import { type CallContext, serve } from '../runtime/rpc/server';
import { gatheredDescription } from '../runtime/media/peer/peer';
import { wrtc } from '../runtime/media/peer/wrtc';
import { BusyMeter } from '../runtime/lib/process-load';
import { rebuildOffer } from '../runtime/media/sdp/rebuild-offer';

/**
 * The least that any WebRTC voice server on wrtc does: decode what comes in and send it back. Forked in place of
 * runtime/media/main.js, it answers the same calls, so a bench can put both through the same load.
 */
const pipe = pipeToParent();
pipe.onClose(() => process.exit(0));
const load = new BusyMeter();
let sessions = 0;

async function echo(offer: string, { emit, onInput }: CallContext<MediaInput, MediaEvent>): Promise<void> {
	const pc = new wrtc.RTCPeerConnection({ iceServers: [] });
	const source = new wrtc.nonstandard.RTCAudioSource();
	const track = source.createTrack();
	let stop: () => void = () => undefined;
	pc.ontrack = ({ track: incoming }) => {
		const sink = new wrtc.nonstandard.RTCAudioSink(incoming);
		sink.ondata = ({ samples, sampleRate }) => source.onData({ samples, sampleRate });
		stop = () => {
			sink.ondata = null;
			sink.stop();
		};
	};
	await pc.setRemoteDescription({ type: 'offer', sdp: rebuildOffer(offer) });
	pc.addTrack(track);
	await pc.setLocalDescription(await pc.createAnswer());
	emit({ type: 'answer', id: '', answer: await gatheredDescription(pc) });
	await new Promise<void>((resolve) => {
		onInput((input) => {
			if (input.type === 'close') resolve();
		});
	});
	stop();
	track.stop();
	pc.close();
}

serve(mediaProtocol, pipe, {
	session: async ({ offer }, context) => {
		sessions++;
		try {
			await echo(offer, context);
			return { reason: 'closed' };
		} finally {
			sessions--;
		}
	},
	ping: () => Promise.resolve({ stuckMs: 0 }),
	stats: () => Promise.resolve({ sessions, ...load.read() }),
});
