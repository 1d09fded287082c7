import { type PeerEvent, type PeerInput, type PeerProtocol, peerProtocol } from '../runtime/cli/call/peer-protocol';
import type { RpcCall } from '../runtime/rpc/client';
import { type MediaInput, type MediaProtocol, mediaProtocol } from '../runtime/rpc/media-protocol';
import { type Forked, forked } from './forked';

/** What carries the calls: ours, or the least that any server on wrtc does. */
export type Server = 'media' | 'echo';

export function forkServer(server: Server): Forked<MediaProtocol> {
	return forked(server === 'media' ? 'dist/runtime/media/main.js' : 'bench/.output/dist/echo-peer.js', mediaProtocol, 'VOICE_ERR_MEDIA_LOST');
}

export function forkPeers(): Forked<PeerProtocol> {
	return forked('dist/runtime/cli/call/peer-process.js', peerProtocol, 'VOICE_ERR_MEDIA_LOST');
}

/** A caller connected to a server. */
export interface Line {
	readonly peer: RpcCall<PeerInput, unknown>;
	readonly session: RpcCall<MediaInput, unknown>;
	onHeard: (event: Extract<PeerEvent, { type: 'heard' }>) => void;
	onSpoken: (event: Extract<PeerEvent, { type: 'spoken' }>) => void;
}

/** Resolves when sound flows. */
export async function connect(server: Forked<MediaProtocol>, peers: Forked<PeerProtocol>, hear: boolean): Promise<Line> {
	return await new Promise((resolve, reject) => {
		let session: RpcCall<MediaInput, unknown> | undefined;
		const peer = peers.client.call('peer', { hear }, (event) => {
			if (event.type === 'offer') open(event.sdp);
			else if (event.type === 'state' && event.state === 'connected' && session) resolve(Object.assign(line, { session }));
			else if (event.type === 'heard') line.onHeard(event);
			else if (event.type === 'spoken') line.onSpoken(event);
		});
		const line = { peer, onHeard: () => undefined, onSpoken: () => undefined } as unknown as Line;
		const open = (offer: string): void => {
			const params = { sessionId: 's_bench', offer, flushSilenceMs: 200 };
			session = server.client.call('session', params, (event) => {
				if (event.type === 'answer') peer.send({ type: 'answer', sdp: event.answer });
			});
			session.result.catch(reject);
		};
		peer.result.catch(reject);
	});
}

export function hangUp({ peer, session }: Line): void {
	peer.send({ type: 'hangUp' });
	session.send({ type: 'close' });
}
