// Guards against: a website that reaches the runtime by a name of its own (DNS rebinding), and answers that a browser may frame, sniff or keep.
import { HttpDoor } from './http-door.fixture';

let door: HttpDoor;
afterEach(async () => await door.close());

it.each([
	['evil.example', 421],
	['evil.example:80', 421],
	['127.0.0.1.evil.example', 421],
	['localhost.evil.example', 421],
	['a b', 421],
	['voice.example.com:8650', 401],
	['VOICE.example.com', 401],
	['127.0.0.1:8650', 401],
	['[::1]:8650', 401],
	['localhost', 401],
	['agent.localhost:1', 401],
	['voice-runtime:8650', 401],
])('a request to %s without the key is answered by %s', async (host, status) => {
	door = await HttpDoor.open({ allowedHosts: ['voice.example.com'] });
	for (const url of ['/v1/health', '/v1/nothing']) expect((await door.ask({ method: 'GET', url, headers: { host } })).status).toBe(status);
});

it('whoever has the key comes by any name', async () => {
	door = await HttpDoor.open();
	expect((await door.askWithKey('GET', '/v1/health', undefined, { host: 'runtime.example.org' })).status).toBe(200);
});

it.each(['/v1/health', '/v1/nothing', '/v1/page'])('%s is no page that a browser would show, frame or keep', async (url) => {
	door = await HttpDoor.open();
	door.page.render.mockResolvedValue('<!doctype html>');
	for (const answer of [await door.askWithKey('GET', url), await door.ask({ method: 'GET', url })]) {
		expect(answer.headers).toMatchObject({
			'x-content-type-options': 'nosniff',
			'referrer-policy': 'no-referrer',
			'x-frame-options': 'DENY',
			'content-security-policy': expect.stringContaining("default-src 'none'"),
			'cache-control': 'no-store',
		});
	}
});
