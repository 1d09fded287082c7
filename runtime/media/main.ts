import { monotonicClock } from '../lib/clock';
import { startLog } from '../lib/log';
import { VoiceError } from '../contract/errors';
import { mediaProtocol } from '../rpc/media-protocol';
import { pipeToParent } from '../rpc/pipes';
import { serve } from '../rpc/server';
import { Pacer } from './audio-out/pacer';
import { BusyMeter } from '../lib/process-load';
import { MediaSession } from './media-session';
import { rebuildOffer } from './sdp/rebuild-offer';
import { vadModelFile, Silero } from './vad/silero';

/** The gateway spreads calls and refuses earlier; this only keeps one process from taking what it cannot carry. */
const MAX_SESSIONS = 64;

startLog('media');

const pipe = pipeToParent();
// By force: wrtc's threads do not survive a natural end.
pipe.onClose(() => process.exit(0));

const load = new BusyMeter();
const pacer = new Pacer(monotonicClock);
const silero = Promise.resolve().then(async () => await Silero.load(vadModelFile()));
// A failed load fails every session with its own error.
silero.catch(() => undefined);
let sessions = 0;

serve(mediaProtocol, pipe, {
	session: async (params, context) => {
		if (sessions >= MAX_SESSIONS) {
			throw new VoiceError('VOICE_ERR_BUSY', `This audio process already carries ${MAX_SESSIONS} calls.`);
		}
		// Refused before anything native is made for it: a peer connection leaves a little behind, and strangers may send many.
		rebuildOffer(params.offer);
		sessions++;
		try {
			const vad = await silero;
			return await new MediaSession({ clock: monotonicClock, pacer, vad }, params, context).run();
		} finally {
			sessions--;
		}
	},
	ping: () => Promise.resolve({ stuckMs: 0 }),
	stats: () => Promise.resolve({ sessions, ...load.read() }),
});
