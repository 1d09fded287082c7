// Guards against: a POST that n8n cannot check, one that never ends, and an answer of n8n that is taken for a started execution.
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EVENT } from './fake-socket.fixture';
import { postToTrigger } from './trigger-webhook';

const KEY = 'a key that both know';
let server: Server;
let url: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let received: Array<{ method: string | undefined; headers: IncomingMessage['headers']; body: string }>;

beforeAll(async () => {
	server = createServer((request, response) => {
		const pieces: Buffer[] = [];
		request.on('data', (piece: Buffer) => pieces.push(piece));
		request.on('end', () => {
			received.push({ method: request.method, headers: request.headers, body: Buffer.concat(pieces).toString() });
			answer(request, response);
		});
	});
	await once(server.listen(0, '127.0.0.1'), 'listening');
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook/x`;
});
afterAll(() => {
	server.closeAllConnections();
	server.close();
});
beforeEach(() => {
	received = [];
	answer = (_request, response) => response.writeHead(200).end('{"message":"Workflow was started"}');
});
afterEach(() => jest.restoreAllMocks());

it('posts the event, signed over its exact bytes', async () => {
	await postToTrigger(url, KEY, EVENT);
	const [{ method, headers, body } = { method: '', headers: {}, body: '' }] = received;
	expect(method).toBe('POST');
	expect(headers['content-type']).toBe('application/json');
	expect(JSON.parse(body)).toEqual(EVENT);
	expect(headers['x-voice-signature']).toBe(`sha256=${createHmac('sha256', KEY).update(body).digest('hex')}`);
	// The key itself does not travel.
	expect(JSON.stringify(received)).not.toContain(KEY);
});

it.each([
	[404, 'VOICE_ERR_NOT_LISTENING'],
	[400, 'VOICE_ERR_WORKFLOW_FAILED'],
	[401, 'VOICE_ERR_WORKFLOW_FAILED'],
	[429, 'VOICE_ERR_WORKFLOW_FAILED'],
	[500, 'VOICE_ERR_WORKFLOW_FAILED'],
	[503, 'VOICE_ERR_WORKFLOW_FAILED'],
])('an answer of %i is %s', async (status, code) => {
	answer = (_request, response) => response.writeHead(status).end('{"message":"what n8n says is not for callers"}');
	await expect(postToTrigger(url, KEY, EVENT)).rejects.toMatchObject({ code, message: expect.not.stringContaining('not for callers') });
});

it('a redirect is not followed: the event is for this address alone', async () => {
	answer = (_request, response) => response.writeHead(302, { location: url }).end();
	await expect(postToTrigger(url, KEY, EVENT)).rejects.toMatchObject({ code: 'VOICE_ERR_WORKFLOW_GONE' });
	expect(received).toHaveLength(1);
});

it('n8n that is not there, or that goes away before it answers, is gone', async () => {
	answer = (request) => request.socket.destroy();
	await expect(postToTrigger(url, KEY, EVENT)).rejects.toMatchObject({ code: 'VOICE_ERR_WORKFLOW_GONE', message: 'n8n could not be reached.' });
	await expect(postToTrigger('http://127.0.0.1:1/webhook/x', KEY, EVENT)).rejects.toMatchObject({ code: 'VOICE_ERR_WORKFLOW_GONE' });
});

it('n8n that does not answer within 10 s is given up', async () => {
	const limit = new AbortController();
	const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(limit.signal);
	answer = () => limit.abort(new DOMException('late', 'TimeoutError'));
	await expect(postToTrigger(url, KEY, EVENT)).rejects.toMatchObject({
		code: 'VOICE_ERR_WORKFLOW_GONE',
		message: 'n8n did not answer within 10 s.',
		remedy: expect.stringContaining('WEBHOOK_URL'),
	});
	expect(timeout).toHaveBeenCalledWith(10_000);
});
