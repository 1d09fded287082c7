import { pageRequest } from '../../contract/page-events';
import { parseJson } from '../../lib/json';
import type { Clock, Milliseconds } from '../../lib/clock';

/** The caller's end reports twice a second, and we send 17 packets a second at least: two reports with the same count are no accident. */
const STALE_MS = 900;
/** A report's own way, and its counting. */
const UNSURE_MS = 150;

/**
 * What the caller's end says has arrived there. A path may be dead one way only, and then nothing that comes in tells of
 * it. A client that does not report is judged by what comes in alone.
 */
export class CallerReports {
	private received: number | undefined;
	private grewAt: Milliseconds = 0;
	private isDead = false;

	constructor(
		private readonly clock: Clock,
		private readonly listener: {
			/** What was sent after `heardUntil` has not arrived. */
			dead(heardUntil: Milliseconds): void;
			alive(): void;
		},
	) {}

	/** What the page sent, whatever it is. @returns whether it was a report. */
	take(json: string): boolean {
		const request = pageRequest.safeParse(parseJson(json));
		if (!request.success || request.data.type !== 'received') return false;
		this.report(request.data.packets);
		return true;
	}

	private report(packets: number): void {
		const now = this.clock.now();
		if (packets !== this.received) {
			this.received = packets;
			this.grewAt = now;
			if (this.isDead) this.listener.alive();
			this.isDead = false;
		} else if (packets > 0 && !this.isDead && now - this.grewAt >= STALE_MS) {
			this.isDead = true;
			this.listener.dead(this.grewAt - UNSURE_MS);
		}
	}
}
