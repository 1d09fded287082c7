import { randomUUID } from 'node:crypto';
import type { RawData, WebSocket } from 'ws';
import type { z } from 'zod';
import type { AgentModels } from '../../contract/agent-settings';
import { triggerAck, triggerHello } from '../../contract/control';
import type { TriggerEvent } from '../../contract/turn';
import type { Log } from '../../lib/log';
import { parseJson } from '../../lib/json';

/** A trigger that has not acknowledged by then has not started an execution: n8n needs about 10 ms. */
const ACK_LIMIT_MS = 3000;
/** How long a new socket may take to say which trigger it belongs to. */
const HELLO_LIMIT_MS = 5000;
/** A half-open connection is found within two of these. */
const PING_EVERY_MS = 5000;
/** WebSocket close code: the peer broke the protocol. */
const POLICY_VIOLATION = 1008;

interface Stream {
	readonly socket: WebSocket;
	readonly workflowId: string;
	readonly node: string;
	readonly agent: AgentModels | undefined;
	readonly waiting: Map<string, (accepted: boolean) => void>;
	alive: boolean;
}

/** The open streams of published triggers: the fast way to start an execution (about 10 ms to its first node). */
export class TriggerStreams {
	private readonly streams = new Set<Stream>();
	/** Those that have not said hello yet, too. */
	private readonly sockets = new Set<WebSocket>();
	private readonly goneListeners = new Set<(workflowId: string) => void>();
	private readonly openListeners = new Set<(agent: AgentModels) => void>();
	private readonly pinger = setInterval(() => this.ping(), PING_EVERY_MS).unref();

	constructor(private readonly log: Log) {}

	get size(): number {
		return this.streams.size;
	}

	/** Takes over a socket whose request had the key. */
	accept(socket: WebSocket): void {
		this.sockets.add(socket);
		const refuse = (): void => socket.close(POLICY_VIOLATION, 'expected hello');
		const late = setTimeout(refuse, HELLO_LIMIT_MS);
		socket.on('error', (error) => this.log.warn({ err: error }, 'trigger stream failed'));
		socket.once('close', () => {
			clearTimeout(late);
			this.sockets.delete(socket);
		});
		socket.once('message', (data) => {
			clearTimeout(late);
			if (socket.readyState !== socket.OPEN) return;
			const hello = triggerHello.safeParse(parse(data));
			if (hello.success) this.open(socket, hello.data);
			else refuse();
		});
	}

	/** `listener` is told what the calls of a workflow will need, each time that it begins to listen. */
	onOpen(listener: (agent: AgentModels) => void): void {
		this.openListeners.add(listener);
	}

	/** What the calls of all workflows that listen will need. */
	get agents(): AgentModels[] {
		return [...this.streams].flatMap(({ agent }) => agent ?? []);
	}

	/** `listener` is told when n8n closed the last stream of a workflow's trigger. */
	onGone(listener: (workflowId: string) => void): () => void {
		this.goneListeners.add(listener);
		return () => this.goneListeners.delete(listener);
	}

	has(workflowId: string, node: string): boolean {
		return this.find(workflowId, node) !== undefined;
	}

	/** true once the trigger has started an execution; false when no stream is open or it went away first. */
	async push(workflowId: string, node: string, event: TriggerEvent): Promise<boolean> {
		const stream = this.find(workflowId, node);
		if (!stream) return false;
		const id = randomUUID();
		return await new Promise((resolve) => {
			const settle = (accepted: boolean): void => {
				clearTimeout(limit);
				stream.waiting.delete(id);
				resolve(accepted);
			};
			const limit = setTimeout(() => settle(false), ACK_LIMIT_MS);
			stream.waiting.set(id, settle);
			stream.socket.send(JSON.stringify({ type: 'event', id, event }), (error) => {
				if (error) settle(false);
			});
		});
	}

	close(): void {
		clearInterval(this.pinger);
		for (const socket of this.sockets) socket.terminate();
	}

	/** The newest stream wins: n8n opens the new one before it closes the old one when a workflow is republished. */
	private find(workflowId: string, node: string): Stream | undefined {
		return [...this.streams]
			.reverse()
			.find(({ socket, ...stream }) => stream.workflowId === workflowId && stream.node === node && socket.readyState === socket.OPEN);
	}

	private open(socket: WebSocket, { workflowId, node, agent }: z.infer<typeof triggerHello>): void {
		const stream: Stream = { socket, workflowId, node, agent, waiting: new Map(), alive: true };
		this.streams.add(stream);
		this.log.info({ workflowId, node }, 'trigger stream open');
		socket.on('pong', () => (stream.alive = true));
		socket.on('message', (data) => {
			const ack = triggerAck.safeParse(parse(data));
			if (ack.success) stream.waiting.get(ack.data.id)?.(true);
		});
		socket.once('close', () => this.closed(stream));
		if (agent) for (const listener of this.openListeners) listener(agent);
	}

	private closed(stream: Stream): void {
		this.streams.delete(stream);
		for (const settle of [...stream.waiting.values()]) settle(false);
		this.log.info({ workflowId: stream.workflowId }, 'trigger stream closed');
		if (this.has(stream.workflowId, stream.node)) return;
		for (const listener of this.goneListeners) listener(stream.workflowId);
	}

	private ping(): void {
		for (const stream of this.streams) {
			if (!stream.alive) stream.socket.terminate();
			stream.alive = false;
			stream.socket.ping();
		}
	}
}

function parse(data: RawData): unknown {
	return Buffer.isBuffer(data) ? parseJson(data.toString('utf8')) : undefined;
}
