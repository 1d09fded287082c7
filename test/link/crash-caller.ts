import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type PeerInput, type PeerProtocol, peerProtocol } from '../../runtime/cli/call/peer-protocol';
import { VoiceRuntime } from '../../runtime/client/voice-runtime';
import { agentSettings } from '../../runtime/contract/agent-settings';
import type { OpenSessionAsk } from '../../runtime/contract/control';
import { type PageEvent, pageEvent } from '../../runtime/contract/page-events';
import { packageRoot } from '../../runtime/lib/package-root';
import { type RpcCall, RpcClient } from '../../runtime/rpc/client';
import { pipeToChild } from '../../runtime/rpc/pipes';
import { UdpProxy } from './udp-proxy';

const LOOK_EVERY_MS = 20;
const TRY_AGAIN_MS = 200;

/** Callers' ends of WebRTC, in a process of their own. */
export class Peers {
	private readonly child: ChildProcess = fork(path.join(packageRoot(), 'dist/runtime/cli/call/peer-process.js'), []);
	readonly client: RpcClient<PeerProtocol> = new RpcClient(peerProtocol, pipeToChild(this.child), 'VOICE_ERR_MEDIA_LOST');

	async stop(): Promise<void> {
		const gone = once(this.child, 'exit');
		this.child.disconnect();
		await gone;
	}
}

/** Waits for what is not told by an event; whoever waits has a time limit of their own. */
export async function until(holds: () => boolean): Promise<void> {
	while (!holds()) await sleep(LOOK_EVERY_MS);
}

/**
 * A caller who comes back by themselves, as the page does: they hold a request for what their call tells, besides the data channel, and
 * make another offer with the resume token when it breaks or says that the link is gone.
 */
export class CrashCaller {
	readonly events: PageEvent[] = [];
	sessionId = '';
	/** Times at which sound could flow, on performance.now(). */
	readonly connectedAt: number[] = [];
	/** Between both ends, of the connections that are made from now on. */
	network: UdpProxy | undefined;
	private link: RpcCall<PeerInput, unknown> | undefined;
	private resumeToken: string | undefined;
	private said = 0;
	private readonly over = new AbortController();
	private watching: Promise<void> = Promise.resolve();

	constructor(
		private readonly peers: Peers,
		private readonly runtime: VoiceRuntime,
		private readonly source: OpenSessionAsk['source'],
		private readonly agent: Record<string, unknown>,
	) {}

	async call(): Promise<this> {
		const after = await this.connect();
		await until(() => this.of('session.started').length > 0);
		this.watching = this.watch(after);
		return this;
	}

	of<T extends PageEvent['type']>(type: T): Array<Extract<PageEvent, { type: T }>> {
		return this.events.filter((event): event is Extract<PageEvent, { type: T }> => event.type === type);
	}

	get state(): string | undefined {
		return this.of('state').at(-1)?.state;
	}

	says(pcm: Int16Array): void {
		this.link?.send({ type: 'say', id: `said${this.said++}`, pcm });
	}

	/** The page is closed, or its network is gone: nobody comes back before comesBack(). */
	leaves(): void {
		this.away = true;
		this.link?.send({ type: 'hangUp' });
	}

	async comesBack(): Promise<void> {
		this.away = false;
		await until(() => this.of('session.started').at(-1)?.resumed === true);
	}

	/** From another address: nothing passes over the connection of before, and the runtime does not know that yet. */
	async moves(): Promise<void> {
		if (this.network) this.network.cut = 'both';
		this.network = undefined;
		await this.connect();
		await this.comesBack();
	}

	private away = false;

	async stop(): Promise<void> {
		this.over.abort();
		this.link?.send({ type: 'hangUp' });
		await this.watching;
		if (this.sessionId !== '') await this.runtime.exchange(this.sessionId, { method: 'DELETE' }).catch(() => undefined);
	}

	private async connect(): Promise<number> {
		const before = this.link;
		let offered: (sdp: string) => void = () => undefined;
		const offer = new Promise<string>((resolve) => (offered = resolve));
		const link = this.peers.client.call('peer', { hear: false }, (event) => {
			if (event.type === 'offer') offered(event.sdp);
			else if (link !== this.link) return;
			else if (event.type === 'state' && event.state === 'connected') this.connectedAt.push(performance.now());
			else if (event.type === 'event') this.events.push(pageEvent.parse(JSON.parse(event.json)));
		});
		link.result.catch(() => undefined);
		try {
			const { network } = this;
			const sdp = await offer;
			const ask: OpenSessionAsk = { offer: network?.offerOf(sdp) ?? sdp, agent: agentSettings.parse(this.agent), source: this.source };
			const opened = await this.runtime.openSession(this.resumeToken === undefined ? ask : { ...ask, resumeToken: this.resumeToken });
			this.link = link;
			before?.send({ type: 'hangUp' });
			this.sessionId = opened.sessionId;
			this.resumeToken ??= opened.resumeToken;
			link.send({ type: 'answer', sdp: network?.answerOf(opened.answer) ?? opened.answer });
			return opened.after ?? 0;
		} catch (thrown) {
			link.send({ type: 'hangUp' });
			throw thrown;
		}
	}

	private async watch(after: number): Promise<void> {
		const { signal } = this.over;
		for (let last = after; !signal.aborted; ) {
			try {
				const { body } = await this.runtime.exchange(this.sessionId, { method: 'GET', after: String(last), signal });
				const { messages } = JSON.parse(body.toString('utf8')) as { messages: Array<{ seq: number; event?: { type: string } }> };
				last = messages.at(-1)?.seq ?? last;
				if (messages.every(({ event }) => event?.type !== 'link.lost')) continue;
			} catch {
				// Nothing answers.
			}
			last = (await this.comeBack()) ?? last;
		}
	}

	private async comeBack(): Promise<number | undefined> {
		const { signal } = this.over;
		while (!signal.aborted) {
			if (!this.away) {
				try {
					return await this.connect();
				} catch {
					// It is not back yet.
				}
			}
			await sleep(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined);
		}
		return undefined;
	}
}
