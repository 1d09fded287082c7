// Guards against calls that work on localhost only: both ends behind NATs, UDP blocked, a public address that is not the machine's own, a caller who changes networks.
import type { PeerEvent, PeerProtocol } from '../../runtime/cli/call/peer-protocol';
import { type Inbox, type Running, connect, runMedia, runPeers } from '../media/children';
import type { MediaProtocol } from '../../runtime/rpc/media-protocol';
import { Coturn } from './coturn';
import { expectHeard } from './heard';
import { TwoNetworks } from './namespaces';
import { testInNamespaces } from './programs';

jest.setTimeout(90_000);

const testBetweenNetworks = testInNamespaces();
const TURN = '11.0.0.20';

let networks: TwoNetworks | undefined;
let coturn: Coturn | undefined;
let media: Running<MediaProtocol> | undefined;
let peers: Running<PeerProtocol> | undefined;

afterEach(async () => {
	await Promise.all([media?.stop(), peers?.stop(), coturn?.stop()]);
	networks?.remove();
	[media, peers, coturn, networks] = [undefined, undefined, undefined, undefined];
});

/** The runtime's media in the office, the caller at home. */
function start(): { networks: TwoNetworks; media: Running<MediaProtocol>; peers: Running<PeerProtocol> } {
	networks = new TwoNetworks();
	media = runMedia(networks.office);
	peers = runPeers(networks.home);
	return { networks, media, peers };
}

function addressesIn(sdp: string): string[] {
	return [...sdp.matchAll(/^a=candidate:\S+ \d+ \S+ \d+ (\S+) /gm)].map(([, address = '']) => address);
}

testBetweenNetworks('a runtime with a public address that is not its own (NAT 1:1), at stated ports: no server is needed', async () => {
	const at = start();
	at.networks.rule(at.networks.officeNat, 'add rule ip nat pre iifname out udp dport 50000-50009 dnat to 10.2.0.2', 'add rule ip nat pre iifname out tcp dport 50000-50009 dnat to 10.2.0.2');
	const network = { loopback: false, ports: { min: 50_000, max: 50_009 }, publicAddresses: [{ address: '11.0.0.2' }] };
	const call = await connect(at.media, at.peers, { hear: false, network });
	expect(new Set(addressesIn(call.answer))).toEqual(new Set(['11.0.0.2']));
	await expectHeard(call, 'Can you hear me through the wall?');
	// The caller's only way with UDP blocked: ICE-TCP at the same ports.
	at.networks.rule(at.networks.homeNat, 'insert rule ip wall forward meta l4proto udp drop');
	const overTcp = await connect(at.media, at.peers, { hear: false, network });
	await expectHeard(overTcp, 'Can you hear me now?');
});

describe('with a TURN server', () => {
	testInNamespaces('turnserver')('both ends behind a NAT find each other by STUN', async () => {
		const at = start();
		coturn = await Coturn.start({ address: TURN, namespace: at.networks.turn });
		const iceServers = coturn.servers([`stun:${TURN}:3478`]).mint();
		let offered = '';
		const call = await connect(at.media, at.peers, {
			hear: false,
			network: { loopback: false, iceServers },
			callerNetwork: { iceServers },
			change: (sdp) => (offered = sdp),
		});
		expect(addressesIn(offered)).toContain('11.0.0.1');
		expect(addressesIn(call.answer)).toContain('11.0.0.2');
		expect(call.answer).not.toMatch(/raddr 10\./);
		await expectHeard(call, 'Do we meet in the middle?');
	});

	testInNamespaces('turnserver')('UDP is blocked: TURN over TCP; and the caller moves to another address in mid-call', async () => {
		const at = start();
		coturn = await Coturn.start({ address: TURN, namespace: at.networks.turn });
		at.networks.rule(at.networks.homeNat, 'insert rule ip wall forward meta l4proto udp drop');
		const servers = coturn.servers([`stun:${TURN}:3478`, `turn:${TURN}:3478?transport=udp`, `turn:${TURN}:3478?transport=tcp`]);
		const call = await connect(at.media, at.peers, {
			hear: false,
			network: { loopback: false, iceServers: coturn.servers([`stun:${TURN}:3478`]).mint() },
			callerNetwork: { iceServers: servers.mint() },
		});
		await expectHeard(call, 'Is there a way around?');
		at.networks.moveHome('10.1.0.2', '10.1.0.3');
		const sdp = await offerFrom('10.1.0.3', call.client, () => call.peer.send({ type: 'restartIce' }));
		call.session.send({ type: 'reoffer', id: 'moved', offer: sdp });
		const { answer } = await call.media.next('answer', 2);
		call.peer.send({ type: 'answer', sdp: answer });
		await expectHeard(call, 'Here I am again.');
	});
});

/** wrtc looks at the machine's addresses every two seconds: asked again until it knows the new one. */
async function offerFrom(address: string, client: Inbox<PeerEvent>, restart: () => void): Promise<string> {
	for (let n = 2; ; n++) {
		restart();
		const { sdp } = await client.next('offer', n);
		if (addressesIn(sdp).includes(address)) return sdp;
	}
}
