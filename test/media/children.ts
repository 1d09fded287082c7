import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { z } from 'zod';
import { type callerNetwork, type PeerEvent, type PeerInput, type PeerProtocol, peerProtocol } from '../../runtime/cli/call/peer-protocol';
import type { SendMemory } from '../../runtime/contract/link';
import { packageRoot } from '../../runtime/lib/package-root';
import { type RpcCall, RpcClient } from '../../runtime/rpc/client';
import { type linkNetwork, type MediaEvent, type MediaInput, type MediaProtocol, mediaProtocol } from '../../runtime/rpc/media-protocol';
import { pipeToChild } from '../../runtime/rpc/pipes';
import type { Protocol } from '../../runtime/rpc/protocol';

const dist = path.join(packageRoot(), 'dist', 'runtime');

/** A compiled process of ours and the asking end of its protocol. */
export interface Running<P extends Protocol> {
	readonly child: ChildProcess;
	readonly client: RpcClient<P>;
	stop(): Promise<void>;
}

/** @param namespace the network namespace that it runs in; '' for this process's own */
function run<P extends Protocol>(entry: string, protocol: P, namespace: string): Running<P> {
	const elsewhere = { execPath: 'ip', execArgv: ['netns', 'exec', namespace, process.execPath, '--enable-source-maps'] };
	const child = fork(path.join(dist, entry), [], namespace === '' ? { execArgv: ['--enable-source-maps'] } : elsewhere);
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

export function runMedia(namespace = ''): Running<MediaProtocol> {
	return run('media/main.js', mediaProtocol, namespace);
}
export function runPeers(namespace = ''): Running<PeerProtocol> {
	return run('cli/call/peer-process.js', peerProtocol, namespace);
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
	/** As the caller was given it. */
	readonly answer: string;
}

export interface ConnectOptions {
	readonly hear?: boolean;
	/** May spoil the offer on its way. */
	readonly change?: (offer: string) => string;
	readonly changeAnswer?: (answer: string) => string;
	/** Of the media process. */
	readonly network?: z.input<typeof linkNetwork>;
	readonly callerNetwork?: z.input<typeof callerNetwork>;
	/** Of the caller's connection before. */
	readonly sending?: SendMemory;
}

let sessions = 0;

export async function connect(
	media: Running<MediaProtocol>,
	peers: Running<PeerProtocol>,
	{ hear = true, change = (offer) => offer, changeAnswer = (sdp) => sdp, network = {}, callerNetwork: ofCaller = {}, sending }: ConnectOptions = {},
): Promise<Connection> {
	const client = new Inbox<PeerEvent>();
	const peer = peers.client.call('peer', { hear, network: ofCaller }, (event) => client.receive(event));
	peer.result.catch(() => undefined);
	const { sdp } = await client.next('offer');
	const inbox = new Inbox<MediaEvent>();
	const params = { sessionId: `s_${sessions++}`, offer: change(sdp), flushSilenceMs: 200, network, sending };
	const session = media.client.call('session', params, (event) => inbox.receive(event));
	session.result.catch(() => undefined);
	const refused = session.result.then(() => undefined);
	const answer = await Promise.race([inbox.next('answer'), refused]);
	if (!answer) throw new Error('media ended without an answer');
	const shown = changeAnswer(answer.answer);
	peer.send({ type: 'answer', sdp: shown });
	await inbox.next('channelOpen');
	await inbox.until(() => inbox.of('connection').at(-1)?.state === 'connected');
	return { media: inbox, session, client, peer, answer: shown };
}
