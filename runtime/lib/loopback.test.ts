// Guards against a stranger who is taken for somebody at this machine, and the other way round.
import { isLoopbackAddress, isLoopbackHost } from './loopback';

it.each(['127.0.0.1', '127.255.0.9', '::1', '0:0:0:0:0:0:0:1', '::ffff:127.0.0.1'])('%s is a loopback address', (address) => {
	expect(isLoopbackAddress(address)).toBe(true);
});

it.each(['192.0.2.1', '128.0.0.1', '::', '::2', 'fd00::1', '1::1', '::ffff:10.0.0.1', 'localhost', ''])('%s is none', (address) => {
	expect(isLoopbackAddress(address)).toBe(false);
});

it.each(['localhost', 'localhost:5678', 'LOCALHOST', 'n8n.localhost:1', '127.0.0.1:5678', '[::1]:5678', '[::1]'])('%s is a loopback host', (host) => {
	expect(isLoopbackHost(host)).toBe(true);
});

it.each(['voice.example.com', 'localhost.example.com', '127.0.0.1.example.com', '192.0.2.1:5678', '[fd00::1]:80', 'a b', ''])('%s is none', (host) => {
	expect(isLoopbackHost(host)).toBe(false);
});
