import { execFile, fork, type ChildProcess } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import { buildSync } from 'esbuild';
import type { IceConfiguration } from '../../runtime/contract/ice-configuration';
import type { PageEvent } from '../../runtime/contract/page-events';
import type { UdpProxy } from '../link/udp-proxy';
import type { PeerOrder, PeerReport } from './peer-messages';

const root = path.resolve(__dirname, '..', '..');
const peerFile = path.join(root, 'test', '.output', 'page', 'answering-peer.js');

export interface Asked {
	method: string;
	url: string;
	authorization: string | undefined;
	sdp: string;
	resumeToken?: string;
}

/** One answer instead of the real one, or the connection cut. */
export type Refusal = { status: number; body: unknown; headers?: Record<string, string> } | 'cut';

export const SESSION = 's_test0123456789abcdef';
export const RESUME_TOKEN = `${SESSION}.${'r'.repeat(43)}`;

/** Serves the built page as the trigger does and answers its calls with a real WebRTC peer. */
export class PageServer extends EventEmitter {
	readonly asked: Asked[] = [];
	/** Answers the next requests of a method so, until it is deleted. */
	readonly refuse = new Map<string, Refusal>();
	readonly requests: string[] = [];
	/** What the page is told when it comes back, after the note that it has; undefined: its call has ended. */
	soFar: PageEvent[] | undefined = [];
	loudness = 0;
	/** Between page and peer, of the calls that come. */
	network: UdpProxy | undefined;
	agent = 'Dental practice';
	callers = 'anyone';
	/** What it says to a page that is about to make its offer. */
	iceConfiguration: IceConfiguration | undefined;
	private readonly server: Server = createServer((request, response) => void this.handle(request, response));
	private peer: ChildProcess | undefined;

	private constructor(private readonly address: string) {
		super();
	}

	/** @param address of this machine: another than its own where the caller is in another network */
	static async start(address = '127.0.0.1'): Promise<PageServer> {
		buildSync({ entryPoints: [path.join(__dirname, 'answering-peer.ts')], outfile: peerFile, bundle: true, platform: 'node', external: ['wrtc'] });
		await promisify(execFile)(process.execPath, [path.join(root, 'node_modules', 'gulp', 'bin', 'gulp.js'), 'page'], { cwd: root });
		const started = new PageServer(address);
		started.server.listen(0, address);
		await once(started.server, 'listening');
		return started;
	}

	get port(): number {
		return (this.server.address() as AddressInfo).port;
	}

	url(pathname = '/webhook/voice'): string {
		return `http://${this.address}:${this.port}${pathname}`;
	}

	/** As between two tests. */
	async reset(): Promise<void> {
		await this.hangUp();
		this.asked.length = 0;
		this.requests.length = 0;
		this.refuse.clear();
		this.callers = 'anyone';
		this.loudness = 0;
		this.iceConfiguration = undefined;
		this.soFar = [];
	}

	async stop(): Promise<void> {
		await this.hangUp();
		this.server.closeAllConnections();
		this.server.close();
	}

	/** Resolves when the page has opened its data channel. */
	async channelOpen(): Promise<void> {
		if (!this.opened) await once(this, 'open');
	}

	say(...events: PageEvent[]): void {
		for (const event of events) this.order({ type: 'event', json: JSON.stringify(event) });
	}

	sayRaw(json: string): void {
		this.order({ type: 'event', json });
	}

	tone(hz: number): void {
		this.order({ type: 'tone', hz });
	}

	/** SIGSTOP: to the page it looks like a network that swallows everything. */
	signalPeer(signal: NodeJS.Signals): void {
		this.peer?.kill(signal);
	}

	private opened = false;

	private order(order: PeerOrder): void {
		this.peer?.send(order);
	}

	private async hangUp(): Promise<void> {
		const { peer } = this;
		this.peer = undefined;
		this.opened = false;
		if (!peer || peer.exitCode !== null || peer.signalCode !== null) return;
		const gone = once(peer, 'exit');
		peer.kill('SIGKILL');
		await gone;
	}

	private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const { method = '', url = '' } = request;
		if (method === 'GET' && this.iceConfiguration && request.headers.accept === 'application/json') return json(response, 200, this.iceConfiguration);
		if (method === 'GET') return await this.servePage(response);
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const body = chunks.length ? (JSON.parse(Buffer.concat(chunks).toString()) as Pick<Asked, 'sdp' | 'resumeToken'>) : { sdp: '' };
		this.asked.push({ method, url, authorization: request.headers.authorization, ...body });
		this.emit('asked', method);
		const refusal = this.refuse.get(method);
		if (refusal === 'cut') return void request.socket.destroy();
		if (refusal) return json(response, refusal.status, refusal.body, refusal.headers);
		if (method === 'DELETE') return void response.writeHead(204).end();
		if (body.resumeToken !== undefined && !this.soFar) return json(response, 404, { error: { code: 'VOICE_ERR_CALL_UNKNOWN', message: 'The call has ended.', remedy: 'Start a new call.' } });
		if (method === 'POST') await this.newPeer();
		const sdp = await this.answer(body.sdp);
		json(response, method === 'POST' ? 201 : 200, { type: 'answer', sdp, sessionId: SESSION, ...(method === 'POST' && { resumeToken: RESUME_TOKEN }) });
		if (body.resumeToken === undefined) return;
		await this.channelOpen();
		this.say({ type: 'session.started', sessionId: SESSION, agent: this.agent, greets: true, note: '', resumed: true }, ...(this.soFar ?? []));
	}

	private async servePage(response: ServerResponse): Promise<void> {
		const html = await readFile(path.join(root, 'dist', 'runtime', 'page', 'page.html'), 'utf8');
		response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
		response.end(html.replaceAll('%AGENT_NAME%', this.agent).replaceAll('%CALLERS%', this.callers));
	}

	private async newPeer(): Promise<void> {
		await this.hangUp();
		const peer = fork(peerFile, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
		this.peer = peer;
		peer.on('message', (report: PeerReport) => {
			if (report.type === 'open') this.opened = true;
			if (report.type === 'loudness') this.loudness = report.rms;
			if (report.type === 'request' && !report.json.startsWith('{"type":"received"')) this.requests.push(report.json);
			this.emit(report.type, report);
		});
	}

	private async answer(sdp: string): Promise<string> {
		const answered = once(this, 'answer') as Promise<[Extract<PeerReport, { type: 'answer' }>]>;
		const { network } = this;
		this.order({ type: 'offer', sdp: network?.offerOf(sdp) ?? sdp });
		const answer = (await answered)[0].sdp;
		return network?.answerOf(answer) ?? answer;
	}
}

function json(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
	response.writeHead(status, { 'content-type': 'application/json', ...headers });
	response.end(typeof body === 'string' ? body : JSON.stringify(body));
}
