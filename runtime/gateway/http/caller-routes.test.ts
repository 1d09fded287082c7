// Guards against: a call that a stranger can end or listen to, a message that is taken for another kind, and an answer that a WHIP client cannot use.
import { callToken } from '../../lib/call-token';
import { VoiceError } from '../../contract/errors';
import { SignalledStandIn } from '../signalling/signalled-call.fixture';
import { CALL_ID, HttpDoor, KEY } from './http-door.fixture';

const PATH = `/v1/calls/${CALL_ID}`;
const OTHER = `s_${'d'.repeat(24)}`;
const UNKNOWN = new VoiceError('VOICE_ERR_CALL_UNKNOWN', 'The call has ended.');
const SDP = { 'content-type': 'application/sdp' };
const FRAGMENT = { 'content-type': 'application/trickle-ice-sdpfrag' };
const CANDIDATE = 'candidate:1 1 udp 1 10.0.0.7 5000 typ host';
const CAPTION = { type: 'caption.partial', text: 'hello' } as const;
const token = { 'x-voice-call-token': callToken(KEY, CALL_ID) };

let door: HttpDoor;
let call: SignalledStandIn;

beforeEach(async () => {
	door = await HttpDoor.open();
	call = new SignalledStandIn();
	const calls = call.in(CALL_ID, UNKNOWN);
	door.calls.line.mockImplementation(calls.line);
	door.calls.messages.mockImplementation(calls.messages);
});
afterEach(async () => await door.close());

async function patch(payload: object | string, headers: Record<string, string> = {}) {
	return await door.ask({ method: 'PATCH', url: PATH, payload, headers: { ...token, ...headers } });
}

describe('who may', () => {
	it.each([
		['nobody', {}],
		['who has another call\'s token', { 'x-voice-call-token': callToken(KEY, OTHER) }],
		['who has it with one letter changed', { 'x-voice-call-token': `${token['x-voice-call-token'].slice(0, -1)}_` }],
		['who guesses the key', { authorization: 'Bearer wrong' }],
	])('not %s', async (_who, headers) => {
		for (const method of ['GET', 'PATCH', 'DELETE']) {
			const response = await door.ask({ method, url: PATH, headers, ...(method === 'PATCH' && { payload: '{' }) });
			expect([response.status, response.json()]).toEqual([403, { error: expect.objectContaining({ code: 'VOICE_ERR_CALLER_REFUSED' }) }]);
		}
		expect([call.offers, call.ends]).toEqual([[], []]);
	});

	it.each([
		['the call\'s token in its header', token],
		['the call\'s token as a bearer', { authorization: `Bearer ${callToken(KEY, CALL_ID)}` }],
		['the runtime\'s key', { authorization: `Bearer ${KEY}` }],
	])('%s does', async (_what, headers) => {
		expect((await door.ask({ method: 'DELETE', url: PATH, headers })).status).toBe(204);
		expect(call.ends).toEqual(['the caller hung up']);
	});

	it.each(['x', `t_${'c'.repeat(24)}`, 's_..%2f..%2fetc'])('the id %s is refused before anybody looks for it', async (id) => {
		const response = await door.askWithKey('DELETE', `/v1/calls/${id}`);
		expect([response.status, door.calls.line.mock.calls]).toEqual([400, []]);
	});
});

describe('PATCH', () => {
	it('an offer renegotiates; the answer has the form of the offer, and names its ICE session', async () => {
		const json = await patch({ type: 'offer', sdp: 'v=0', trickle: true });
		expect([json.status, json.headers.etag, json.json()]).toEqual([200, '"ours"', { type: 'answer', sdp: 'answer to v=0', sessionId: CALL_ID }]);
		const bare = await patch('v=0 bare', SDP);
		expect([bare.status, bare.headers['content-type'], bare.body.toString()]).toEqual([200, expect.stringContaining('application/sdp'), 'answer to v=0 bare']);
		expect(call.offers).toEqual([{ sdp: 'v=0', trickle: true }, { sdp: 'v=0 bare', trickle: false }]);
	});

	it('candidates and requests go to the call', async () => {
		expect((await patch({ type: 'candidates', candidates: [{ candidate: CANDIDATE, sdpMid: '0', sdpMLineIndex: 0, usernameFragment: null }] })).status).toBe(204);
		expect((await patch({ type: 'request', request: { type: 'interrupt', id: 'a' } })).status).toBe(204);
		expect([call.candidates, call.asked]).toEqual([[expect.objectContaining({ candidate: CANDIDATE })], [{ type: 'interrupt', id: 'a' }]]);
	});

	it('a fragment brings candidates, or restarts ICE', async () => {
		expect((await patch(`a=${CANDIDATE}`, FRAGMENT)).status).toBe(204);
		call.restarted = 'a=ice-ufrag:new';
		const restarted = await patch('a=ice-ufrag:abcd\r\na=ice-pwd:0123456789012345678901', { ...FRAGMENT, 'if-match': '*' });
		expect([restarted.status, restarted.headers['content-type'], restarted.headers.etag, restarted.body.toString()]).toEqual([200, expect.stringContaining(FRAGMENT['content-type']), '"ours"', 'a=ice-ufrag:new']);
		expect(call.fragments.map(({ ufrag }) => ufrag)).toEqual([undefined, 'abcd']);
	});

	it('candidates for an earlier ICE session are refused where the caller names it', async () => {
		expect((await patch(`a=${CANDIDATE}`, { ...FRAGMENT, 'if-match': '"ours"' })).status).toBe(204);
		const late = await patch(`a=${CANDIDATE}`, { ...FRAGMENT, 'if-match': '"earlier"' });
		expect([late.status, late.json()]).toEqual([412, { error: expect.objectContaining({ code: 'VOICE_ERR_ICE_SESSION' }) }]);
		expect(call.fragments).toHaveLength(1);
	});

	it.each<[string, object | string, Record<string, string>, number]>([
		['no body', '', { 'content-type': 'application/json' }, 400],
		['something else', { type: 'bye' }, {}, 400],
		['an empty offer', { type: 'offer', sdp: '' }, {}, 400],
		['an offer of 100 kB', { type: 'offer', sdp: 'x'.repeat(100_001) }, {}, 400],
		['300 kB of SDP', 'x'.repeat(300_000), SDP, 413],
		['an empty fragment', 'v=0', FRAGMENT, 400],
		['no candidates', { type: 'candidates', candidates: [] }, {}, 400],
		['65 candidates', { type: 'candidates', candidates: Array.from({ length: 65 }, () => ({ candidate: '' })) }, {}, 400],
		['a request of the future', { type: 'request', request: { type: 'dance' } }, {}, 400],
		['another type', '<xml>', { 'content-type': 'text/xml' }, 400],
	])('%s is refused with a typed error', async (_what, body, headers, status) => {
		const response = await patch(body, headers);
		expect(response.status).toBe(status);
		expect(response.json()).toMatchObject({ error: { code: expect.stringMatching(/^VOICE_ERR_(BAD_REQUEST|TOO_LARGE)$/), remedy: expect.any(String) } });
		expect([call.offers, call.candidates, call.fragments, call.asked]).toEqual([[], [], [], []]);
	});
});

describe('GET', () => {
	it('is held until there is something to tell', async () => {
		const answer = door.ask({ method: 'GET', url: `${PATH}?after=1`, headers: token });
		call.messages.tell(CAPTION);
		setTimeout(() => call.messages.tell(CAPTION), 50);
		expect((await answer).json()).toEqual({ messages: [{ type: 'event', seq: 2, event: CAPTION }], ended: false });
	});

	it('tells how a call ended that nobody can ask for any more', async () => {
		door.calls.line.mockImplementation(() => {
			throw UNKNOWN;
		});
		call.messages.tell({ type: 'session.ended', reason: 'idle' });
		call.messages.end();
		expect((await door.ask({ method: 'GET', url: PATH, headers: token })).json()).toMatchObject({ ended: true, messages: [{ event: { reason: 'idle' } }] });
		const late = await patch({ type: 'offer', sdp: 'v=0' });
		expect([late.status, late.json()]).toEqual([404, { error: UNKNOWN.toShape() }]);
	});

	it.each(['-1', '1.5', 'x', '1e400'])('after=%s is refused', async (after) => {
		expect((await door.ask({ method: 'GET', url: `${PATH}?after=${after}`, headers: token })).status).toBe(400);
	});
});
