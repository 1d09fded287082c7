// Guards against: the runtime POSTing turns to an address that does not lead back to n8n.
import { turnUrl } from './turn-url';

test.each([
	['127.0.0.1', undefined, '', 'http://127.0.0.1:5678/webhook/voice'],
	['::ffff:172.18.0.3', undefined, '', 'http://172.18.0.3:5678/webhook/voice'],
	['::1', undefined, '', 'http://[::1]:5678/webhook/voice'],
	['fe80::1%eth0', undefined, '', 'http://[fe80::1]:5678/webhook/voice'],
	['10.0.0.2', true, '', 'https://10.0.0.2:5678/webhook/voice'],
	['127.0.0.1', undefined, 'http://n8n:5678/', 'http://n8n:5678/webhook/voice'],
])('%s (TLS %s), given %j', (localAddress, encrypted, base, expected) => {
	expect(turnUrl({ localAddress, localPort: 5678, encrypted }, '/webhook/voice?session=s_1', base)).toBe(expected);
});

test('a test stays a test', () => {
	expect(turnUrl({ localAddress: '127.0.0.1', localPort: 80 }, '/n8n/webhook-test/voice', '')).toBe('http://127.0.0.1:80/n8n/webhook-test/voice');
});
