import { joinPcm } from '../../runtime/audio/pcm';
import type { Connection } from '../media/children';
import { ALIKE, likeness, median, speech } from '../media/speech';

/** The caller says it, and media hears it as it was. */
export async function expectHeard(call: Connection, sentence: string): Promise<void> {
	const stops = call.media.of('speechStopped').length;
	const before = call.media.of('audio').length;
	const said = speech(sentence);
	call.peer.send({ type: 'say', id: sentence, pcm: said });
	await call.media.next('speechStopped', stops + 1);
	expect(median(likeness(said, joinPcm(call.media.of('audio').slice(before).map(({ pcm }) => pcm))))).toBeGreaterThan(ALIKE);
	call.session.send({ type: 'rest' });
}

export async function hangUp(call: Connection): Promise<void> {
	call.peer.send({ type: 'hangUp' });
	await call.session.result;
}
