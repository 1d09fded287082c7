import type { PeerProtocol } from '../../runtime/cli/call/peer-protocol';
import type { Forked } from '../forked';
import type { Line, LineListener, Spoken } from './line';

/** Answers a call's offer. `end` tells the server that the caller has hung up, where it wants to be told. */
export type Answer = (sdp: string) => Promise<{ readonly sdp: string; readonly end?: () => Promise<unknown> }>;

/** A call of our own caller to a server that answers an offer with all candidates. */
export async function sdpLine(callers: Forked<PeerProtocol>, answer: Answer, listener: LineListener): Promise<Line> {
	const saying = new Map<string, (spoken: Spoken) => void>();
	return await new Promise((resolve, reject) => {
		let end: (() => Promise<unknown>) | undefined;
		const hangUp = async (): Promise<void> => {
			peer.send({ type: 'hangUp' });
			await end?.();
		};
		const say = async (pcm: Int16Array): Promise<Spoken> => {
			const id = String(saying.size);
			return await new Promise((said) => {
				saying.set(id, said);
				peer.send({ type: 'say', id, pcm });
			});
		};
		const accept = async (offer: string): Promise<void> => {
			const answered = await answer(offer);
			end = answered.end;
			peer.send({ type: 'answer', sdp: answered.sdp });
		};
		const peer = callers.client.call('peer', { hear: true }, (event) => {
			if (event.type === 'offer') accept(event.sdp).catch(reject);
			else if (event.type === 'heard') listener.hear(event.at, event.pcm);
			else if (event.type === 'spoken') saying.get(event.id)?.(event);
			else if (event.type === 'state' && event.state === 'connected') resolve({ say, hangUp });
		});
		peer.result.catch((error: Error) => {
			reject(error);
			listener.lost(error);
		});
	});
}
