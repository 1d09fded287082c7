// Guards against: a socket that hears a call it has no token for, that floods or never says anything, and a page that is told too little or twice when it comes back.
import { callToken } from '../../lib/call-token';
import { VoiceError } from '../../contract/errors';
import { FakeSocket } from '../n8n/fake-socket.fixture';
import { SignalledStandIn } from './signalled-call.fixture';
import { SignallingSockets } from './signalling-sockets';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const KEY = 'a key of the runtime that is long enough';
const ID = `s_${'c'.repeat(24)}`;
const JOIN = { type: 'join', sessionId: ID, token: callToken(KEY, ID) };
const CAPTION = { type: 'caption.partial', text: 'hello' } as const;

function world() {
	const call = new SignalledStandIn();
	const sockets = new SignallingSockets(KEY, call.in(ID, new VoiceError('VOICE_ERR_CALL_UNKNOWN', 'The call has ended.')));
	const connect = (): FakeSocket => {
		const socket = Object.assign(new FakeSocket(), { bufferedAmount: 0 });
		socket.send = (text: string) => void socket.sent.push(text);
		sockets.accept(socket.asWebSocket);
		return socket;
	};
	const joined = async (after = 0): Promise<FakeSocket> => {
		const socket = connect();
		socket.says({ ...JOIN, after });
		await jest.advanceTimersByTimeAsync(0);
		return socket;
	};
	return { call, sockets, connect, joined };
}

function heard(socket: FakeSocket): Array<Record<string, unknown>> {
	return socket.sent.map((text) => JSON.parse(text) as Record<string, unknown>);
}
function kinds(socket: FakeSocket): unknown[] {
	return heard(socket).map(({ type, seq }) => (seq === undefined ? type : seq));
}

describe('joining', () => {
	it('gives all that was told since, then all as it is told, each once', async () => {
		const { call, joined } = world();
		for (let i = 0; i < 3; i++) call.messages.tell(CAPTION);
		const socket = await joined(1);
		call.messages.tell(CAPTION);
		call.messages.acknowledge(4);
		call.messages.tellCandidate({ candidate: '' });
		expect(kinds(socket)).toEqual(['joined', 2, 3, 4, 5]);
		expect(heard(socket)[1]).toEqual({ type: 'event', seq: 2, event: CAPTION });
	});

	it.each([
		['a token of another call', { ...JOIN, token: callToken(KEY, `s_${'d'.repeat(24)}`) }, 'VOICE_ERR_CALLER_REFUSED'],
		['another call', { ...JOIN, sessionId: `s_${'d'.repeat(24)}`, token: callToken(KEY, `s_${'d'.repeat(24)}`) }, 'VOICE_ERR_CALL_UNKNOWN'],
		['no token', { type: 'join', sessionId: ID }, 'VOICE_ERR_BAD_REQUEST'],
		['something else first', { type: 'candidates', candidates: [{ candidate: '' }] }, 'VOICE_ERR_BAD_REQUEST'],
		['no JSON', 'hello', 'VOICE_ERR_BAD_REQUEST'],
		['an offer without a token', { type: 'offer', sdp: 'v=0' }, 'VOICE_ERR_CALLER_REFUSED'],
	])('with %s is refused, with the reason, and closed', async (_what, message, code) => {
		const { call, connect } = world();
		const socket = connect();
		socket.says(message);
		await jest.advanceTimersByTimeAsync(0);
		call.messages.tell(CAPTION);
		expect(heard(socket)).toEqual([{ type: 'error', error: expect.objectContaining({ code }) }]);
		expect(socket.closedWith).toBe(1008);
	});

	it('nothing may follow it before it is answered, and nobody waits for one for ever', async () => {
		const { connect } = world();
		const hasty = connect();
		hasty.says(JOIN);
		hasty.says(JOIN);
		await jest.advanceTimersByTimeAsync(0);
		expect(kinds(hasty)).toEqual(['error']);
		const mute = connect();
		await jest.advanceTimersByTimeAsync(5000);
		expect([kinds(mute), mute.closedWith]).toEqual([['error'], 1008]);
	});

	it('takes the place of the call\'s socket before', async () => {
		const { call, joined } = world();
		const first = await joined();
		const second = await joined();
		first.gone();
		call.messages.tell(CAPTION);
		expect([kinds(first), kinds(second)]).toEqual([['joined', 'error'], ['joined', 1]]);
		const third = await joined(1);
		expect([second.closedWith, kinds(third)]).toEqual([1008, ['joined']]);
	});
});

describe('in the call', () => {
	it('offers are answered under their ids; candidates, requests and acks go to the call', async () => {
		const { call, joined } = world();
		const socket = await joined();
		call.messages.tell(CAPTION);
		for (const message of [
			{ type: 'offer', id: 'a', sdp: 'v=0', trickle: true },
			{ type: 'candidates', candidates: [{ candidate: 'x' }] },
			{ type: 'request', request: { type: 'interrupt' } },
			{ type: 'ack', seq: 1 },
			{ type: 'ping' },
			{ type: 'bye' },
		]) socket.says(message);
		await jest.advanceTimersByTimeAsync(0);
		expect(heard(socket).slice(2)).toEqual([{ type: 'pong' }, { type: 'answer', id: 'a', sdp: 'answer to v=0' }]);
		expect([call.offers, call.candidates, call.asked, call.messages.unacknowledged(), call.ends]).toEqual([
			[{ sdp: 'v=0', trickle: true }],
			[{ candidate: 'x' }],
			[{ type: 'interrupt' }],
			[],
			['the caller hung up'],
		]);
	});

	it('an offer that fails is answered by its error, and the socket stays', async () => {
		const { call, joined } = world();
		call.reoffer = async () => {
			throw new VoiceError('VOICE_ERR_BAD_OFFER', 'It has no audio.');
		};
		const socket = await joined();
		socket.says({ type: 'offer', id: 'a', sdp: 'v=0' });
		await jest.advanceTimersByTimeAsync(0);
		expect(heard(socket)[1]).toMatchObject({ type: 'error', id: 'a', error: { code: 'VOICE_ERR_BAD_OFFER' } });
		expect(socket.closedWith).toBeUndefined();
	});

	it('the end is told, also to who joins after it', async () => {
		const { call, joined } = world();
		const socket = await joined();
		call.messages.tell({ type: 'session.ended', reason: 'idle' });
		call.messages.end();
		expect(kinds(socket)).toEqual(['joined', 1, 'bye']);
		expect(socket.readyState).toBe(2);
		expect(kinds(await joined())).toEqual(['joined', 1, 'bye']);
	});

	it.each([
		['a flood', (socket: FakeSocket) => Array.from({ length: 500 }, () => socket.says({ type: 'ping' })), 'VOICE_ERR_TOO_MANY'],
		['a binary message', (socket: FakeSocket) => socket.emit('message', Buffer.from('{"type":"ping"}'), true), 'VOICE_ERR_BAD_REQUEST'],
		['a message of the future', (socket: FakeSocket) => socket.says({ type: 'dance' }), 'VOICE_ERR_BAD_REQUEST'],
		['a second join', (socket: FakeSocket) => socket.says(JOIN), 'VOICE_ERR_BAD_REQUEST'],
	])('%s closes the socket with the reason, and leaves the call alone', async (_what, act, code) => {
		const { call, joined } = world();
		const socket = await joined();
		act(socket);
		expect(heard(socket).at(-1)).toMatchObject({ type: 'error', error: { code } });
		expect(heard(socket).length).toBeLessThan(130);
		expect([socket.closedWith, call.ends]).toEqual([1008, []]);
	});

	it('a page that does not read, and one that does not answer, is let go', async () => {
		const { call, joined, sockets } = world();
		const full = await joined();
		Object.assign(full, { bufferedAmount: 3_000_000 });
		call.messages.tell(CAPTION);
		expect(full.terminated).toBe(true);
		const silent = await joined(1);
		await jest.advanceTimersByTimeAsync(5000);
		expect([silent.pings, silent.terminated]).toEqual([1, false]);
		silent.emit('pong');
		await jest.advanceTimersByTimeAsync(5000);
		expect(silent.terminated).toBe(false);
		await jest.advanceTimersByTimeAsync(5000);
		expect(silent.terminated).toBe(true);
		sockets.close();
	});
});

it('a hundred sockets that say nothing are enough', () => {
	const { sockets, connect } = world();
	for (let i = 0; i < 100; i++) {
		sockets.admit();
		connect();
	}
	expect(() => sockets.admit()).toThrow(/Too many WebSockets/);
});
