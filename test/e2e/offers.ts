import { Inbox, runPeers } from '../media/children';
import type { PeerEvent } from '../../runtime/cli/call/peer-protocol';

/** Real offers from real peers, made in a process of their own. */
export function startPeers(): { offer(): Promise<string>; stop(): Promise<void> } {
	const peers = runPeers();
	return {
		offer: async () => {
			const events = new Inbox<PeerEvent>();
			const call = peers.client.call('peer', { hear: false }, (event) => events.receive(event));
			call.result.catch(() => undefined);
			return (await events.next('offer')).sdp;
		},
		stop: async () => await peers.stop(),
	};
}
