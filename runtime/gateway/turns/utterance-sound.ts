import { msToSamples, samplesToMs } from '../../audio/pcm';
import { MOST_TAKEN_BACK_MS } from '../../rpc/media-protocol';
import type { MediaLink } from '../calls/media-link';
import { UnheardSound } from './unheard-sound';

/** The link that sound goes to now, if there is one. */
export type CurrentLink = () => Pick<MediaLink, 'send'> | undefined;

/**
 * The sound of one utterance on its way to the caller. Counts what was made and what was heard; what a link that died has
 * not played goes to the next one, from that very sample on.
 */
export class UtteranceSound {
	/** Hz; 0 before the first sound. */
	sampleRate = 0;
	/** Samples that media said were heard. */
	played = 0;
	/** Over the links before. */
	private playedBefore = 0;
	/** Samples so far. */
	made = 0;
	/** All of it is made. */
	ended = false;
	private readonly unheard = new UnheardSound();

	/** @param link none while nothing of it may be heard */
	constructor(
		private readonly utteranceId: string,
		private readonly interruptible: boolean,
		private readonly link: CurrentLink,
	) {}

	get began(): boolean {
		return this.sampleRate > 0;
	}

	/** Made, and not heard yet. */
	get aheadMs(): number {
		return this.toMs(this.made - this.played);
	}

	/** The time that so many of its samples take; 0 before the first sound. */
	toMs(samples: number): number {
		return this.began ? samplesToMs(samples, this.sampleRate) : 0;
	}

	begin(sampleRate: number): void {
		this.sampleRate = sampleRate;
		this.announce();
	}

	push(pcm: Int16Array): void {
		this.made += pcm.length;
		this.unheard.push(pcm);
		this.link()?.send({ type: 'play', utteranceId: this.utteranceId, pcm });
	}

	end(): void {
		this.ended = true;
		this.link()?.send({ type: 'playEnd', utteranceId: this.utteranceId });
	}

	/** Stops it at the caller's; false where nothing of it is there. */
	flush(): boolean {
		const link = this.began ? this.link() : undefined;
		link?.send({ type: 'flush' });
		return link !== undefined;
	}

	/** There is another link, or the first one that may have it. */
	relinked(): void {
		this.playedBefore = this.played;
		this.announce();
		for (const pcm of this.unheard.from(this.played)) this.link()?.send({ type: 'play', utteranceId: this.utteranceId, pcm });
		if (this.ended) this.link()?.send({ type: 'playEnd', utteranceId: this.utteranceId });
	}

	/** @param samples played over this link */
	wasPlayed(samples: number): void {
		this.played = this.playedBefore + samples;
		// A path that turns out to be dead takes back what was sent last.
		this.unheard.heard(this.played - msToSamples(MOST_TAKEN_BACK_MS, this.sampleRate));
	}

	/** Nothing of it is sent again. */
	forget(): void {
		this.unheard.clear();
	}

	private announce(): void {
		this.link()?.send({ type: 'utterance', utteranceId: this.utteranceId, sampleRate: this.sampleRate, interruptible: this.interruptible });
	}
}
