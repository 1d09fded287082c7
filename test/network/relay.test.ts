// Guards against calls that fail where only a TURN server gets them through: credentials that coturn does not take, a relay that nobody can reach, and one that anybody can use.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Inbox, connect, runMedia, runPeers } from '../media/children';
import type { PeerEvent } from '../../runtime/cli/call/peer-protocol';
import { Coturn, SECRET } from './coturn';
import { expectHeard, hangUp } from './heard';
import { ownAddress, testWith } from './programs';

const testWithCoturn = testWith('turnserver');
const media = runMedia();
const peers = runPeers();
let coturn: Coturn | undefined;

afterEach(async () => await coturn?.stop());
afterAll(async () => {
	await Promise.all([media.stop(), peers.stop()]);
});

async function startCoturn(...more: string[]): Promise<Coturn> {
	coturn = await Coturn.start({ more });
	return coturn;
}

/** The types of a description's candidates. */
function typesIn(sdp: string): Set<string> {
	return new Set([...sdp.matchAll(/^a=candidate:.* typ (\w+)/gm)].map(([, type = '']) => type));
}

/** What a caller offers who may only be relayed. */
async function relayedOffer(iceServers: ReturnType<ReturnType<Coturn['servers']>['mint']>): Promise<string> {
	const inbox = new Inbox<PeerEvent>();
	const peer = peers.client.call('peer', { hear: false, network: { iceServers, relayOnly: true } }, (event) => inbox.receive(event));
	const { sdp } = await inbox.next('offer');
	peer.send({ type: 'hangUp' });
	await peer.result;
	return sdp;
}

testWithCoturn('a call that is relayed only, over UDP and over TCP', async () => {
	const server = await startCoturn('--runtime-address', ownAddress());
	for (const transport of ['udp', 'tcp'] as const) {
		const { iceServers, iceTransportPolicy } = server.servers([server.url(transport)]).configuration(true);
		let offered = '';
		const call = await connect(media, peers, {
			hear: false,
			network: { loopback: false },
			callerNetwork: { iceServers, relayOnly: iceTransportPolicy === 'relay' },
			change: (sdp) => (offered = sdp),
		});
		expect(typesIn(offered)).toEqual(new Set(['relay']));
		await expectHeard(call, `Can you hear me over ${transport}?`);
		await hangUp(call);
	}
});

testWithCoturn('a TURN server that is started again in mid-call: the caller restarts ICE, and the call goes on', async () => {
	const server = await startCoturn('--runtime-address', ownAddress());
	const { iceServers } = server.servers([server.url('udp')]).configuration(true);
	const call = await connect(media, peers, { hear: false, network: { loopback: false }, callerNetwork: { iceServers, relayOnly: true } });
	await expectHeard(call, 'Please book a table for two.');
	await server.kill();
	await server.start();
	call.peer.send({ type: 'restartIce' });
	const { sdp } = await call.client.next('offer', 2);
	expect(typesIn(sdp)).toEqual(new Set(['relay']));
	call.session.send({ type: 'reoffer', id: 'again', offer: sdp });
	const { answer } = await call.media.next('answer', 2);
	call.peer.send({ type: 'answer', sdp: answer });
	await expectHeard(call, 'Are you still there?');
	await hangUp(call);
});

testWithCoturn('credentials that have expired, or that somebody else has made, relay nothing', async () => {
	const server = await startCoturn('--runtime-address', ownAddress());
	const good = server.servers([server.url('udp')]);
	expect(typesIn(await relayedOffer(good.mint()))).toEqual(new Set(['relay']));
	const yesterday = server.servers([server.url('udp')], () => Date.now() - 86_400_000);
	expect(typesIn(await relayedOffer(yesterday.mint()))).toEqual(new Set());
	const forged = good.mint().map((entry) => ({ ...entry, credential: 'bm90IHRoZSBzZWNyZXQ=' }));
	expect(typesIn(await relayedOffer(forged))).toEqual(new Set());
});

testWith('turnserver', 'turnutils_uclient')('a relay leads to no loopback and no private address that nobody asked for', async () => {
	const server = await startCoturn();
	const use = async (peer: string): Promise<string> => {
		const args = ['-y', '-n', '1', '-c', '-e', peer, '-W', SECRET, '-u', 'call-of-the-test', '-p', String(server.port), server.address];
		const { stdout, stderr } = await promisify(execFile)('turnutils_uclient', args).catch((error: { stdout: string; stderr: string }) => error);
		return stdout + stderr;
	};
	for (const peer of ['127.0.0.1', '10.0.0.1', '192.168.1.1', '169.254.169.254']) expect(await use(peer)).toMatch(/403/);
});
