import { VoiceError } from '../../contract/errors';
import type { PageEvent, PageRequest } from '../../contract/page-events';
import type { IceCandidate } from '../../contract/signalling';
import type { ConversationInput } from '../../dialogue/conversation-events';
import { monotonicClock } from '../../lib/clock';
import { MessageLog } from '../signalling/message-log';
import type { SdpFragment } from '../signalling/sdp-fragment';
import type { SignalledCall } from '../signalling/signalled-call';
import type { MediaLink, MediaLinkEvent } from './media-link';
import type { CallRecord } from './call-record';

type ConnectionState = Extract<MediaLinkEvent, { type: 'connection' }>['state'];

/** A page opens its data channel at once. Who is connected and has none by then hears the greeting all the same. */
const CHANNEL_LIMIT_MS = 1000;
const MAX_REMEMBERED = 32;

/** The call behind a line. */
interface CallOfLine {
	/** The media link that there is now. */
	link(): MediaLink | undefined;
	/** What a page that comes back is told again. */
	kept(): Pick<CallRecord, 'tell' | 'events'>;
	/** What a page asks is said to the dialogue, once. */
	step(input: ConversationInput): void;
	/** The page is there. May be called more than once. */
	greet(): void;
	end(reason: string): void;
}

/** A call's line to its page: the data channel of its link, and whichever other way reads `messages` and asks. */
export class PageLine implements SignalledCall {
	/** Numbered above all that a gateway before this one may have told: a page that comes back takes lower numbers for old news. */
	readonly messages = new MessageLog(Date.now());
	/** Requests that come by two ways. */
	private readonly recent = new RecentIds();
	/** Whose data channel the page has opened. */
	private openOn: MediaLink | undefined;
	private channelLimit: NodeJS.Timeout | undefined;

	constructor(private readonly call: CallOfLine) {}

	tell(event: PageEvent): void {
		this.call.kept().tell(event);
		this.send(event);
	}

	/** To a page that may have lost all that it showed: after `started` it hears the conversation so far, and nothing else of what was told before. */
	retell(started: PageEvent): void {
		this.unlinked();
		this.messages.restart();
		this.tell(started);
		for (const event of this.call.kept().events) this.send(event);
	}

	/** One of ours, found after the answer. */
	tellCandidate(candidate: IceCandidate): void {
		const seq = this.messages.tellCandidate(candidate);
		this.call.link()?.tell({ type: 'candidate', seq, candidate });
	}

	channelOpen(): void {
		this.openOn = this.call.link();
		this.messages.setChannelOpen(true);
		this.call.greet();
	}

	connection(state: ConnectionState): void {
		if (state === 'connected') this.channelLimit ??= setTimeout(() => this.call.greet(), CHANNEL_LIMIT_MS);
		this.messages.setChannelOpen(state === 'connected' && this.openOn !== undefined && this.openOn === this.call.link());
	}

	/** The link is gone, and the call waits for another one. */
	lost(): void {
		this.unlinked();
		this.tell({ type: 'link.lost' });
	}

	/** `last`: where the page has not been told yet how the call ended. */
	over(last?: PageEvent): void {
		clearTimeout(this.channelLimit);
		if (last) this.messages.tell(last);
		this.messages.end();
	}

	/** Renegotiates the link that there is. */
	async reoffer(offer: string, trickle = false): Promise<string> {
		return await this.link.reoffer(offer, trickle);
	}

	async takeFragment(fragment: SdpFragment): Promise<string | undefined> {
		return await this.link.takeFragment(fragment);
	}

	addCandidates(candidates: readonly IceCandidate[]): void {
		this.call.link()?.addCandidates(candidates);
	}

	get iceSession(): string {
		return this.call.link()?.iceSession ?? '';
	}

	ask(request: PageRequest): void {
		if (request.type === 'ack') this.messages.acknowledge(request.seq);
		else if (request.type === 'hangup') this.call.step({ type: 'hangup', at: monotonicClock.now(), reason: 'the caller hung up' });
		else if (request.type === 'interrupt' && this.recent.isNew(request.id)) this.call.step({ type: 'interruptAsked', at: monotonicClock.now() });
	}

	end(reason: string): void {
		this.call.end(reason);
	}

	private get link(): MediaLink {
		const link = this.call.link();
		if (!link) throw new VoiceError('VOICE_ERR_CALL_UNKNOWN', 'The call has no connection that could be changed.', { remedy: 'Make an offer with the resume token, or start a new call.' });
		return link;
	}

	private unlinked(): void {
		this.openOn = undefined;
		this.messages.setChannelOpen(false);
	}

	private send(event: PageEvent): void {
		const seq = this.messages.tell(event);
		this.call.link()?.tell({ ...event, seq });
	}
}

/** What came by two ways is the same thing once. */
class RecentIds {
	private readonly ids: string[] = [];

	/** false: it has come already. What has no id is always new. */
	isNew(id: string | undefined): boolean {
		if (id === undefined) return true;
		if (this.ids.includes(id)) return false;
		this.ids.push(id);
		if (this.ids.length > MAX_REMEMBERED) this.ids.shift();
		return true;
	}
}
