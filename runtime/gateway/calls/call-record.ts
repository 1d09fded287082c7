import type { PageEvent } from '../../contract/page-events';
import type { ConversationInput } from '../../dialogue/conversation-events';
import { History } from '../../dialogue/history/history';
import { monotonicClock } from '../../lib/clock';
import type { SendMemory } from '../../contract/link';
import type { CallJournal, Journal, StoredCall } from '../journal/journal';
import type { CallRequest } from './call-request';
import { PageTranscript } from './page-transcript';
import { type MintedToken, mintResumeToken, opensWith, restoredToken } from './resume-token';

/** What of a call outlives its links, and the gateway: all that changes is in the journal before anybody acts on it. */
export class CallRecord {
	readonly history: History;
	/** On the monotonic clock. */
	readonly openedAt: number;
	/** What the caller's links have learnt of how much can be sent to them. */
	sending: SendMemory | undefined;
	private readonly transcript = new PageTranscript();
	private readonly journal: CallJournal;
	private readonly minted: Partial<MintedToken> & Pick<MintedToken, 'hash'>;

	/** @param stored as the process before has left it */
	constructor(id: string, request: CallRequest, journal: Journal, stored?: StoredCall) {
		this.minted = stored ? restoredToken(stored.tokenHash) : mintResumeToken(id);
		const openedAt = stored?.openedAt ?? Date.now();
		this.openedAt = monotonicClock.now() - (Date.now() - openedAt);
		this.journal = stored ? journal.goOn(stored) : journal.open({ id, request: { ...request, offer: '-' }, openedAt, tokenHash: this.minted.hash.toString('base64') });
		this.history = new History(undefined, (entries, from) => this.journal.history(entries, from));
		for (const event of stored?.events ?? []) this.transcript.take(event);
		this.sending = stored?.sending;
		this.history.restore(stored?.history ?? []);
	}

	/** Lets the caller in again; only the process that has begun the call knows it. */
	get resumeToken(): string | undefined {
		return this.minted.token;
	}

	opensWith(token: string): boolean {
		return opensWith(token, this.minted.hash);
	}

	/** What a page that comes back is told again. */
	get events(): PageEvent[] {
		return this.transcript.events;
	}

	tell(event: PageEvent): void {
		if (this.transcript.take(event)) this.journal.event(event);
	}

	input(input: ConversationInput): void {
		this.journal.input(input);
	}

	learntToSend(memory: SendMemory): void {
		this.sending = memory;
		// No addresses on the disk.
		this.journal.sending({ ...memory, paths: [] });
	}

	/** What has come of its turns. */
	get ofTurns(): Pick<CallJournal, 'turn' | 'reply' | 'sound' | 'together'> {
		return this.journal;
	}

	/** Nothing of it is kept. */
	ended(): void {
		this.journal.ended();
	}
}
