import type { CallStats } from './call-stats';

/** `theirs`: the agent may miss words of the caller; `ours`: the caller may miss words of the agent. */
export type LinkVerdict = 'good' | 'ours' | 'theirs' | 'both' | 'slow' | 'dead';

type Figures = Pick<CallStats, 'packetsReceived' | 'packetsLost' | 'lossOut' | 'roundTripMs'>;

/** Up to this share forward error correction hides the loss: 52 of 52 words were right at 20 %, but the sound is rough. */
const LOSS = 0.08;
/** Answers come so late that both speak at once. */
const SLOW_MS = 600;
/** Looks, twice a second: what is over so soon is not worth a word, and words must not flicker. */
const WORSE_AFTER = 4;
const BETTER_AFTER = 8;
/** Over so many looks the share is taken. */
const WINDOW = 6;

/** Says of a connection what a caller wants to know, from what the browser counts. Given twice a second. */
export class LinkJudge {
	private readonly window: Figures[] = [];
	private verdict: LinkVerdict = 'good';
	private next: LinkVerdict = 'good';
	private times = 0;

	take(figures: Figures, arrives: boolean): LinkVerdict {
		this.window.push(figures);
		if (this.window.length > WINDOW) this.window.shift();
		const now = arrives ? this.of(figures) : 'dead';
		this.times = now === this.next ? this.times + 1 : 1;
		this.next = now;
		const needed = now === 'dead' || this.verdict === 'dead' ? 1 : now === 'good' ? BETTER_AFTER : WORSE_AFTER;
		if (this.times >= needed) this.verdict = now;
		return this.verdict;
	}

	private of({ lossOut, roundTripMs, packetsReceived, packetsLost }: Figures): LinkVerdict {
		const [first] = this.window;
		const lost = packetsLost - (first?.packetsLost ?? 0);
		const all = lost + packetsReceived - (first?.packetsReceived ?? 0);
		const ours = all > 0 && lost / all >= LOSS;
		const theirs = (lossOut ?? 0) >= LOSS;
		if (ours && theirs) return 'both';
		if (ours) return 'ours';
		if (theirs) return 'theirs';
		return (roundTripMs ?? 0) >= SLOW_MS ? 'slow' : 'good';
	}
}
