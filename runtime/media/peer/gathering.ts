import type { PeerConnection } from './wrtc';

/** Without STUN gathering takes some 10 ms; the limit is for a machine that has no time. */
const GATHERING_LIMIT = 1500;

/** The local description with all candidates, or with those that were found within the limit. */
export async function gatheredDescription(pc: PeerConnection): Promise<string> {
	if (pc.iceGatheringState !== 'complete') {
		await new Promise<void>((resolve) => {
			const limit = setTimeout(resolve, GATHERING_LIMIT);
			pc.onicegatheringstatechange = () => {
				// The event comes before the property changes at times: look again a tick later.
				setImmediate(() => {
					if (pc.iceGatheringState !== 'complete') return;
					clearTimeout(limit);
					resolve();
				});
			};
		});
		pc.onicegatheringstatechange = null;
	}
	return pc.localDescription?.sdp ?? '';
}
