// Guards against: an offer that is taken though it says nothing about the agent, and an answer that tells the caller nothing of how to go on.
import { callToken, sealedResumeToken } from '../../lib/call-token';
import { VoiceError } from '../../contract/errors';
import { CALL_ID, HttpDoor, KEY } from './http-door.fixture';

const OFFER = {
	offer: 'v=0',
	agent: { name: 'Ada' },
	source: { workflowId: 'w1', node: 'Trigger', mode: 'production', turnUrl: 'http://localhost/webhook/x' },
};

let door: HttpDoor;
beforeEach(async () => {
	door = await HttpDoor.open();
});
afterEach(async () => await door.close());

it('an offer opens a call and is answered', async () => {
	door.calls.open.mockResolvedValue({ sessionId: CALL_ID, answer: 'v=0 answer', secret: 'not for nodes' });
	const response = await door.askWithKey('POST', '/v1/sessions', OFFER);
	expect(response.status).toBe(201);
	expect(response.json()).toEqual({ sessionId: CALL_ID, answer: 'v=0 answer', token: callToken(KEY, CALL_ID), socket: { url: 'wss://voice.example/runtime/v1/signal' } });
	expect(door.calls.open).toHaveBeenCalledWith(expect.objectContaining({ offer: 'v=0', source: OFFER.source }));
});

it('what lets the caller back in is sealed, and only what is sealed with this key lets anybody back in', async () => {
	const sealed = sealedResumeToken(KEY, `${CALL_ID}.secret`);
	door.calls.open.mockResolvedValue({ sessionId: CALL_ID, answer: 'v=0 answer', resumeToken: `${CALL_ID}.secret` });
	expect((await door.askWithKey('POST', '/v1/sessions', OFFER)).json()).toMatchObject({ resumeToken: sealed });
	expect((await door.askWithKey('POST', '/v1/sessions', { ...OFFER, resumeToken: sealed })).json()).toMatchObject({ resumeToken: sealed });
	expect(door.calls.open).toHaveBeenLastCalledWith(expect.objectContaining({ resumeToken: `${CALL_ID}.secret` }));
	for (const resumeToken of [`${CALL_ID}.secret`, `${sealed}x`, sealedResumeToken('another key', `${CALL_ID}.secret`), '', '.']) {
		const refused = await door.askWithKey('POST', '/v1/sessions', { ...OFFER, resumeToken });
		expect([refused.status, refused.json()]).toEqual([404, { error: expect.objectContaining({ code: 'VOICE_ERR_CALL_UNKNOWN' }) }]);
	}
	expect(door.calls.open).toHaveBeenCalledTimes(2);
});

it.each([
	['no offer', { ...OFFER, offer: undefined }, 'offer'],
	['an empty one', { ...OFFER, offer: '' }, 'offer'],
	['one of 100 kB', { ...OFFER, offer: 'x'.repeat(100_001) }, 'offer'],
	['a workflow without an address', { ...OFFER, source: { ...OFFER.source, turnUrl: 'nowhere' } }, 'source.turnUrl'],
	['another mode', { ...OFFER, source: { ...OFFER.source, mode: 'x' } }, 'source.mode'],
	['no body', undefined, 'The request'],
	['a list', [], 'The request'],
])('%s is refused, and the message names the field', async (_what, body, field) => {
	const response = await door.askWithKey('POST', '/v1/sessions', body);
	expect(response.status).toBe(400);
	expect(response.json()).toMatchObject({ error: { code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringMatching(new RegExp(`^${field}: `)) } });
	expect(door.calls.open).not.toHaveBeenCalled();
});

it.each(['VOICE_ERR_BUSY', 'VOICE_ERR_BAD_OFFER', 'VOICE_ERR_MEDIA_LOST', 'VOICE_ERR_STOPPING'] as const)('a call that is refused says why: %s', async (code) => {
	const error = new VoiceError(code, 'Not now.');
	door.calls.open.mockRejectedValue(error);
	const response = await door.askWithKey('POST', '/v1/sessions', OFFER);
	expect(response.status).toBe(error.status);
	expect(response.json()).toEqual({ error: error.toShape() });
});
