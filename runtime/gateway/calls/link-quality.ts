import type { LinkFigures, TurnLink } from '../../contract/link';

/** The network of one call, for the data of its turns. */
export class LinkQuality {
	private seconds: LinkFigures[] = [];
	private latest: LinkFigures | undefined;
	private speaking = false;

	/** The last second's figures. */
	push(figures: LinkFigures): void {
		this.latest = figures;
		if (this.speaking) this.seconds.push(figures);
	}

	/** The caller begins to speak: what was before is of no interest, unless they go on with the same turn. */
	speechBegins(): void {
		if (!this.speaking) this.seconds = [];
		this.speaking = true;
	}

	/** What they said is a turn, or was nothing. */
	speechEnds(): void {
		this.speaking = false;
	}

	/** Of the turn that ends here. undefined where nothing was measured yet. */
	take(missedMs: number): TurnLink | undefined {
		const seconds = this.seconds.length > 0 ? this.seconds : this.latest ? [this.latest] : [];
		const last = seconds.at(-1);
		if (!last) return undefined;
		const mean = seconds.reduce((sum, { lostIn }) => sum + lostIn, 0) / seconds.length;
		return {
			lostPercent: percent(mean),
			worstPercent: percent(Math.max(...seconds.map(({ lostIn }) => lostIn))),
			missedMs: Math.round(missedMs),
			jitterMs: Math.max(...seconds.map(({ jitterMs }) => jitterMs)),
			roundTripMs: last.roundTripMs,
		};
	}
}

export function percent(share: number): number {
	return Math.round(share * 1000) / 10;
}
