// Guards against media on ports that no firewall was opened for, against addresses in the answer that are nobody's business, and against callers whose own addresses we cannot resolve.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer } from 'node:net';
import os from 'node:os';
import { type Connection, connect, runMedia, runPeers } from '../media/children';
import { expectHeard, hangUp } from './heard';

const media = runMedia();
const peers = runPeers();
afterAll(async () => {
	await Promise.all([media.stop(), peers.stop()]);
});

/** transport, address, port and type of each. */
function candidatesOf(sdp: string): string[][] {
	return [...sdp.matchAll(/^a=candidate:\S+ \d+ (\S+) \d+ (\S+) (\d+) typ (\S+)/gm)].map(([, ...parts]) => parts);
}

const PORTS = { min: 42_010, max: 42_011 };
const interfaces = Object.values(os.networkInterfaces()).flatMap((entries) => entries ?? []);
/** Loopback candidates are all that there is on a machine without a network. */
const hasNetwork = interfaces.some(({ internal, address }) => !internal && !address.startsWith('fe80'));
const hasIpv6 = interfaces.some(({ family }) => family === 'IPv6');

it('uses the stated ports', async () => {
	const calls = [await connect(media, peers, { hear: false, network: { ports: PORTS } }), await connect(media, peers, { hear: false, network: { ports: PORTS } })];
	for (const { answer } of calls) {
		const ports = candidatesOf(answer).map(([, , port]) => Number(port));
		expect(ports.length).toBeGreaterThan(0);
		for (const port of ports) expect([PORTS.min, PORTS.max]).toContain(port);
	}
	await Promise.all(calls.map(hangUp));
});

it('says so when none of them is left, and takes the next call when one is', async () => {
	const taken = [];
	for (const port of [PORTS.min, PORTS.max]) {
		const udp = createSocket(hasIpv6 ? 'udp6' : 'udp4').bind(port);
		const tcp = createServer().listen(port);
		await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
		taken.push(udp, tcp);
	}
	const attempt = async (): Promise<Connection> => await connect(media, peers, { hear: false, network: { ports: PORTS } });
	await expect(attempt()).rejects.toMatchObject({ code: 'VOICE_ERR_BUSY', remedy: expect.stringContaining('VOICE_LOOP_MEDIA_PORTS') });
	for (const socket of taken) socket.close();
	await Promise.all(taken.map(async (socket) => await once(socket, 'close')));
	const again = await attempt();
	await expectHeard(again, 'Please book a dentist appointment tomorrow at three.');
	await hangUp(again);
});

it('over TCP alone, at such a port', async () => {
	const withoutUdp = (sdp: string): string => sdp.replace(/^a=candidate:\S+ \d+ udp .*\r\n/gim, '');
	const call = await connect(media, peers, { hear: false, network: { ports: PORTS }, change: withoutUdp, changeAnswer: withoutUdp });
	expect(candidatesOf(call.answer).length).toBeGreaterThan(0);
	for (const [transport, , port] of candidatesOf(call.answer)) {
		expect(transport).toBe('tcp');
		expect([PORTS.min, PORTS.max]).toContain(Number(port));
	}
	await expectHeard(call, 'Please book a dentist appointment tomorrow at three.');
	await hangUp(call);
});

(hasIpv6 ? it : it.skip)('over IPv6 alone', async () => {
	const withoutIpv4 = (sdp: string): string => sdp.replace(/^a=candidate:\S+ \d+ \S+ \d+ \d+\.\d+\.\d+\.\d+ .*\r\n/gm, '');
	const call = await connect(media, peers, { hear: false, change: withoutIpv4, changeAnswer: withoutIpv4 });
	const addresses = candidatesOf(call.answer).map(([, address]) => address);
	expect(addresses.length).toBeGreaterThan(0);
	for (const address of addresses) expect(address).toContain(':');
	await expectHeard(call, 'Please book a dentist appointment tomorrow at three.');
	await hangUp(call);
});

it('a caller whose addresses are all hidden (mDNS) finds us by ours', async () => {
	let n = 0;
	const hidden = (sdp: string): string => sdp.replace(/^(a=candidate:\S+ \d+ \S+ \d+ )\S+( \d+ typ host)/gm, (_, before: string, after: string) => `${before}4c5d0e9c-1111-4222-8333-44445555${String(n++).padStart(4, '0')}.local${after}`);
	const call = await connect(media, peers, { hear: false, change: hidden });
	expect(n).toBeGreaterThan(0);
	await expectHeard(call, 'Please book a dentist appointment tomorrow at three.');
	await hangUp(call);
});

(hasNetwork ? it : it.skip)('strangers get no loopback candidate, and the public address in place of the inner ones', async () => {
	const call = await connect(media, peers, { hear: false, network: { loopback: false } });
	expect(candidatesOf(call.answer).map(([, address]) => address)).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(127\.|::1$)/)]));
	await expectHeard(call, 'Please book a dentist appointment tomorrow at three.');
	await hangUp(call);
	// Nothing answers at 192.0.2.77: the call comes about because the caller's own candidates lead from us to it.
	const behind = await connect(media, peers, { hear: false, network: { loopback: false, publicAddresses: [{ address: '192.0.2.77' }] } });
	const v4 = candidatesOf(behind.answer).filter(([, address]) => address?.includes('.'));
	expect(v4.length).toBeGreaterThan(0);
	for (const [, address] of v4) expect(address).toBe('192.0.2.77');
	await hangUp(behind);
});
