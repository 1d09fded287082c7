import { randomBytes } from 'node:crypto';
import http from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { MAX_SIGNAL_BYTES, callerMessage, runtimeMessage } from '../../runtime/contract/signalling';
import { parseJson } from '../../runtime/lib/json';
import { offerOf } from '../../runtime/media/sdp/offer.fixture';
import type { HeldCall } from './held-calls';
import { HANG_MS, bodyOf, wrongIn } from './http-surfaces';
import { oddText } from './mutate';
import type { Random } from './random';
import type { RunningTarget } from './surface';

/** WebSocket close codes: the call has ended, not said, breaks the protocol, no text, against the rules, too large. */
const FAIR_ENDS = [1000, 1005, 1002, 1007, 1008, 1009];
/** The connection broke without a word: fair where the peer was still writing what is too large. */
const BROKEN = 1006;
const FLOOD = 300;
const DEEP = `{"type":"ping","a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;

/** Some messages, most of them valid but for something odd, then one that is good: it is answered, or the socket was closed with a reason. */
export async function saySomeFrames(runtime: RunningTarget, random: Random, call?: HeldCall, candidate: (random: Random) => string = () => ''): Promise<string | undefined> {
	if (random.chance(0.1)) return await rawFrames(runtime, random);
	const { default: Socket } = await import('ws');
	const socket = new Socket(`${runtime.url.replace('http', 'ws')}/v1/signal`, { headers: { origin: random.pick(['https://shop.example', 'null', 'x', 'http://[::1']) } });
	const heard = new Heard(socket);
	try {
		const refused = await heard.open;
		if (refused !== undefined) return wrongIn(refused);
		const joined = call && random.chance(0.95);
		if (joined) socket.send(JSON.stringify({ type: 'join', sessionId: call.sessionId, token: call.token, after: random.pick([0, 0, 1, 2 ** 53 - 1]) }));
		if (joined && !(await heard.until(({ type }) => type === 'joined'))) return heard.wrong();
		const messages = messagesOf(random, call, candidate);
		let large = false;
		// Good by its shape, with such values in it, half of the time: the first message that is not ends the socket.
		const shaped = random.chance(0.5) ? messages.filter((message) => callerMessage.safeParse(message).success && message.type !== 'join') : undefined;
		for (let left = 1 + random.below(6); left > 0; left--) {
			if (shaped) socket.send(JSON.stringify(random.pick(shaped)));
			else large = say(socket, random, random.pick(messages)) || large;
		}
		const last = random.chance(0.3) ? { type: 'offer', id: 'last', sdp: offerOf(), trickle: true } : { type: 'ping' };
		socket.send(JSON.stringify(last), () => undefined);
		await heard.until((message) => (last.type === 'ping' ? message.type === 'pong' : 'id' in message && message.id === 'last'));
		return heard.wrong(large);
	} finally {
		socket.terminate();
	}
}

interface OddMessage {
	readonly type: string;
	readonly [field: string]: unknown;
}

function messagesOf(random: Random, call: HeldCall | undefined, candidate: (random: Random) => string): OddMessage[] {
	return [
		{ type: 'join', sessionId: call?.sessionId ?? `s_${'c'.repeat(24)}`, token: call?.token ?? 'x'.repeat(43), after: random.pick([0, -1, 2 ** 53, 1e308]) },
		{ type: 'offer', id: random.pick(['a', '', '__proto__', '\u0000', 'x'.repeat(41)]), sdp: random.chance(0.7) ? oddText(offerOf(), random) : 'v=0', trickle: true },
		{ type: 'candidates', candidates: Array.from({ length: random.pick([0, 1, 3, 64, 65]) }, () => ({ candidate: candidate(random), sdpMid: '0', sdpMLineIndex: 0, usernameFragment: random.pick(['Yx9w', 'other']) })) },
		{ type: 'request', request: random.pick<unknown>([{ type: 'interrupt', id: 'x' }, { type: 'received', packets: random.pick([0, 2 ** 53 - 1]) }, { type: 'ack', seq: 2 ** 53 - 1 }, { type: 'hangup' }]) },
		{ type: 'offer', id: '__proto__', sdp: oddText(offerOf(), random), trickle: random.chance(0.5) },
		{ type: 'ack', seq: random.pick([0, 1, 2 ** 53 - 1, -1]) },
		{ type: 'ping' },
		{ type: 'bye' },
	];
}

/** @returns whether it was too large */
function say(socket: WebSocket, random: Random, message: unknown): boolean {
	const send = (data: string | Buffer): void => socket.send(data, () => undefined);
	const how = random.below(20);
	if (how === 0) send(randomBytes(random.below(2000)));
	else if (how === 1) send(Buffer.from(JSON.stringify(message)));
	else if (how === 2) send(random.pick(['', 'null', '[]', '"x"', '{', DEEP, '\u0000', 'hello']));
	else if (how === 3) {
		const over = MAX_SIGNAL_BYTES + random.pick([-20, -13, -12, 1, 800_000]);
		send(JSON.stringify({ type: 'ping', a: 'x'.repeat(over) }));
		return true;
	} else if (how === 4) for (let i = 0; i < FLOOD; i++) send('{"type":"ping"}');
	else if (how === 5) socket.ping(randomBytes(125));
	else send(how < 12 ? JSON.stringify(message) : bodyOf(message, random));
	return false;
}

/** What came over a socket. */
class Heard {
	/** Resolves to the body of a refusal, or undefined. */
	readonly open: Promise<string | undefined>;
	private faults: string[] = [];
	private code: number | undefined;
	private readonly messages: Array<ReturnType<typeof runtimeMessage.parse>> = [];
	private readonly listeners = new Set<() => void>();

	constructor(socket: WebSocket) {
		socket.on('error', () => undefined);
		socket.on('message', (data) => {
			const text = Buffer.isBuffer(data) ? data.toString('utf8') : '';
			const message = runtimeMessage.safeParse(parseJson(text));
			const fault = wrongIn(text, message.success && message.data.type === 'error') ?? (message.success ? undefined : `no message of the protocol: ${text.slice(0, 200)}`);
			if (fault !== undefined) this.faults.push(fault);
			if (message.success) this.messages.push(message.data);
			this.changed();
		});
		socket.once('close', (code) => {
			this.code = code;
			this.changed();
		});
		this.open = inTime(new Promise((resolve) => {
			socket.once('open', () => resolve(undefined));
			socket.once('unexpected-response', (_request, answer) => {
				let body = '';
				answer.on('data', (piece: Buffer) => (body += piece.toString()));
				answer.once('end', () => resolve(body));
			});
			socket.once('close', () => resolve('closed before it was open'));
		}));
	}

	/** false: the socket was closed first. Rejects with a TimeoutError where neither comes. */
	async until(isIt: (message: ReturnType<typeof runtimeMessage.parse>) => boolean): Promise<boolean> {
		return await inTime(new Promise((resolve) => {
			const look = (): void => {
				if (this.messages.some(isIt)) resolve(true);
				else if (this.code !== undefined) resolve(false);
			};
			this.listeners.add(look);
			look();
		}));
	}

	wrong(large = false): string | undefined {
		const fair = this.code === undefined || FAIR_ENDS.includes(this.code) || (large && this.code === BROKEN);
		return this.faults[0] ?? (fair ? undefined : `/v1/signal: closed with ${this.code}`);
	}

	private changed(): void {
		for (const listener of [...this.listeners]) listener();
	}
}

async function inTime<T>(what: Promise<T>): Promise<T> {
	let limit: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_resolve, reject) => {
		limit = setTimeout(() => reject(new DOMException('no answer', 'TimeoutError')), HANG_MS);
	});
	return await Promise.race([what, late]).finally(() => clearTimeout(limit));
}

/** Reserved bits, unknown opcodes, no mask, lengths that lie, a close with half a code, text that is no UTF-8. */
const BAD_FRAMES = ['f1850000000041424344', '8305', '810548656c6c6f', '81ff7fffffffffffffff00000000', '81feffff00000000', '888100000000ff', '8882000000000001', '818400000000ffffffff', '0180000000000980', '8980', '89ff00000000000000ff00000000', '808000000000'];

/** What is no WebSocket frame at all ends the socket, and only that. */
async function rawFrames({ url }: RunningTarget, random: Random): Promise<undefined> {
	const { hostname, port } = new URL(url);
	const asked = http.request({ hostname, port, path: '/v1/signal', headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': randomBytes(16).toString('base64') } });
	return await inTime(new Promise((resolve) => {
		asked.once('error', () => resolve(undefined)).once('response', (answer) => answer.resume().once('close', () => resolve(undefined)));
		asked.once('upgrade', (_answer, socket: Duplex) => {
			const over = setTimeout(() => socket.destroy(), 50);
			socket.on('error', () => undefined).resume();
			socket.once('close', () => {
				clearTimeout(over);
				resolve(undefined);
			});
			socket.write(Buffer.concat(Array.from({ length: 1 + random.below(3) }, () => (random.chance(0.7) ? Buffer.from(random.pick(BAD_FRAMES), 'hex') : randomBytes(random.below(200))))));
		});
		asked.end();
	}));
}
