// Guards against settings for the network that do not reach the call, and loopback candidates for strangers.
import { CallNetwork, type MediaNetworkSettings } from './call-network';

const SETTINGS: MediaNetworkSettings = { ports: { min: 50_000, max: 50_099 }, publicAddresses: [{ address: '203.0.113.7' }], loopback: 'auto', behindNat: false };
const STUN = { urls: ['stun:s.example.com'] };

function network(change: Partial<MediaNetworkSettings> = {}, servers = [STUN]): CallNetwork {
	return new CallNetwork({ ...SETTINGS, ...change }, { mint: () => servers });
}

it.each([
	['auto', 'localhost:5678', true],
	['auto', '127.0.0.1:5678', true],
	['auto', 'voice.example.com', false],
	['auto', '192.168.1.5:5678', false],
	['auto', '', false],
	['always', 'voice.example.com', true],
	['never', 'localhost', false],
] as const)('loopback candidates, set to %s, for a page at %j: %s', (loopback, pageHost, allowed) => {
	expect(network({ loopback }).forLink(pageHost)).toMatchObject({ loopback: allowed, ports: SETTINGS.ports, publicAddresses: SETTINGS.publicAddresses });
});

it('this end asks servers only where it is behind a NAT, callers always', () => {
	expect(network().forLink('').iceServers).toEqual([]);
	expect(network({ behindNat: true }).forLink('').iceServers).toEqual([STUN]);
	expect(network().forCaller()).toEqual([STUN]);
	expect(network({}, []).forCaller()).toBeUndefined();
});
