import { LISTEN_RATE } from '../../audio/pcm';
import { monotonicClock } from '../../lib/clock';
import { pipeToParent } from '../../rpc/pipes';
import { type CallContext, serve } from '../../rpc/server';
import { BusyMeter } from '../../lib/process-load';
import { Resampler } from '../../audio/resampler';
import { CallerPeer } from './caller-peer';
import { Microphone } from './microphone';
import { type CallerNetwork, type PeerEvent, type PeerInput, peerProtocol } from './peer-protocol';

/** Forked: callers for those that cannot load wrtc themselves. */
const pipe = pipeToParent();
// By force: wrtc's threads do not survive a natural end.
pipe.onClose(() => process.exit(0));
const load = new BusyMeter();

async function call(hear: boolean, network: CallerNetwork, { emit, onInput, signal }: CallContext<PeerInput, PeerEvent>): Promise<void> {
	const microphone = new Microphone();
	let resampler = new Resampler(LISTEN_RATE, LISTEN_RATE);
	const peer = new CallerPeer(
		network,
		monotonicClock,
		microphone,
		{
			hear: (frame, at) => {
				if (!hear) return;
				if (frame.sampleRate !== resampler.from) resampler = new Resampler(frame.sampleRate, LISTEN_RATE);
				emit({ type: 'heard', at, pcm: resampler.push(frame.samples) });
			},
		},
		{
			onEvent: (event) => emit({ type: 'event', json: JSON.stringify(event) }),
			onState: (state) => emit({ type: 'state', state }),
			onChannelClosed: () => emit({ type: 'channelClosed' }),
		},
	);
	try {
		await new Promise<void>((resolve, reject) => {
			const offer = (iceRestart: boolean): void => {
				peer.offer({ iceRestart }).then((sdp) => emit({ type: 'offer', sdp }), reject);
			};
			signal.addEventListener('abort', () => resolve(), { once: true });
			onInput((input) => {
				if (input.type === 'answer') peer.accept(input.sdp).catch(reject);
				else if (input.type === 'restartIce') offer(true);
				else if (input.type === 'say') {
					void microphone.say(input.pcm).then(({ from, to }) => emit({ type: 'spoken', id: input.id, from, to }));
				} else if (input.type === 'request') peer.sendText(input.json);
				else resolve();
			});
			offer(false);
		});
	} finally {
		peer.close();
	}
}

serve(peerProtocol, pipe, {
	peer: async ({ hear, network }, context) => {
		await call(hear, network, context);
		return {};
	},
	stats: () => Promise.resolve(load.read()),
});
