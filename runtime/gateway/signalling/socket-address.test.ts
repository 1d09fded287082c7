// Guards against: a page that is told an address of its own machine for the runtime's, and one that is told none though it could reach it.
import { SocketAddress } from './socket-address';

test.each([
	['https://voice.example/runtime/', 'n8n.example', 'wss://voice.example/runtime/v1/signal', 'wss://voice.example'],
	['http://10.0.0.2:5001', '', 'ws://10.0.0.2:5001/v1/signal', 'ws://10.0.0.2:5001'],
	['', 'localhost:5678', 'ws://127.0.0.1:4000/v1/signal', 'ws://127.0.0.1:4000'],
	['', '127.0.0.1:5678', 'ws://127.0.0.1:4000/v1/signal', 'ws://127.0.0.1:4000'],
	['', '[::1]:5678', 'ws://127.0.0.1:4000/v1/signal', 'ws://127.0.0.1:4000'],
	['', 'n8n.example', undefined, ''],
	['', '127.0.0.1.evil.example', undefined, ''],
	['', 'localhost.evil.example', undefined, ''],
	['', '', undefined, ''],
	['', 'no host', undefined, ''],
])('public URL %j, page at %j', (publicUrl, pageHost, url, origin) => {
	const address = new SocketAddress(publicUrl, () => 4000);
	expect(address.for(pageHost)?.url).toBe(url);
	expect(address.originFor(pageHost)).toBe(origin);
	if (publicUrl === '') expect(new SocketAddress('', () => undefined).for(pageHost)).toBeUndefined();
});
