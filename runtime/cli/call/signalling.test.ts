// Guards against: a headless caller who is told that n8n is at fault, or nothing, where n8n starts, is away behind its proxy, or asks to wait.
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CallSignalling } from './signalling';

let server: Server;
let answer: { status: number; body: string; headers?: Record<string, string> };
let url: string;

beforeAll(async () => {
	server = createServer((request, response) => {
		request.resume();
		response.writeHead(answer.status, answer.headers).end(answer.body);
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/webhook/voice`;
});
afterAll(() => {
	server.closeAllConnections();
	server.close();
});

const ACCOUNT = { kind: 'n8n', email: 'a@example.com', password: 'p' } as const;
const HTML = '<html>Bad Gateway</html>';
const inside = (text: string): unknown => expect.stringContaining(text);

test.each([502, 503, 504])('a proxy whose n8n is not there (%i) is no refusal of the password, and no fault of n8n', async (status) => {
	answer = { status, body: HTML };
	const told = { code: 'VOICE_ERR_RUNTIME_UNREACHABLE', message: inside('it is starting, or it is not running'), remedy: inside('Wait a minute') };
	await expect(CallSignalling.open(url, ACCOUNT)).rejects.toMatchObject(told);
	await expect((await CallSignalling.open(url, { kind: 'open' })).offer('sdp')).rejects.toMatchObject(told);
});

test('who has to wait is told how long', async () => {
	answer = { status: 429, body: '{"message":"Too many requests"}', headers: { 'retry-after': '17' } };
	await expect(CallSignalling.open(url, ACCOUNT)).rejects.toMatchObject({ message: inside('only a few log-ins'), remedy: inside('Wait 17 s') });
	await expect((await CallSignalling.open(url, { kind: 'open' })).offer('sdp')).rejects.toMatchObject({ code: 'VOICE_ERR_TOO_MANY', remedy: inside('Wait 17 s') });
	answer = { status: 429, body: HTML };
	await expect(CallSignalling.open(url, ACCOUNT)).rejects.toMatchObject({ remedy: inside('Wait a minute') });
});

test("a wrong password is still told as one, and the trigger's own words as they are", async () => {
	answer = { status: 401, body: '{"message":"Wrong username or password"}' };
	await expect(CallSignalling.open(url, ACCOUNT)).rejects.toMatchObject({ code: 'VOICE_ERR_CALLER_REFUSED', message: inside('status 401') });
	answer = { status: 503, body: JSON.stringify({ error: { code: 'VOICE_ERR_BUSY', message: 'All 4 lines are in use.', remedy: 'Try again.' } }) };
	await expect((await CallSignalling.open(url, { kind: 'open' })).offer('sdp')).rejects.toMatchObject({ code: 'VOICE_ERR_BUSY', message: 'All 4 lines are in use.' });
});
