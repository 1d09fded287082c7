// Guards against calls in which one side does not hear the other, against lost speech and against barge-in that fails.
import { joinPcm } from '../../runtime/audio/pcm';
import { connect, type Connection, runMedia, runPeers } from './children';
import { ALIKE, likeness, median, speech } from './speech';

const media = runMedia();
const peers = runPeers();
afterAll(async () => {
	await Promise.all([media.stop(), peers.stop()]);
});

function heardBy({ client }: Connection): Int16Array {
	return joinPcm(client.of('heard').map(({ pcm }) => pcm));
}

async function close({ session, peer }: Connection): Promise<void> {
	session.send({ type: 'close' });
	peer.send({ type: 'hangUp' });
	await Promise.all([session.result, peer.result]);
}

function play({ session }: Connection, utteranceId: string, pcm: Int16Array, interruptible = true): void {
	session.send({ type: 'utterance', utteranceId, sampleRate: 16_000, interruptible });
	session.send({ type: 'play', utteranceId, pcm });
	session.send({ type: 'playEnd', utteranceId });
}

it('hears what the caller says, from before its first sound to its end', async () => {
	const call = await connect(media, peers);
	const said = speech('Please book a dentist appointment tomorrow at three.');
	call.peer.send({ type: 'say', id: 'a', pcm: said });
	const spoken = await call.client.next('spoken');
	const stopped = await call.media.next('speechStopped');
	const started = await call.media.next('speechStarted');
	expect(call.media.all.findIndex(({ type }) => type === 'audio')).toBeGreaterThan(
		call.media.all.findIndex(({ type }) => type === 'speechStarted'),
	);
	// All processes of a machine share the clock, so order in time is a fact and not a race.
	expect(started.speechAt).toBeLessThan(started.at);
	expect(stopped.speechEndAt).toBeGreaterThan(started.at);
	expect(stopped.at).toBeGreaterThan(spoken.to);
	const heard = joinPcm(call.media.of('audio').map(({ pcm }) => pcm));
	const fits = likeness(said, heard);
	expect(fits.length).toBeGreaterThan(4);
	expect(median(fits)).toBeGreaterThan(ALIKE);
	expect(fits[0]).toBeGreaterThan(ALIKE);
	call.session.send({ type: 'rest' });
	await close(call);
});

it('the caller hears the utterance, and every one of its samples is counted', async () => {
	const call = await connect(media, peers);
	const reply = speech('Your appointment is on Friday at half past nine. Do you need anything else?', 'en-gb');
	play(call, 'u1', reply);
	const played = await call.media.next('played');
	expect(played).toMatchObject({ utteranceId: 'u1', playedSamples: reply.length, complete: true });
	const order = call.media.all.map(({ type }) => type).filter((type) => ['playing', 'audible', 'played'].includes(type));
	expect(order).toEqual(['playing', 'audible', 'played']);
	expect(call.media.of('progress').length).toBeGreaterThan(10);
	const before = call.client.of('heard').length;
	await call.client.until(() => call.client.of('heard').length > before + 40);
	const fits = likeness(reply, heardBy(call));
	expect(fits.length).toBeGreaterThan(6);
	expect(median(fits)).toBeGreaterThan(ALIKE);
	await close(call);
});

it('falls silent by itself when the caller speaks, and goes on at that very sample when resumed', async () => {
	const call = await connect(media, peers);
	const reply = speech('On Monday you have the doctor at nine. On Tuesday you have the barber at ten. On Friday there is nothing.');
	play(call, 'u1', reply);
	await call.media.next('audible');
	await call.media.next('progress', 8);
	call.peer.send({ type: 'say', id: 'stop', pcm: speech('Uh huh.', 'en-us+m5') });
	const paused = await call.media.next('paused');
	expect(paused.playedSamples).toBeLessThan(reply.length);
	expect(call.media.all.findIndex(({ type }) => type === 'speechStarted')).toBeLessThan(call.media.all.indexOf(paused));
	await call.media.next('speechStopped');
	expect(call.media.of('played')).toHaveLength(0);
	const heardUntilPause = heardBy(call);
	// Silence in the second half of the pause: the agent really is quiet.
	expect(Math.max(...heardUntilPause.subarray(-1600))).toBeLessThan(300);
	call.session.send({ type: 'resume' });
	const played = await call.media.next('played');
	expect(played).toMatchObject({ playedSamples: reply.length, complete: true });
	const before = call.client.of('heard').length;
	await call.client.until(() => call.client.of('heard').length > before + 40);
	const rest = likeness(reply.subarray(paused.playedSamples), heardBy(call).subarray(heardUntilPause.length));
	expect(median(rest)).toBeGreaterThan(ALIKE);
	await close(call);
});

it('a flush ends what is said, and a new utterance follows', async () => {
	const call = await connect(media, peers);
	const reply = speech('This is a long answer that will be cut off before it comes to its end.');
	play(call, 'u1', reply, false);
	play(call, 'u2', reply);
	await call.media.next('progress', 5);
	call.session.send({ type: 'flush' });
	play(call, 'u3', reply.subarray(0, 8000));
	await call.media.next('played', 3);
	const [first, second, third] = call.media.of('played');
	expect(first).toMatchObject({ utteranceId: 'u1', complete: false });
	expect(first?.playedSamples).toBeLessThan(reply.length);
	expect(second).toMatchObject({ utteranceId: 'u2', complete: false, playedSamples: 0 });
	expect(third).toMatchObject({ utteranceId: 'u3', complete: true, playedSamples: 8000 });
	await close(call);
});

it('page events that were sent before the channel opened arrive, and requests come back, but no flood of them', async () => {
	const client = await connect(media, peers, { hear: false });
	const sent = ['listening', 'hearing'].map((state) => JSON.stringify({ type: 'state', state }));
	for (const json of sent) client.session.send({ type: 'event', json });
	await client.client.next('event', 2);
	expect(client.client.of('event').map(({ json }) => json)).toEqual(sent);
	for (let i = 0; i < 500; i++) client.peer.send({ type: 'request', json: JSON.stringify({ type: 'interrupt', i }) });
	client.peer.send({ type: 'request', json: 'x'.repeat(50_000) });
	await client.media.next('request');
	client.peer.send({ type: 'hangUp' });
	await client.session.result;
	// 20 a second, and the flood may straddle a few seconds on a busy machine.
	expect(client.media.of('request').length).toBeLessThanOrEqual(100);
	expect(client.media.of('request').every(({ json }) => json.length < 100)).toBe(true);
});

it('goes on over a new path: a second offer is answered on the same connection', async () => {
	const call = await connect(media, peers);
	call.peer.send({ type: 'restartIce' });
	const { sdp } = await call.client.next('offer', 2);
	call.session.send({ type: 'reoffer', id: 'bad', offer: sdp.replace(/a=fingerprint.*\r\n/g, '') });
	expect((await call.media.next('reofferFailed')).message).toMatch(/fingerprint/);
	call.session.send({ type: 'reoffer', id: 'good', offer: sdp });
	const { answer, id } = await call.media.next('answer', 2);
	expect(id).toBe('good');
	call.peer.send({ type: 'answer', sdp: answer });
	const said = speech('Can you hear me now?');
	call.peer.send({ type: 'say', id: 'a', pcm: said });
	await call.media.next('speechStopped');
	expect(median(likeness(said, joinPcm(call.media.of('audio').map(({ pcm }) => pcm))))).toBeGreaterThan(ALIKE);
	await close(call);
});

it('ends at once when the caller hangs up, and says so', async () => {
	const before = (await media.client.call('stats', {}).result).sessions;
	const call = await connect(media, peers, { hear: false });
	call.peer.send({ type: 'hangUp' });
	expect((await call.session.result).reason).toMatch(/hung up/);
	expect((await media.client.call('stats', {}).result).sessions).toBe(before);
});

it('a cancelled call is over', async () => {
	const call = await connect(media, peers, { hear: false });
	call.session.cancel();
	await expect(call.session.result).rejects.toMatchObject({ code: 'VOICE_ERR_CANCELLED' });
	await call.client.next('channelClosed');
	call.peer.send({ type: 'hangUp' });
});
