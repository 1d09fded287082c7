import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { type PeerEvent, type PeerInput, type PeerProtocol, peerProtocol } from '../../runtime/cli/call/peer-protocol';
import { type RpcCall, RpcClient } from '../../runtime/rpc/client';
import { type MediaEvent, type MediaInput, type MediaProtocol, mediaProtocol } from '../../runtime/rpc/media-protocol';
import { pipeToChild } from '../../runtime/rpc/pipes';
import type { Protocol } from '../../runtime/rpc/protocol';

const dist = path.resolve(__dirname, '..', '..', 'dist', 'runtime');

/** A compiled process of ours and the asking end of its protocol. */
export interface Running<P extends Protocol> {
	readonly child: ChildProcess;
	readonly client: RpcClient<P>;
	stop(): Promise<void>;
}

function run<P extends Protocol>(entry: string, protocol: P): Running<P> {
	const child = fork(path.join(dist, entry), [], { execArgv: ['--enable-source-maps'] });
	const client = new RpcClient(protocol, pipeToChild(child), 'VOICE_ERR_MEDIA_LOST');
	return {
		child,
		client,
		stop: async () => {
			if (child.exitCode !== null || child.signalCode !== null) return;
			const gone = once(child, 'exit');
			child.disconnect();
			await gone;
		},
	};
}

export function runMedia(): Running<MediaProtocol> {
	return run('media/main.js', mediaProtocol);
}
export function runPeers(): Running<PeerProtocol> {
	return run('cli/call/peer-process.js', peerProtocol);
}

/** Remembers what came and lets a test wait for more. */
export class Inbox<E extends { readonly type: string }> {
	readonly all: E[] = [];
	private watchers: Array<() => void> = [];

	receive(event: E): void {
		this.all.push(event);
		for (const look of this.watchers.splice(0)) look();
	}

	of<T extends E['type']>(type: T): Array<Extract<E, { type: T }>> {
		return this.all.filter((event): event is Extract<E, { type: T }> => event.type === type);
	}

	/** The `count`th event of a type, now or when it comes. */
	async next<T extends E['type']>(type: T, count = 1): Promise<Extract<E, { type: T }>> {
		for (;;) {
			const found = this.of(type)[count - 1];
			if (found) return found;
			await new Promise<void>((resolve) => this.watchers.push(resolve));
		}
	}

	async until(holds: () => boolean): Promise<void> {
		while (!holds()) await new Promise<void>((resolve) => this.watchers.push(resolve));
	}
}

/** A caller and its media session, connected. */
export interface Connection {
	readonly media: Inbox<MediaEvent>;
	readonly session: RpcCall<MediaInput, { reason: string }>;
	readonly client: Inbox<PeerEvent>;
	readonly peer: RpcCall<PeerInput, unknown>;
}

let sessions = 0;

/** `change` may spoil the offer on its way. */
export async function connect(
	media: Running<MediaProtocol>,
	peers: Running<PeerProtocol>,
	{ hear = true, change = (offer: string): string => offer } = {},
): Promise<Connection> {
	const client = new Inbox<PeerEvent>();
	const peer = peers.client.call('peer', { hear }, (event) => client.receive(event));
	peer.result.catch(() => undefined);
	const { sdp } = await client.next('offer');
	const inbox = new Inbox<MediaEvent>();
	const params = { sessionId: `s_${sessions++}`, offer: change(sdp), flushSilenceMs: 200 };
	const session = media.client.call('session', params, (event) => inbox.receive(event));
	session.result.catch(() => undefined);
	const refused = session.result.then(() => undefined);
	const answer = await Promise.race([inbox.next('answer'), refused]);
	if (!answer) throw new Error('media ended without an answer');
	peer.send({ type: 'answer', sdp: answer.answer });
	await inbox.next('channelOpen');
	await inbox.until(() => inbox.of('connection').at(-1)?.state === 'connected');
	return { media: inbox, session, client, peer };
}
