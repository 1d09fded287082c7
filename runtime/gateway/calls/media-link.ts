import { VoiceError } from '../../contract/errors';
import type { PageEvent, PageRequest } from '../../contract/page-events';
import { pageRequest } from '../../contract/page-events';
import type { RpcCall } from '../../rpc/client';
import type { MediaEvent, MediaInput } from '../../rpc/media-protocol';
import type { MediaPool } from '../children/media-pool';

export type MediaLinkEvent = Exclude<MediaEvent, { type: 'answer' | 'reofferFailed' | 'request' }>;

export interface MediaLinkListener {
	onEvent(event: MediaLinkEvent): void;
	onRequest(request: PageRequest): void;
	/** The peer connection is gone, for good. `error` where the media process died. */
	onEnd(reason: string, error?: VoiceError): void;
}

/** How long media may take to answer an offer: gathering candidates takes some 10 ms, a loaded machine seconds. */
const ANSWER_LIMIT_MS = 10_000;

/** One caller's peer connection, as the gateway sees it. Owned by the conversation; close() ends it. */
export class MediaLink {
	private readonly call: RpcCall<MediaInput, { reason: string }>;
	private readonly answers = new Map<string, { readonly resolve: (sdp: string) => void; readonly reject: (error: VoiceError) => void }>();
	private nextOffer = 1;
	private readonly firstAnswer: Promise<string>;

	private constructor(
		place: Awaited<ReturnType<MediaPool['place']>>,
		params: { sessionId: string; offer: string; flushSilenceMs: number },
		private readonly listener: MediaLinkListener,
	) {
		this.firstAnswer = this.expectAnswer('');
		this.call = place.client.call('session', params, (event) => this.receive(event));
		this.call.result
			.then(
				({ reason }) => this.ended(reason),
				(thrown: unknown) => this.ended('media failed', VoiceError.from(thrown, 'VOICE_ERR_MEDIA_LOST')),
			)
			.finally(place.release);
	}

	static async open(
		pool: MediaPool,
		params: { sessionId: string; offer: string; flushSilenceMs: number },
		listener: MediaLinkListener,
	): Promise<{ session: MediaLink; answer: string }> {
		const session = new MediaLink(await pool.place(), params, listener);
		return { session, answer: await session.firstAnswer };
	}

	async reoffer(offer: string): Promise<string> {
		const id = `offer-${this.nextOffer++}`;
		const answer = this.expectAnswer(id);
		this.call.send({ type: 'reoffer', id, offer });
		return await answer;
	}

	send(input: MediaInput): void {
		this.call.send(input);
	}

	tell(event: PageEvent): void {
		this.call.send({ type: 'event', json: JSON.stringify(event) });
	}

	close(): void {
		this.call.send({ type: 'close' });
	}

	private expectAnswer(id: string): Promise<string> {
		const answer = new Promise<string>((resolve, reject) => {
			const limit = setTimeout(
				() => reject(new VoiceError('VOICE_ERR_MEDIA_LOST', 'The audio process did not answer the offer in time.')),
				ANSWER_LIMIT_MS,
			);
			const settle = <T>(act: (value: T) => void) => (value: T): void => {
				clearTimeout(limit);
				this.answers.delete(id);
				act(value);
			};
			this.answers.set(id, { resolve: settle(resolve), reject: settle(reject) });
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

	private request(json: string): void {
		let value: unknown;
		try {
			value = JSON.parse(json);
		} catch {
			return;
		}
		const request = pageRequest.safeParse(value);
		if (request.success) this.listener.onRequest(request.data);
	}

	private ended(reason: string, error?: VoiceError): void {
		const failure = error ?? new VoiceError('VOICE_ERR_SESSION_UNKNOWN', 'The call has ended.');
		for (const { reject } of [...this.answers.values()]) reject(failure);
		this.listener.onEnd(reason, error);
	}
}
