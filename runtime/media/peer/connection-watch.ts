import type { MediaEvent } from '../../rpc/media-protocol';
import type { ConnectionState } from './wrtc';

/** A caller whose browser could not reach us by now will not: ICE gives up before. */
const CONNECT_LIMIT_MS = 20_000;
/** A page restarts ICE when its network changed; this is how long it has after the old path was given up. */
const FAILED_LIMIT_MS = 10_000;

/**
 * ICE says "disconnected" some 5 s after the last packet, and "failed" some 17 s after it: whoever has vanished is given up
 * within 20 s, and their place is free. Their call waits for them elsewhere.
 */
const VANISHED_LIMIT_MS = 14_000;

type ReportedState = Extract<MediaEvent, { type: 'connection' }>['state'];

/** Follows the connection's state and ends a session whose caller is gone. */
export class ConnectionWatch {
	private limit: NodeJS.Timeout | undefined;
	private endsAt = Infinity;
	private stopped = false;

	constructor(
		private readonly report: (state: ReportedState) => void,
		private readonly end: (reason: string) => void,
	) {
		this.endAfter(CONNECT_LIMIT_MS, 'The caller could not be reached.');
	}

	changed(state: ConnectionState): void {
		if (this.stopped || state === 'new') return;
		this.report(state);
		if (state === 'connected') {
			clearTimeout(this.limit);
			this.endsAt = Infinity;
		} else if (state === 'disconnected') this.endAfter(VANISHED_LIMIT_MS, 'The connection to the caller was lost.');
		else if (state === 'failed') this.endAfter(FAILED_LIMIT_MS, 'The connection to the caller was lost.');
		else if (state === 'closed') this.end('The caller hung up.');
	}

	stop(): void {
		this.stopped = true;
		clearTimeout(this.limit);
	}

	private endAfter(ms: number, reason: string): void {
		// A state that follows another one grants no more time.
		if (performance.now() + ms >= this.endsAt) return;
		this.endsAt = performance.now() + ms;
		clearTimeout(this.limit);
		this.limit = setTimeout(() => this.end(reason), ms);
	}
}
