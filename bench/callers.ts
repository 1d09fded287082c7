import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { type PeerEvent, type PeerInput, type PeerProtocol, peerProtocol } from '../runtime/cli/call/peer-protocol';
import { type Call, Caller } from '../runtime/ipc/caller';
import { type MediaInput, type MediaProtocol, mediaProtocol } from '../runtime/ipc/media-protocol';
import { pipeToChild } from '../runtime/ipc/pipes';
import type { Protocol } from '../runtime/ipc/protocol';

export interface Forked<P extends Protocol> {
	readonly child: ChildProcess;
	readonly caller: Caller<P>;
	stop(): Promise<void>;
}

function forked<P extends Protocol>(entry: string, protocol: P): Forked<P> {
	const child = fork(path.join(__dirname, entry), [], { serialization: 'advanced' });
	const caller = new Caller(protocol, pipeToChild(child), 'VOICE_ERR_MEDIA_LOST');
	return {
		child,
		caller,
		stop: async () => {
			const gone = once(child, 'exit');
			if (child.connected) child.disconnect();
			await gone;
		},
	};
}

/** What carries the calls: ours, or the least that any server on wrtc does. */
export type Server = 'media' | 'echo';

export const forkServer = (server: Server): Forked<MediaProtocol> =>
	forked(server === 'media' ? '../runtime/media/main.js' : 'echo-peer.js', mediaProtocol);

export const forkPeers = (): Forked<PeerProtocol> => forked('../runtime/cli/call/peer-process.js', peerProtocol);

/** A caller connected to a server. */
export interface Line {
	readonly peer: Call<PeerInput, unknown>;
	readonly session: Call<MediaInput, unknown>;
	onHeard: (event: Extract<PeerEvent, { type: 'heard' }>) => void;
	onSpoken: (event: Extract<PeerEvent, { type: 'spoken' }>) => void;
}

/** Resolves when sound flows. */
export async function connect(server: Forked<MediaProtocol>, peers: Forked<PeerProtocol>, hear: boolean): Promise<Line> {
	return await new Promise((resolve, reject) => {
		let session: Call<MediaInput, unknown> | undefined;
		const peer = peers.caller.call('peer', { hear }, (event) => {
			if (event.type === 'offer') open(event.sdp);
			else if (event.type === 'state' && event.state === 'connected' && session) resolve(Object.assign(line, { session }));
			else if (event.type === 'heard') line.onHeard(event);
			else if (event.type === 'spoken') line.onSpoken(event);
		});
		const line = { peer, onHeard: () => undefined, onSpoken: () => undefined } as unknown as Line;
		const open = (offer: string): void => {
			const params = { sessionId: 's_bench', offer, flushSilenceMs: 200 };
			session = server.caller.call('session', params, (event) => {
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
