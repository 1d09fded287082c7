import { joinPcm } from '../../runtime/audio/pcm';
import type { Connection } from '../media/children';
import { ALIKE, likeness, speech } from '../media/speech';

/** Half a sentence is no sentence: so much of it has to be there, and the rest may be what a jitter buffer has stretched. */
const WHOLE = 0.8;

/** The caller says it, and media hears it as it was. */
export async function expectHeard(call: Connection, sentence: string): Promise<void> {
	const stops = call.media.of('speechStopped').length;
	const before = call.media.of('audio').length;
	const said = speech(sentence);
	call.peer.send({ type: 'say', id: sentence, pcm: said });
	await call.media.next('speechStopped', stops + 1);
	const fits = likeness(said, joinPcm(call.media.of('audio').slice(before).map(({ pcm }) => pcm)));
	expect(fits.filter((fit) => fit > ALIKE).length / fits.length).toBeGreaterThanOrEqual(WHOLE);
	call.session.send({ type: 'rest' });
}

export async function hangUp(call: Connection): Promise<void> {
	call.peer.send({ type: 'hangUp' });
	await call.session.result;
}
