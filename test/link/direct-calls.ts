import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { agentSettings } from '../../runtime/contract/agent-settings';
import { speechAsk, type Speech } from '../../runtime/contract/control';
import { type PageEvent, pageEvent } from '../../runtime/contract/page-events';
import { triggerEvent, type TriggerEvent } from '../../runtime/contract/turn';
import type { PeerEvent, PeerInput, PeerProtocol } from '../../runtime/cli/call/peer-protocol';
import type { RpcCall } from '../../runtime/rpc/client';
import { type RunningRuntime, startRuntime } from '../host/runtime-process';
import { Inbox, runPeers, type Running } from '../media/children';

type TurnEvent = Extract<TriggerEvent, { event: 'turn' }>;

/** The real runtime and real WebRTC callers, without n8n: the test is the workflow. */
export class DirectCalls {
	readonly turns: Inbox<TurnEvent & { readonly type: 'turn' }> = new Inbox();

	private constructor(
		readonly runtime: RunningRuntime,
		readonly peers: Running<PeerProtocol>,
		private readonly n8n: http.Server,
		private readonly folder: string,
	) {}

	/**
	 * @param servers what VOICE_LOOP_SERVERS says
	 * @param env added to the runtime's environment
	 */
	static async start(servers: Record<string, unknown> = {}, env: NodeJS.ProcessEnv = {}): Promise<DirectCalls> {
		const folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-calls-'));
		const file = path.join(folder, 'servers.json');
		await writeFile(file, JSON.stringify(servers), { mode: 0o600 });
		const runtime = await startRuntime({ VOICE_LOOP_SERVERS: file, VOICE_LOOP_LOOPBACK_CANDIDATES: 'always', ...env });
		const n8n = http.createServer((request, response) => {
			const pieces: Buffer[] = [];
			request.on('data', (piece: Buffer) => pieces.push(piece));
			request.on('end', () => {
				const event = triggerEvent.parse(JSON.parse(Buffer.concat(pieces).toString()));
				if (event.event === 'turn') calls.turns.receive({ ...event, type: 'turn' });
				response.end('{}');
			});
		});
		n8n.listen(0, '127.0.0.1');
		await once(n8n, 'listening');
		const calls = new DirectCalls(runtime, runPeers(), n8n, folder);
		return calls;
	}

	get turnUrl(): string {
		return `http://127.0.0.1:${(this.n8n.address() as AddressInfo).port}/turn`;
	}

	async stop(): Promise<void> {
		await this.runtime.stop();
		await this.peers.stop();
		this.n8n.closeAllConnections();
		this.n8n.close();
		await rm(this.folder, { recursive: true, force: true });
	}
}

export interface DirectCallOptions {
	readonly agent?: Record<string, unknown>;
	/** Changes the offer on its way to the runtime, and the answer on its way back. */
	readonly offerOf?: (sdp: string) => string;
	readonly answerOf?: (sdp: string) => string;
}

/** One caller. */
export class DirectCaller {
	readonly page: Inbox<PageEvent> = new Inbox();
	readonly peer: Inbox<PeerEvent> = new Inbox();
	sessionId = '';
	private rpc: RpcCall<PeerInput, unknown> | undefined;

	constructor(private readonly calls: DirectCalls) {}

	async call(options: DirectCallOptions = {}): Promise<this> {
		await this.opens(options);
		await this.page.next('session.started');
		return this;
	}

	/** Has the answer; nothing is known yet of a connection. */
	async opens({ agent = {}, offerOf = (sdp) => sdp, answerOf = (sdp) => sdp }: DirectCallOptions = {}): Promise<void> {
		this.rpc = this.calls.peers.client.call('peer', { hear: true }, (event) => {
			this.peer.receive(event);
			if (event.type === 'event') this.page.receive(pageEvent.parse(JSON.parse(event.json)));
		});
		this.rpc.result.catch(() => undefined);
		const { sdp } = await this.peer.next('offer');
		const settings = agentSettings.parse({ transcribe: { model: 'pack:listen' }, speak: { engine: 'flite', language: 'en' }, apology: '', ...agent });
		const source = { workflowId: 'w1', node: 'Trigger', mode: 'test' as const, turnUrl: this.calls.turnUrl };
		const { sessionId, answer } = await this.calls.runtime.client.openSession({ offer: offerOf(sdp), agent: settings, source });
		this.sessionId = sessionId;
		this.rpc.send({ type: 'answer', sdp: answerOf(answer) });
	}

	/** Over the data channel. */
	asks(json: string): void {
		this.rpc?.send({ type: 'request', json });
	}

	says(pcm: Int16Array, id = 'said'): void {
		this.rpc?.send({ type: 'say', id, pcm });
	}

	/** Turns of this caller so far. */
	get turns(): TurnEvent[] {
		return this.calls.turns.all.filter(({ sessionId }) => sessionId === this.sessionId);
	}

	/** The caller's `count`th turn, now or when it is declared. */
	async turn(count = 1): Promise<TurnEvent> {
		await this.calls.turns.until(() => this.turns.length >= count);
		const turn = this.turns[count - 1];
		if (!turn) throw new Error('no turn');
		return turn;
	}

	/** Orpheus Speak says it; resolves when it is over. */
	async speaks(turnId: string, text: string, speak: Record<string, unknown> = {}): Promise<Speech> {
		const ask = speechAsk.parse({ executionId: turnId, node: 'Orpheus Speak', text, speak: { engine: 'flite', language: 'en', ...speak } });
		return await this.calls.runtime.client.speech(turnId, ask);
	}

	hangUp(): void {
		this.rpc?.send({ type: 'hangUp' });
	}
}
