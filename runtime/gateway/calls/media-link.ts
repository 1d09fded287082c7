import { VoiceError } from '../../contract/errors';
import { type PageRequest, pageRequest } from '../../contract/page-events';
import { type IceCandidate, type NumberedCandidate, type NumberedPageEvent, ufragOf } from '../../contract/signalling';
import { parseJson } from '../../lib/json';
import type { SendMemory } from '../../contract/link';
import type { RpcCall } from '../../rpc/client';
import type { LinkNetwork, MediaEvent, MediaInput } from '../../rpc/media-protocol';
import { type SdpFragment, fragmentOf, restartedOffer } from '../signalling/sdp-fragment';
import type { MediaPlace } from './media-server';

export type MediaLinkEvent = Exclude<MediaEvent, { type: 'answer' | 'reofferFailed' | 'request' }>;

/** Why a link is gone, for good. `error` where the media process failed or died. */
export interface LinkEnd {
	readonly reason: string;
	readonly error?: VoiceError;
	/** It was connected perhaps, but neither a packet of sound nor a message ever came over it. */
	readonly nothingCame?: boolean | undefined;
}

export interface MediaLinkListener {
	onEvent(event: MediaLinkEvent): void;
	onRequest(request: PageRequest): void;
	/** Comes once, whatever ended the link. Nothing follows. */
	onEnd(end: LinkEnd): void;
}

/** How long media may take to answer an offer: gathering candidates takes some 10 ms, a loaded machine seconds. */
const ANSWER_LIMIT_MS = 10_000;
/** What the page is told that the call was taken from. */
const MOVED = 'the call goes on in another window';

interface PendingAnswer {
	readonly resolve: (sdp: string) => void;
	readonly reject: (error: VoiceError) => void;
}

/**
 * One peer connection of a caller, as the gateway sees it. It lives until close(), until the caller is gone, or until
 * its media process dies; onEnd tells. The place in the media process is given back then.
 */
export class MediaLink {
	/** The SDP answer to the offer it was made with. Rejects with VOICE_ERR_BAD_OFFER or VOICE_ERR_MEDIA_LOST. */
	readonly answer: Promise<string>;
	private readonly session: RpcCall<MediaInput, LinkEnd>;
	private readonly answers = new Map<string, PendingAnswer>();
	private nextOffer = 1;
	private lastOffer: string;
	private lastAnswer = '';

	constructor(
		place: MediaPlace,
		params: { sessionId: string; offer: string; trickle?: boolean; flushSilenceMs: number; network?: LinkNetwork; sending?: SendMemory | undefined },
		private readonly listener: MediaLinkListener,
	) {
		this.lastOffer = params.offer;
		this.answer = this.expectAnswer('');
		this.answer.then((sdp) => (this.lastAnswer = sdp), () => undefined);
		this.session = place.client.call('session', params, (event) => this.receive(event));
		this.session.result
			.then(
				(end) => this.ended(end),
				(thrown: unknown) => this.ended({ reason: 'media failed', error: VoiceError.from(thrown, 'VOICE_ERR_MEDIA_LOST') }),
			)
			.finally(() => place.release());
	}

	/** Renegotiates: an ICE restart, a changed microphone. */
	async reoffer(offer: string, trickle = false): Promise<string> {
		const id = `offer-${this.nextOffer++}`;
		const answer = this.expectAnswer(id);
		this.session.send({ type: 'reoffer', id, offer, trickle });
		const sdp = await answer;
		this.lastOffer = offer;
		this.lastAnswer = sdp;
		return sdp;
	}

	/** Of the caller. Those that name another ICE session than the last offer's are dropped: they came late. */
	addCandidates(candidates: readonly IceCandidate[]): void {
		const current = candidates.filter(({ usernameFragment: ufrag }) => typeof ufrag !== 'string' || ufrag === ufragOf(this.lastOffer));
		if (current.length > 0) this.session.send({ type: 'candidates', candidates: current });
	}

	/** Names the connection of the last answer: its ICE user fragment. */
	get iceSession(): string {
		return ufragOf(this.lastAnswer);
	}

	/** A fragment of another ICE session restarts ICE: resolves to the answer's. One with candidates only resolves to undefined. */
	async takeFragment(fragment: SdpFragment): Promise<string | undefined> {
		if (fragment.ufrag !== undefined && fragment.ufrag !== ufragOf(this.lastOffer)) return fragmentOf(await this.reoffer(restartedOffer(this.lastOffer, fragment)));
		this.addCandidates(fragment.candidates);
		return undefined;
	}

	send(input: MediaInput): void {
		this.session.send(input);
	}

	/** Over the data channel. */
	tell(message: NumberedPageEvent | NumberedCandidate): void {
		this.session.send({ type: 'event', json: JSON.stringify(message) });
	}

	/** Another link of its call is in its place, perhaps that of another window: its page is told so, and does not come back. */
	replaced(): void {
		this.tell({ type: 'session.ended', reason: MOVED });
		this.close();
	}

	/** onEnd follows when media has closed the connection. */
	close(): void {
		this.session.send({ type: 'close' });
	}

	private expectAnswer(id: string): Promise<string> {
		const answer = new Promise<string>((resolve, reject) => {
			const late = new VoiceError('VOICE_ERR_MEDIA_LOST', 'The audio process did not answer the offer in time.');
			const limit = setTimeout(() => this.answers.get(id)?.reject(late), ANSWER_LIMIT_MS);
			const settled = (): void => {
				clearTimeout(limit);
				this.answers.delete(id);
			};
			this.answers.set(id, {
				resolve: (sdp) => {
					settled();
					resolve(sdp);
				},
				reject: (error) => {
					settled();
					reject(error);
				},
			});
		});
		answer.catch(() => undefined);
		return answer;
	}

	private receive(event: MediaEvent): void {
		if (event.type === 'answer') this.answers.get(event.id)?.resolve(event.answer);
		else if (event.type === 'reofferFailed') {
			this.answers.get(event.id)?.reject(new VoiceError('VOICE_ERR_BAD_OFFER', event.message));
		} else if (event.type === 'request') this.request(event.json);
		else this.listener.onEvent(event);
	}

	/** What a page sends is whatever a stranger sends: what is no request is dropped. */
	private request(json: string): void {
		const request = pageRequest.safeParse(parseJson(json));
		if (request.success) this.listener.onRequest(request.data);
	}

	private ended(end: LinkEnd): void {
		const failure = end.error ?? new VoiceError('VOICE_ERR_CALL_UNKNOWN', 'The call has ended.');
		for (const pending of [...this.answers.values()]) pending.reject(failure);
		this.listener.onEnd(end);
	}
}
