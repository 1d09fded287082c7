import type { LinkFigures } from '../../contract/link';
import type { Clock, Milliseconds } from '../../lib/clock';
import type { CallerReports } from './caller-reports';
import { beginningOf, figuresBetween, type LinkReading } from './link-stats';
import type { SoundPath } from './sound-path';

/** What a packet holds, unless a client says otherwise. */
const PACKET_MS = 20;
/** Gaps shorter than this say nothing of the client that makes them. */
const LONG_GAP_MS = 200;

/**
 * Looks at the link once a second, and tells the sound path apart from a caller who sends nothing: then other packets
 * still come, or none were lost though none came.
 */
export class LinkWatch {
	private before: (LinkReading & { readonly at: Milliseconds; readonly missing: boolean }) | undefined;
	/** The last reading at which sound came, and how much was missed since. */
	private flowing: (LinkReading & { readonly at: Milliseconds }) | undefined;
	private missedMs = 0;
	/** The last that was told of, and what of it was made up at its end. */
	private told: { readonly reading: LinkReading; readonly mayBeSilent: boolean; readonly concealedMs: number } | undefined;

	constructor(
		private readonly clock: Clock,
		private readonly path: Pick<SoundPath, 'missing' | 'mayBeSilent' | 'othersArrive' | 'sentSparsely'>,
		private readonly reports: Pick<CallerReports, 'nothingComes' | 'somethingComes'>,
		private readonly tell: (figures: LinkFigures) => void,
	) {}

	/** Sound is back after so long. */
	missed(ms: Milliseconds): void {
		this.missedMs += ms;
	}

	/** Once a second. */
	read(reading: LinkReading): void {
		this.judge(reading);
		this.glance(reading);
	}

	/** Between two seconds, where something begins or ends: its figures are known at once, and are of nothing else. */
	glance(reading: LinkReading): void {
		const { mayBeSilent } = this.path;
		const { told = { reading: beginningOf(reading), mayBeSilent: false, concealedMs: 0 } } = this;
		const figures = figuresBetween(told.reading, reading, !told.mayBeSilent, told.concealedMs);
		this.told = { reading, mayBeSilent, concealedMs: figures.concealedMs };
		if (figures.ms > 0) this.tell(figures);
	}

	private judge(reading: LinkReading): void {
		const { before, path } = this;
		const now = { ...reading, at: this.clock.now(), missing: path.missing };
		this.before = now;
		if (!now.missing) this.judgeGaps(now);
		if (!before) return;
		const comes = now.allPackets > before.allPackets;
		if (comes && before.missing && now.missing && now.packetsReceived === before.packetsReceived) path.othersArrive();
		if (comes) this.reports.somethingComes();
		// Where sound is missing, it tells by itself, and sooner.
		else if (path.mayBeSilent && !now.missing) this.reports.nothingComes();
	}

	/** After packets that were lost the counts tell of them; after packets that were never sent, they do not. */
	private judgeGaps(now: LinkReading & { readonly at: Milliseconds }): void {
		const { flowing, missedMs } = this;
		this.flowing = now;
		this.missedMs = 0;
		if (!flowing || missedMs < LONG_GAP_MS) return;
		const sent = now.packetsReceived + now.packetsLost - flowing.packetsReceived - flowing.packetsLost;
		const notSent = (now.at - flowing.at) / PACKET_MS - sent;
		if (notSent > (0.6 * missedMs) / PACKET_MS) this.path.sentSparsely();
	}
}
