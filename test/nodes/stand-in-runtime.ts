import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { WebSocketServer, type WebSocket } from 'ws';
import * as control from '../../runtime/contract/control';
import type { DoneBy } from '../../runtime/contract/engines';
import { joinAsk } from '../../runtime/contract/join-token';
import { ERROR_KINDS, type ErrorCode } from '../../runtime/contract/error-kinds';

export const KEY = 'stand-in-key-'.padEnd(40, 'k');
export const SESSION = `s_${'s'.repeat(24)}`;
export const TURN = `t_${'t'.repeat(24)}`;
export const WAV = Buffer.from('RIFF....WAVEfmt stand-in');

/** An answer that the gateway would give as an error. */
export class Refusal {
	constructor(
		readonly code: ErrorCode,
		readonly message = 'Refused by the test.',
	) {}
}

/** A spoken file, and what its header says of who spoke. */
export class Spoken {
	constructor(
		readonly wav: Buffer,
		readonly doneBy: DoneBy,
	) {}
}

type Answer = unknown;

/**
 * Speaks the contract as the gateway does, and holds the nodes to it: every body is parsed by the contract's own
 * schema. What it answers is set by the test. The real gateway and the nodes meet in the end-to-end tests.
 */
export class StandInRuntime {
	readonly asked: Array<{ call: string; body: unknown }> = [];
	readonly queries: Array<{ call: string; query: Record<string, string> }> = [];
	readonly answers = new Map<string, Answer[]>();
	/** Requests that ended before they were answered. */
	readonly abandoned: string[] = [];
	readonly hellos: unknown[] = [];
	/** A node has ended its toolsRunning. */
	toolsNotRunning: (() => void) | undefined;
	url = '';
	private readonly app: FastifyInstance = fastify({ forceCloseConnections: true });
	private readonly streams = new WebSocketServer({ noServer: true });
	private readonly waiting = new Map<string, () => void>();
	private readonly arrivals: Array<(socket: WebSocket) => void> = [];

	async start(stateFolder: string): Promise<this> {
		this.app.addContentTypeParser('application/trickle-ice-sdpfrag', { parseAs: 'string' }, (_request, body, done) => done(null, body));
		this.app.addContentTypeParser('audio/wav', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
		this.app.addHook('onRequest', async (request, reply) => {
			if (request.headers.authorization !== `Bearer ${KEY}`) await reply.status(401).send(this.error(new Refusal('VOICE_ERR_UNAUTHORIZED')));
		});
		this.app.setErrorHandler(async (error: Error, _request, reply) => await reply.status(500).send({ broken: error.message }));
		this.route('POST', '/v1/sessions', 'openSession', control.openSession, 201);
		this.route('PATCH', '/v1/calls/:id', 'changeCall');
		this.route('GET', '/v1/calls/:id', 'heldMessages');
		this.route('DELETE', '/v1/calls/:id', 'endCall', undefined, 204);
		this.route('GET', '/v1/turns/:id/audio', 'turnAudio');
		this.route('POST', '/v1/turns/:id/claim', 'claim', control.turnClaim, 204);
		this.route('POST', '/v1/turns/:id/transcript', 'transcript', control.transcriptAsk);
		this.route('POST', '/v1/turns/:id/reply', 'reply', control.replyAsk);
		this.route('POST', '/v1/turns/:id/tool-results', 'toolResults', control.toolResultsAsk);
		// Held, as the gateway holds it for some seconds.
		this.app.post('/v1/turns/:id/tools-running', async (request, reply) => {
			this.asked.push({ call: 'toolsRunning', body: control.toolsRunning.parse(request.body) });
			await new Promise<void>((resolve) => reply.raw.once('close', resolve));
			this.toolsNotRunning?.();
		});
		this.route('POST', '/v1/turns/:id/late-results', 'lateResults', control.toolResultsAsk, 204);
		this.route('POST', '/v1/turns/:id/speech', 'speech', control.speechAsk);
		this.route('POST', '/v1/turns/:id/failure', 'failure', control.turnFailure, 204);
		this.route('POST', '/v1/transcriptions', 'transcriptions');
		this.route('POST', '/v1/chat', 'chat', control.chatAsk);
		this.route('POST', '/v1/speech', 'speechFile', control.speechFileAsk);
		this.route('GET', '/v1/engines', 'engines');
		this.route('GET', '/v1/page', 'page');
		this.route('POST', '/v1/join-tokens/check', 'checkJoinToken', joinAsk, 204);
		this.route('GET', '/v1/ice-servers', 'iceServers');
		this.app.get('/v1/health', async () => ({ ok: true, ready: true, version: '0', sessions: 0, media: 'ready', inference: 'ready' }));
		this.app.server.on('upgrade', (request, socket, head) => {
			if (request.url !== '/v1/triggers' || request.headers.authorization !== `Bearer ${KEY}`) return void socket.destroy();
			this.streams.handleUpgrade(request, socket, head, (stream) =>
				stream.once('message', (hello: Buffer) => {
					this.hellos.push(control.triggerHello.parse(JSON.parse(hello.toString())));
					this.arrivals.shift()?.(stream);
				}),
			);
		});
		this.url = await this.app.listen({ host: '127.0.0.1', port: 0 });
		mkdirSync(stateFolder, { recursive: true, mode: 0o700 });
		const state = { url: this.url, key: KEY, pid: process.pid, version: '0', startedAt: new Date().toISOString() };
		writeFileSync(path.join(stateFolder, 'runtime.json'), JSON.stringify(control.runtimeState.parse(state)), { mode: 0o600 });
		return this;
	}

	/** Answers of the next calls of this kind, in order; the last one holds for all that follow. */
	will(call: string, ...answers: Answer[]): void {
		this.answers.set(call, answers);
	}

	of(call: string): unknown[] {
		return this.asked.filter((entry) => entry.call === call).map(({ body }) => body);
	}

	/** When this call has been asked. */
	async until(call: string): Promise<void> {
		if (this.of(call).length === 0) await new Promise<void>((resolve) => this.waiting.set(call, resolve));
	}

	/** The next trigger stream that opens. */
	async stream(): Promise<WebSocket> {
		return await new Promise((resolve) => this.arrivals.push(resolve));
	}

	forget(): void {
		this.asked.length = 0;
		this.queries.length = 0;
		this.abandoned.length = 0;
		this.answers.clear();
	}

	async stop(): Promise<void> {
		for (const stream of this.streams.clients) stream.terminate();
		await this.app.close();
	}

	private route(method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, call: string, shape?: { parse(body: unknown): unknown }, status = 200): void {
		this.app.route({
			method,
			url,
			handler: async (request, reply) => {
				const body = shape ? shape.parse(request.body) : (request.body ?? { ...(request.params as object), ...(request.query as object) });
				this.asked.push({ call, body });
				this.queries.push({ call, query: request.query as Record<string, string> });
				this.waiting.get(call)?.();
				reply.raw.once('close', () => {
					if (!reply.raw.writableFinished) this.abandoned.push(call);
				});
				const list = this.answers.get(call) ?? [];
				const answer = list.length > 1 ? list.shift() : list[0];
				if (answer instanceof Refusal) return await reply.status(ERROR_KINDS[answer.code].status).send(this.error(answer));
				if (answer instanceof Promise) return await (answer as Promise<unknown>);
				if (status === 204) return await reply.status(204).send();
				if (answer === undefined) throw new Error(`The test has no answer for ${call}.`);
				if (answer instanceof Spoken) {
					const header = Buffer.from(JSON.stringify(answer.doneBy)).toString('base64url');
					return await reply.type('audio/wav').header(control.DONE_BY_HEADER, header).send(answer.wav);
				}
				if (Buffer.isBuffer(answer)) return await reply.type('audio/wav').send(answer);
				return await reply.status(status).send(answer);
			},
		});
	}

	private error({ code, message }: Refusal): unknown {
		return { error: { code, message, remedy: ERROR_KINDS[code].remedy } };
	}
}
