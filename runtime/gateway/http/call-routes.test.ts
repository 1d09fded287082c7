// Guards against: an offer that is taken though it says nothing about the agent, and a call that somebody else's id ends.
import { VoiceError } from '../../contract/errors';
import { CALL_ID, HttpDoor } from './http-door.fixture';

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
	expect(response.json()).toEqual({ sessionId: CALL_ID, answer: 'v=0 answer' });
	expect(door.calls.open).toHaveBeenCalledWith(expect.objectContaining({ offer: 'v=0', source: OFFER.source }));
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

it('a new offer is for the call that is named', async () => {
	const reoffer = jest.fn().mockResolvedValue('v=0 again');
	door.calls.get.mockReturnValue({ reoffer });
	const response = await door.askWithKey('PATCH', `/v1/sessions/${CALL_ID}`, { offer: 'v=0 new' });
	expect(response.json()).toEqual({ answer: 'v=0 again' });
	expect(door.calls.get).toHaveBeenCalledWith(CALL_ID);
	expect(reoffer).toHaveBeenCalledWith('v=0 new');
	expect((await door.askWithKey('PATCH', `/v1/sessions/${CALL_ID}`, {})).status).toBe(400);
});

it('a call is ended by its id', async () => {
	const end = jest.fn();
	door.calls.get.mockReturnValue({ end });
	const response = await door.askWithKey('DELETE', `/v1/sessions/${CALL_ID}`);
	expect([response.status, response.body.length]).toEqual([204, 0]);
	expect(end).toHaveBeenCalledWith('the caller hung up');
});

it('the reason of a call that has ended is passed on', async () => {
	const error = new VoiceError('VOICE_ERR_MEDIA_LOST', 'The audio process is gone.');
	door.calls.get.mockImplementation(() => {
		throw error;
	});
	for (const [method, body] of [['PATCH', { offer: 'v=0' }], ['DELETE', undefined]] as const) {
		const response = await door.askWithKey(method, `/v1/sessions/${CALL_ID}`, body);
		expect(response.json()).toEqual({ error: error.toShape() });
	}
});

it.each(['x', `t_${'c'.repeat(24)}`, `s_${'c'.repeat(60)}`, 's_..%2f..%2fetc'])('the id %s is refused before anybody looks for it', async (id) => {
	for (const method of ['PATCH', 'DELETE']) {
		const response = await door.askWithKey(method, `/v1/sessions/${id}`, method === 'PATCH' ? { offer: 'v=0' } : undefined);
		expect(response.status).toBe(400);
		expect(response.json()).toMatchObject({ error: { code: 'VOICE_ERR_BAD_REQUEST' } });
	}
	expect(door.calls.get).not.toHaveBeenCalled();
});
