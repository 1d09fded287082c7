// Guards against: a page that waits for seconds on a WebSocket whose path is gone, while another way would work at once, and captions that come long after the sound.
import { SecondWay } from './second-way';

/** A WebSocket whose other end does what the test says. */
class FakeSocket {
	static readonly OPEN = 1;
	static all: FakeSocket[] = [];
	readonly readyState = FakeSocket.OPEN;
	readonly sent: Array<{ type: string; after?: number }> = [];
	dead = false;
	refusal: string | undefined;
	closed = false;
	onopen: () => void = () => undefined;
	onmessage: (event: { data: unknown }) => void = () => undefined;
	onclose: () => void = () => undefined;
	onerror: () => void = () => undefined;

	constructor(readonly url: string) {
		FakeSocket.all.push(this);
	}

	send(json: string): void {
		const message = JSON.parse(json) as FakeSocket['sent'][number] & { id?: string };
		this.sent.push(message);
		if (this.dead) return;
		if (message.type === 'join') this.says({ type: 'joined' });
		if (message.type === 'ping') this.says({ type: 'pong' });
		if (message.type === 'offer' && this.refusal) this.says({ type: 'error', id: message.id, error: { code: this.refusal, message: 'No.', remedy: '' } });
		else if (message.type === 'offer') this.says({ type: 'answer', id: message.id, sdp: 'over the socket' });
	}

	close(): void {
		this.closed = true;
	}

	says(message: unknown): void {
		this.onmessage({ data: JSON.stringify(message) });
	}
}

const real = { WebSocket: globalThis.WebSocket, fetch: globalThis.fetch };
let asked: string[];
let way: SecondWay;

beforeEach(() => {
	jest.useFakeTimers();
	FakeSocket.all = [];
	asked = [];
	Object.assign(globalThis, {
		WebSocket: FakeSocket,
		fetch: async (url: string, { signal }: { signal: AbortSignal }) => {
			asked.push(url);
			return await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
		},
	});
	way = new SecondWay({ sessionId: 's_1', token: 't', socket: { url: 'ws://here/' } }, 'http://n8n/?session=s_1', { message: () => undefined, last: () => 7, over: () => undefined });
	newest().onopen();
});
afterEach(() => {
	way.stop();
	jest.useRealTimers();
	Object.assign(globalThis, real);
});

function newest(): FakeSocket {
	const socket = FakeSocket.all.at(-1);
	if (!socket) throw new Error('no socket was opened');
	return socket;
}

test('an offer goes over the socket where that answers', async () => {
	expect(way.way).toBe('socket');
	await expect(way.offer('offer')).resolves.toBe('over the socket');
});

test('an offer that the runtime refuses, as one that was started again does, is refused at once and not waited for', async () => {
	newest().refusal = 'VOICE_ERR_CALL_UNKNOWN';
	await expect(way.offer('offer')).rejects.toMatchObject({ fault: { code: 'VOICE_ERR_CALL_UNKNOWN' } });
	expect(way.way).toBe('socket');
});

test('a socket that says nothing, as after a change of address, holds up an offer for less than a second; then HTTP has to do it', async () => {
	newest().dead = true;
	const offered = jest.fn();
	void way.offer('offer').then(offered);
	await jest.advanceTimersByTimeAsync(900);
	expect(offered).toHaveBeenCalledWith(undefined);
	expect(way.way).toBe('http');
	expect(asked).toEqual(['http://n8n/?session=s_1&after=7']);
	// No one waits again for what was found dead.
	await expect(way.offer('again')).resolves.toBeUndefined();
});

test('an offer under way is given up with its socket', async () => {
	const socket = newest();
	socket.send = (json: string) => {
		if (json.includes('"ping"')) socket.says({ type: 'pong' });
	};
	const offered = jest.fn();
	void way.offer('offer').then(offered);
	await jest.advanceTimersByTimeAsync(0);
	way.pathBack();
	await jest.advanceTimersByTimeAsync(0);
	expect(offered).toHaveBeenCalledWith(undefined);
});

test('where sound comes again, what was missed is asked for over a new socket at once: the old one repeats it when it likes', () => {
	const before = newest();
	way.pathBack();
	expect(FakeSocket.all).toHaveLength(2);
	expect(before.closed).toBe(true);
	newest().onopen();
	expect(newest().sent).toMatchObject([{ type: 'join', after: 7 }]);
	expect(way.way).toBe('socket');
});

test('the same after a long cut, in which the socket was given up and its next try is far away: by a new request, too', async () => {
	newest().dead = true;
	await jest.advanceTimersByTimeAsync(30_000);
	expect(way.way).toBe('http');
	const [sockets, requests] = [FakeSocket.all.length, asked.length];
	way.pathBack();
	expect(FakeSocket.all).toHaveLength(sockets + 1);
	expect(asked).toHaveLength(requests + 1);
	newest().onopen();
	expect(way.way).toBe('socket');
});
