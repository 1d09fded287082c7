import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VoiceError } from '../../runtime/contract/errors';
import type { PageEvent } from '../../runtime/contract/page-events';
import type { RpcCall } from '../../runtime/rpc/client';
import type { MediaEvent, MediaInput, MediaProtocol } from '../../runtime/rpc/media-protocol';
import type { Running } from './children';
import { joinPcm } from '../../runtime/audio/pcm';

export const SECRET = 'a secret of the test';

/**
 * A voice agent of the simplest kind, behind the trigger's HTTP door and the real media process: it says back
 * what it heard. No recogniser, no model: what is tested is everything between a caller and media.
 */
export class EchoAgent {
	private readonly server: Server;
	private readonly calls = new Map<string, EchoCall>();
	/** Hangs up instead of answering. */
	hangsUp = false;

	/** What it said back last. */
	get lastHeard(): Int16Array {
		return [...this.calls.values()].at(-1)?.lastHeard ?? new Int16Array(0);
	}

	/** Why the last call ended, when it has. */
	async lastEnd(): Promise<string> {
		return (await [...this.calls.values()].at(-1)?.session.result)?.reason ?? 'there was no call';
	}

	constructor(private readonly media: Running<MediaProtocol>) {
		this.server = createServer((request, response) => {
			this.serve(request, response).catch((error: unknown) => {
				const { status } = VoiceError.from(error);
				response.writeHead(status, { 'content-type': 'application/json' });
				response.end(JSON.stringify({ error: VoiceError.from(error).toShape() }));
			});
		});
	}

	async start(): Promise<string> {
		await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/webhook/voice`;
	}

	stop(): void {
		this.server.close();
		this.server.closeAllConnections();
	}

	private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const url = new URL(request.url ?? '', 'http://x');
		if (request.method === 'GET') {
			response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>echo</title>');
			return;
		}
		if (url.pathname !== '/webhook/voice') {
			response.writeHead(404).end('{}');
			return;
		}
		if (request.headers.authorization !== `Bearer ${SECRET}`) {
			throw new VoiceError('VOICE_ERR_CALLER_REFUSED', 'The secret is wrong.');
		}
		if (request.method === 'DELETE') {
			this.calls.get(url.searchParams.get('session') ?? '')?.session.send({ type: 'close' });
			response.writeHead(204).end();
			return;
		}
		let body = '';
		for await (const part of request) body += String(part);
		const sessionId = `s_${randomBytes(16).toString('base64url')}`;
		const call = new EchoCall(sessionId, (JSON.parse(body) as { sdp: string }).sdp, this.media, this.hangsUp);
		this.calls.set(sessionId, call);
		const sdp = await call.answer;
		response.writeHead(201, { 'content-type': 'application/json', location: `?session=${sessionId}` });
		response.end(JSON.stringify({ type: 'answer', sdp, sessionId }));
	}
}

class EchoCall {
	readonly session: RpcCall<MediaInput, { reason: string }>;
	readonly answer: Promise<string>;
	lastHeard: Int16Array = new Int16Array(0);
	private readonly heard: Int16Array[] = [];
	private turn = 0;
	private speaking = false;
	private answered: (sdp: string) => void = () => undefined;

	constructor(
		sessionId: string,
		offer: string,
		media: Running<MediaProtocol>,
		private readonly hangsUp: boolean,
	) {
		const answer = new Promise<string>((resolve) => (this.answered = resolve));
		this.session = media.client.call('session', { sessionId, offer, flushSilenceMs: 500 }, (event) => this.receive(event));
		this.answer = Promise.race([answer, this.session.result.then(({ reason }) => reason)]);
		this.session.result.catch(() => undefined);
		this.tell({ type: 'session.started', sessionId, agent: 'Echo', greets: false, note: '' });
		this.tell({ type: 'state', state: 'listening' });
	}

	private get turnId(): string {
		return `t_${String(this.turn).padStart(16, '0')}`;
	}

	private receive(event: MediaEvent): void {
		if (event.type === 'answer') this.answered(event.answer);
		else if (event.type === 'audio') this.heard.push(event.pcm);
		else if (event.type === 'paused') this.session.send({ type: 'flush' });
		else if (event.type === 'speechStopped') this.sayBack();
		else if (event.type === 'played') this.finish(event.complete);
	}

	private sayBack(): void {
		if (this.hangsUp) {
			this.tell({ type: 'session.ended', reason: 'The agent has gone home.' });
			this.session.send({ type: 'close' });
			return;
		}
		if (this.speaking) return;
		this.speaking = true;
		this.turn++;
		this.session.send({ type: 'rest' });
		this.tell({ type: 'caption.final', turnId: this.turnId, text: `sound ${this.turn}`, understood: true });
		this.tell({ type: 'state', state: 'speaking' });
		const utteranceId = this.turnId;
		this.session.send({ type: 'utterance', utteranceId, sampleRate: 16_000, interruptible: true });
		this.lastHeard = joinPcm(this.heard.splice(0));
		this.session.send({ type: 'play', utteranceId, pcm: this.lastHeard });
		this.session.send({ type: 'playEnd', utteranceId });
	}

	private finish(complete: boolean): void {
		this.speaking = false;
		this.tell({ type: 'reply.heard', turnId: this.turnId, text: 'echo', interrupted: !complete });
		this.tell({ type: 'turn.finished', turnId: this.turnId, timings: { e2e_latency: 1 } });
		this.tell({ type: 'state', state: 'listening' });
	}

	private tell(event: PageEvent): void {
		this.session.send({ type: 'event', json: JSON.stringify(event) });
	}
}
