import { pageRequest } from '../../contract/page-events';
import { parseJson } from '../../lib/json';
import type { Clock, Milliseconds } from '../../lib/clock';

/** The caller's end reports twice a second, and we send 17 packets a second at least: two reports with the same count are no accident. */
const STALE_MS = 900;
/** A report's own way, and its counting. */
const UNSURE_MS = 150;

/**
 * What the caller's end says has arrived there. A path may be dead one way only, and then nothing that comes in tells of
 * it. Of a caller who sends no sound (muted, or nothing is said where silence is not sent), it is the reports that stop
 * coming when the path dies, and all else. A client that does not report is judged by its sound alone.
 */
export class CallerReports {
	private received: number | undefined;
	private grewAt: Milliseconds = 0;
	private reportedAt: Milliseconds = 0;
	private isDead = false;
	/** Dead because nothing at all comes in. */
	private isQuiet = false;

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

	/** No packet of any kind has come in for a second. */
	nothingComes(): void {
		if (!this.received || this.isDead || this.clock.now() - this.reportedAt < STALE_MS) return;
		this.isQuiet = true;
		this.die();
	}

	/** Packets come in again, whatever they are. */
	somethingComes(): void {
		if (this.isQuiet) this.revive();
	}

	private report(packets: number): void {
		this.reportedAt = this.clock.now();
		if (packets !== this.received) {
			this.received = packets;
			this.revive();
		} else if (packets > 0 && !this.isDead && this.reportedAt - this.grewAt >= STALE_MS) this.die();
	}

	private die(): void {
		this.isDead = true;
		this.listener.dead(this.grewAt - UNSURE_MS);
	}

	private revive(): void {
		this.grewAt = this.clock.now();
		this.isQuiet = false;
		if (!this.isDead) return;
		this.isDead = false;
		this.listener.alive();
	}
}
