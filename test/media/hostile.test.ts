// Guards against one caller's input ending the process and with it everybody's call.
import { joinPcm } from '../../runtime/audio/pcm';
import { connect, runMedia, runPeers } from './children';
import { ALIKE, likeness, median, speech } from './speech';

const media = runMedia();
const peers = runPeers();
afterAll(async () => {
	await Promise.all([media.stop(), peers.stop()]);
});

function insert(line: string) {
	return (sdp: string): string => sdp.replace('a=sendrecv\r\n', `a=sendrecv\r\n${line}\r\n`);
}

it.each([
	['maxptime 5', insert('a=maxptime:5')],
	['maxptime 10 in fmtp', (sdp: string) => sdp.replace('minptime=10', 'minptime=10;maxptime=10')],
	['ptime 0', insert('a=ptime:0')],
	['stereo and constant bit rate', (sdp: string) => sdp.replace('minptime=10', 'stereo=1;cbr=1;maxaveragebitrate=0')],
	['PCMU first', (sdp: string) => sdp.replace(/SAVPF ([\d ]+)/, (_, formats: string) => `SAVPF 0 ${formats}`)],
	['an unresolvable candidate', insert('a=candidate:1 1 udp 2122260223 4c5d0e9c-1111-4222-8333-444455556666.local 5000 typ host')],
])('a call with %s works', async (_, change) => {
	let changed = false;
	const call = await connect(media, peers, {
		change: (sdp) => {
			changed = change(sdp) !== sdp;
			return change(sdp);
		},
	});
	expect(changed).toBe(true);
	const said = speech('Is anybody there?');
	call.peer.send({ type: 'say', id: 'a', pcm: said });
	await call.media.next('speechStopped');
	call.session.send({ type: 'utterance', utteranceId: 'u', sampleRate: 16_000, interruptible: true });
	call.session.send({ type: 'play', utteranceId: 'u', pcm: said });
	call.session.send({ type: 'playEnd', utteranceId: 'u' });
	await call.media.next('played');
	const before = call.client.of('heard').length;
	await call.client.until(() => call.client.of('heard').length > before + 40);
	expect(median(likeness(said, joinPcm(call.client.of('heard').map(({ pcm }) => pcm))))).toBeGreaterThan(ALIKE);
	call.session.send({ type: 'close' });
	call.peer.send({ type: 'hangUp' });
	await call.session.result;
});

it.each([
	['nothing', () => ''],
	['garbage', () => '\u0000\uffff'.repeat(1000)],
	['no fingerprint', (sdp: string) => sdp.replace(/a=fingerprint.*\r\n/g, '')],
	['no audio', (sdp: string) => sdp.replace('m=audio', 'm=video')],
	['1 MB of attributes', (sdp: string) => sdp + 'a=x:y\r\n'.repeat(150_000)],
	['Opus of 0 Hz', (sdp: string) => sdp.replace('opus/48000/2', 'opus/0/2')],
])('an offer with %s fails as a bad offer, while another call goes on', async (_, change) => {
	const call = await connect(media, peers, { hear: false });
	call.session.send({ type: 'utterance', utteranceId: 'u', sampleRate: 24_000, interruptible: true });
	call.session.send({ type: 'play', utteranceId: 'u', pcm: new Int16Array(24_000).fill(500) });
	call.session.send({ type: 'playEnd', utteranceId: 'u' });
	await expect(connect(media, peers, { hear: false, change })).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_OFFER' });
	expect(await call.media.next('played')).toMatchObject({ complete: true, playedSamples: 24_000 });
	call.session.send({ type: 'close' });
	call.peer.send({ type: 'hangUp' });
	await call.session.result;
});

it('a session that fails leaves the others alone', async () => {
	const healthy = await connect(media, peers, { hear: false });
	const failing = await connect(media, peers, { hear: false });
	failing.session.send({ type: 'utterance', utteranceId: 'u', sampleRate: 7, interruptible: true });
	await expect(failing.session.result).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
	healthy.session.send({ type: 'utterance', utteranceId: 'h', sampleRate: 16_000, interruptible: true });
	healthy.session.send({ type: 'play', utteranceId: 'h', pcm: new Int16Array(1600).fill(900) });
	healthy.session.send({ type: 'playEnd', utteranceId: 'h' });
	expect(await healthy.media.next('played')).toMatchObject({ complete: true });
	for (const { session, peer } of [healthy, failing]) {
		session.send({ type: 'close' });
		peer.send({ type: 'hangUp' });
		await session.result.catch(() => undefined);
	}
});

it('a hundred calls leave nothing behind', async () => {
	const stats = async () => await media.client.call('stats', {}).result;
	const before = (await stats()).sessions;
	let warm = 0;
	for (let n = 0; n < 100; n++) {
		const call = await connect(media, peers, { hear: false });
		call.session.send({ type: 'close' });
		call.peer.send({ type: 'hangUp' });
		await call.session.result;
		if (n === 30) warm = (await stats()).rssBytes;
	}
	const after = await stats();
	expect(after.sessions).toBe(before);
	expect((after.rssBytes - warm) / 1e6).toBeLessThan(40);
});

it('ends when its parent is gone', async () => {
	const orphan = runMedia();
	await orphan.client.call('stats', {}).result;
	await orphan.stop();
	expect([orphan.child.exitCode, orphan.child.signalCode]).toEqual([0, null]);
});
