// Guards against: a path that answers without the key, tells strangers which paths there are, or tells anybody what broke inside.
import { ERROR_KINDS, type ErrorCode, errorCodes } from '../../contract/error-kinds';
import { VoiceError } from '../../contract/errors';
import { CALL_ID, HttpDoor, TURN_ID } from './http-door.fixture';

let door: HttpDoor;
beforeEach(async () => {
	door = await HttpDoor.open();
});
afterEach(async () => await door.close());

const PATHS = [
	['POST', '/v1/sessions'],
	['GET', `/v1/turns/${TURN_ID}/audio`],
	['POST', `/v1/turns/${TURN_ID}/transcript`],
	['POST', `/v1/turns/${TURN_ID}/reply`],
	['POST', `/v1/turns/${TURN_ID}/tool-results`],
	['POST', `/v1/turns/${TURN_ID}/speech`],
	['POST', `/v1/turns/${TURN_ID}/failure`],
	['POST', '/v1/transcriptions'],
	['POST', '/v1/chat'],
	['POST', '/v1/speech'],
	['GET', '/v1/engines'],
	['GET', '/v1/page'],
	['GET', '/v1/health'],
	['GET', '/v1/stats'],
	['GET', '/v1/triggers'],
] as const;

const UNKNOWN = [
	['GET', '/'],
	['GET', '/v1'],
	['GET', '/v1/nothing'],
	['GET', '/v1/chat'],
	['DELETE', '/v1/health'],
	['POST', '/v1/sessions/x/y'],
	['OPTIONS', '/v1/health'],
	['PUT', '/v1/transcriptions'],
	['DELETE', `/v1/sessions/${'x'.repeat(200)}`],
	['DELETE', '/v1/sessions/%zz'],
] as const;

/** Bodies that would be refused for what they are, if they were looked at. */
const BODIES = [
	{},
	{ payload: '{', headers: { 'content-type': 'application/json' } },
	{ payload: 'x', headers: { 'content-type': 'image/png' } },
	{ payload: Buffer.alloc(3_000_000), headers: { 'content-type': 'application/octet-stream' } },
];

const OFFER = { offer: 'v=0', agent: {}, source: { workflowId: 'w', node: 'n', mode: 'test', turnUrl: 'http://localhost/x' } };

describe('without the key', () => {
	it.each([...PATHS, ...UNKNOWN])('%s %s is answered by 401 and nothing else, whatever the body', async (method, url) => {
		for (const { headers, payload } of BODIES) {
			for (const authorization of [undefined, 'Bearer wrong', 'Basic eDp4', 'Bearer ']) {
				const response = await door.ask({ method, url, payload, headers: { ...headers, ...(authorization && { authorization }) } });
				expect(response.status).toBe(401);
				expect(response.json()).toEqual({
					error: { code: 'VOICE_ERR_UNAUTHORIZED', message: 'The runtime\'s key is missing or wrong.', remedy: ERROR_KINDS.VOICE_ERR_UNAUTHORIZED.remedy },
				});
			}
		}
		expect(door.asked).toEqual([]);
		for (const used of [door.calls.open, door.calls.line, door.calls.turn, door.page.render, door.media.stats]) expect(used).not.toHaveBeenCalled();
	});
});

describe('with the key', () => {
	it.each([...UNKNOWN, ['GET', '/v1/triggers'] as const])('%s %s does not exist, and the answer says so', async (method, url) => {
		const response = await door.askWithKey(method, `${url}?secret=1`);
		expect(response.status).toBe(404);
		expect(response.json()).toMatchObject({ error: { code: 'VOICE_ERR_BAD_REQUEST', message: `There is no ${method} ${url}.`, remedy: expect.stringContaining('version') } });
	});

	it('a body over 2 MiB is refused, with the limit', async () => {
		const payload = JSON.stringify({ text: 'x'.repeat(2 * 1024 * 1024) });
		const response = await door.askWithKey('POST', '/v1/chat', payload, { 'content-type': 'application/json' });
		expect(response.status).toBe(413);
		expect(response.json()).toMatchObject({ error: { code: 'VOICE_ERR_TOO_LARGE', message: expect.stringContaining('2 MiB') } });
	});

	it('only transcriptions take recordings', async () => {
		for (const url of ['/v1/chat', '/v1/sessions', `/v1/turns/${TURN_ID}/reply`]) {
			const response = await door.askWithKey('POST', url, Buffer.alloc(10), { 'content-type': 'audio/wav' });
			expect(response.status).toBe(400);
			expect(response.json()).toMatchObject({ error: { code: 'VOICE_ERR_BAD_REQUEST' } });
		}
	});

	it.each(['{', '', '[1', 'x'])('the JSON %p is refused as what it is', async (payload) => {
		const response = await door.askWithKey('POST', '/v1/chat', payload, { 'content-type': 'application/json' });
		expect(response.status).toBe(400);
		const { error } = response.json() as { error: { code: string; message: string } };
		expect(error.code).toBe('VOICE_ERR_BAD_REQUEST');
		expect(error.message).toMatch(/^[^.].*[^.]\.$/s);
	});
});

describe('what goes wrong behind a route', () => {
	const byStatus = new Map<number, ErrorCode>(errorCodes.map((code) => [ERROR_KINDS[code].status, code]));

	it.each([...byStatus])('is answered by its status %i (%s), with code, message and remedy', async (status, code) => {
		door.calls.line.mockImplementation(() => {
			throw new VoiceError(code, 'What happened.', { remedy: 'What to do.', cause: new Error('a secret') });
		});
		const response = await door.askWithKey('DELETE', `/v1/calls/${CALL_ID}`);
		expect(response.status).toBe(status);
		expect(response.json()).toEqual({ error: { code, message: 'What happened.', remedy: 'What to do.' } });
	});

	it('a busy runtime says when to come back', async () => {
		door.calls.line.mockImplementation(() => {
			throw new VoiceError('VOICE_ERR_BUSY', 'full');
		});
		const response = await door.askWithKey('DELETE', `/v1/calls/${CALL_ID}`);
		expect(response.headers['retry-after']).toBe('10');
	});

	it.each([
		['an error', new Error('cannot read /home/someone/secret')],
		['an error of the system', Object.assign(new Error('connect ECONNREFUSED 10.0.0.1'), { code: 'ECONNREFUSED', statusCode: 400 })],
		['a string', 'secret'],
	])('%s that nobody foresaw is an internal one, and says nothing of itself', async (_what, thrown) => {
		door.calls.open.mockRejectedValue(thrown);
		const response = await door.askWithKey('POST', '/v1/sessions', OFFER);
		expect(response.status).toBe(500);
		expect(response.json()).toMatchObject({ error: { code: 'VOICE_ERR_INTERNAL', message: 'The runtime failed while it worked on this request.' } });
		expect(response.body.toString()).not.toMatch(/secret|10\.0/);
	});

	it('an answer of ours in a wrong shape is our fault, not the node\'s', async () => {
		door.calls.open.mockResolvedValue({ sessionId: 'nonsense', answer: 'v=0' });
		const response = await door.askWithKey('POST', '/v1/sessions', OFFER);
		expect(response.status).toBe(500);
		expect(response.json()).toMatchObject({ error: { code: 'VOICE_ERR_INTERNAL' } });
	});
});
