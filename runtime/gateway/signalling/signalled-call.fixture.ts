import type { PageRequest } from '../../contract/page-events';
import type { IceCandidate } from '../../contract/signalling';
import { MessageLog } from './message-log';
import type { SdpFragment } from './sdp-fragment';
import type { SignalledCall, SignalledCalls } from './signalled-call';

/** One call that keeps what it was told; the test plays the agent with `messages`. */
export class SignalledStandIn implements SignalledCall {
	readonly messages = new MessageLog();
	readonly offers: Array<{ sdp: string; trickle: boolean | undefined }> = [];
	readonly candidates: IceCandidate[] = [];
	readonly fragments: SdpFragment[] = [];
	readonly asked: PageRequest[] = [];
	readonly ends: string[] = [];
	iceSession = 'ours';
	/** What restarting by a fragment gives. */
	restarted: string | undefined;

	reoffer = async (sdp: string, trickle?: boolean): Promise<string> => {
		this.offers.push({ sdp, trickle });
		return `answer to ${sdp}`;
	};

	takeFragment = async (fragment: SdpFragment): Promise<string | undefined> => {
		this.fragments.push(fragment);
		return this.restarted;
	};

	addCandidates = (candidates: readonly IceCandidate[]): void => void this.candidates.push(...candidates);
	ask = (request: PageRequest): void => void this.asked.push(request);
	end = (reason: string): void => void this.ends.push(reason);

	/** As Calls, with this one only. `unknown` is what it throws for any other. */
	in(id: string, unknown: Error): { readonly [K in keyof SignalledCalls]: (asked: string) => ReturnType<SignalledCalls[K]> } {
		const find = (asked: string): this => {
			if (asked !== id) throw unknown;
			return this;
		};
		return { line: find, messages: (asked) => find(asked).messages };
	}
}
