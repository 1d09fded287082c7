import { callToken } from '../../runtime/lib/call-token';
import { openedSession } from '../../runtime/contract/control';
import { bearerOf } from './http-surfaces';
import { offerOf } from '../../runtime/media/sdp/offer.fixture';
import type { RunningTarget } from './surface';

/** A call of the runtime with a caller from whom no sound comes. */
export interface HeldCall {
	readonly sessionId: string;
	readonly token: string;
	/** As the runtime's answer names it. */
	readonly etag: string;
}

/** Who never connects is given up after 20 s; before that, each is renewed. */
const GOOD_FOR_MS = 12_000;

/** Calls to say something in, each in the hands of one at a time. */
export class HeldCalls {
	private readonly free: Array<{ readonly call: HeldCall; readonly since: number }> = [];

	constructor(private readonly runtime: RunningTarget) {}

	/** Resolves to what `work` does; `again` is false where the call can be of no more use. */
	async with<T>(work: (call: HeldCall) => Promise<{ readonly outcome: T; readonly again: boolean }>): Promise<T> {
		const held = this.free.pop() ?? { call: await this.open(), since: performance.now() };
		let keep = false;
		try {
			const { outcome, again } = await work(held.call);
			keep = again && performance.now() - held.since < GOOD_FOR_MS;
			return outcome;
		} finally {
			if (keep) this.free.push(held);
			else await this.hangUp(held.call);
		}
	}

	async close(): Promise<void> {
		for (const { call } of this.free.splice(0)) await this.hangUp(call);
	}

	private async open(): Promise<HeldCall> {
		const { url, headers } = this.runtime;
		const source = { workflowId: 'w1', node: 'Trigger', mode: 'test', turnUrl: 'http://127.0.0.1:9/x' };
		const body = JSON.stringify({ offer: offerOf(), trickle: true, agent: { apology: '' }, source });
		const answer = await fetch(`${url}/v1/sessions`, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body });
		const { sessionId, answer: sdp } = openedSession.parse(await answer.json());
		return { sessionId, token: callToken(bearerOf(this.runtime), sessionId), etag: `"${/^a=ice-ufrag:(\S+)/m.exec(sdp)?.[1] ?? ''}"` };
	}

	private async hangUp({ sessionId }: HeldCall): Promise<void> {
		const { url, headers } = this.runtime;
		await fetch(`${url}/v1/calls/${sessionId}`, { method: 'DELETE', headers });
	}
}
