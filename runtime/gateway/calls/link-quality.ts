import type { LinkFigures, TurnLink } from '../../contract/link';
import type { Milliseconds } from '../../lib/clock';

type TimedFigures = LinkFigures & { readonly at: Milliseconds };

const A_SECOND_MS = 1000;
/** No timer is exact. */
const ABOUT_A_SECOND_MS = 900;
/** What was lost so shortly before may have been of what they say. */
const A_SYLLABLE_MS = 400;

/** The network of one call, for the data of its turns. */
export class LinkQuality {
	private seconds: LinkFigures[] = [];
	private latest: LinkFigures | undefined;
	/** Of before the caller spoke. */
	private recent: TimedFigures[] = [];
	private speaking = false;
	/** Since then the caller has had no link, in the middle of what they say. */
	private lostAt: Milliseconds | undefined;
	private awayMs: Milliseconds = 0;

	/** The figures since the last. */
	push(figures: TimedFigures): void {
		this.latest = figures;
		if (this.speaking) this.seconds.push(figures);
		else this.recent = [...this.recent.filter(({ at }) => at > figures.at - A_SECOND_MS), figures];
	}

	/** The caller begins to speak: what was before is of no interest, unless they go on with the same turn, or their first syllable was lost in it. */
	speechBegins(speechAt: Milliseconds): void {
		if (!this.speaking) {
			this.seconds = this.recent.filter(({ at }) => at > speechAt - A_SYLLABLE_MS);
			this.recent = [];
			this.awayMs = 0;
		}
		this.speaking = true;
	}

	/** Nothing is known of the caller any more. */
	linkLost(at: Milliseconds): void {
		if (this.speaking) this.lostAt ??= at;
	}

	/** Of another link: its first figures are of itself. */
	linkFound(at: Milliseconds): void {
		if (this.lostAt !== undefined) this.awayMs += at - this.lostAt;
		this.lostAt = undefined;
	}

	/** What they said is a turn, or was nothing. */
	speechEnds(): void {
		this.speaking = false;
	}

	/** Of the turn that ends here. undefined where nothing was measured yet. */
	take(missedMs: number): TurnLink | undefined {
		const seconds = this.seconds.length > 0 ? this.seconds : this.latest ? [this.latest] : [];
		const last = seconds.at(-1);
		if (!last && this.awayMs === 0) return undefined;
		const mean = (share: (figures: LinkFigures) => number): number => weighed(seconds, share) / Math.max(1, weighed(seconds, () => 1));
		return {
			lostPercent: percent(mean(({ lostIn }) => lostIn)),
			concealedPercent: percent(mean(({ concealed }) => concealed)),
			worstPercent: worstPercentOf(seconds),
			concealedMs: Math.max(0, ...seconds.map(({ concealedMs }) => concealedMs)),
			missedMs: Math.round(missedMs + this.awayMs),
			jitterMs: Math.max(0, ...seconds.map(({ jitterMs }) => jitterMs)),
			roundTripMs: last?.roundTripMs ?? null,
		};
	}
}

function weighed(seconds: readonly LinkFigures[], share: (figures: LinkFigures) => number): number {
	return seconds.reduce((sum, figures) => sum + figures.ms * share(figures), 0);
}

/** Of less than a second, what it would be in one. */
export function worstPercentOf(seconds: readonly LinkFigures[]): number {
	let worst = 0;
	for (let end = seconds.length; end > 0; end--) {
		let start = end - 1;
		while (start > 0 && weighed(seconds.slice(start, end), () => 1) < ABOUT_A_SECOND_MS) start--;
		const second = seconds.slice(start, end);
		const ms = Math.max(A_SECOND_MS, weighed(second, () => 1));
		worst = Math.max(worst, weighed(second, ({ lostIn }) => lostIn) / ms, weighed(second, ({ concealed, stretched }) => concealed + stretched) / ms);
	}
	return percent(worst);
}

function percent(share: number): number {
	return Math.round(share * 1000) / 10;
}
