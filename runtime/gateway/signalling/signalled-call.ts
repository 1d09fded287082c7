import type { PageRequest } from '../../contract/page-events';
import type { IceCandidate } from '../../contract/signalling';
import type { MessageLog } from './message-log';
import type { SdpFragment } from './sdp-fragment';

/** A call, as its caller's messages see it. */
export interface SignalledCall {
	/** Renegotiates, see Call. */
	reoffer(offer: string, trickle?: boolean): Promise<string>;
	/** Names the connection of the last answer: its ICE user fragment. */
	readonly iceSession: string;
	/** The answer's fragment where it restarts ICE, undefined where it has candidates only. */
	takeFragment(fragment: SdpFragment): Promise<string | undefined>;
	/** Of the caller; those for an earlier offer are dropped. */
	addCandidates(candidates: readonly IceCandidate[]): void;
	/** What the page asks. */
	ask(request: PageRequest): void;
	end(reason: string): void;
}

/** The calls that can be asked about by their ids. */
export interface SignalledCalls {
	/** Throws why the call has ended, or VOICE_ERR_CALL_UNKNOWN. */
	line(id: string): SignalledCall;
	/** Of a call that has ended a moment ago, too. Throws VOICE_ERR_CALL_UNKNOWN. */
	messages(id: string): MessageLog;
}
