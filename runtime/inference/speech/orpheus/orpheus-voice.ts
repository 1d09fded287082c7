import { samplesToMs } from '../../../audio/pcm';
import { TimeStretch } from '../../../audio/time-stretch';
import { StreamingTrim } from '../../../audio/trim';
import { VoiceError } from '../../../contract/errors';
import { cancelled, unlessCancelled } from '../../../lib/async';
import { type Clock, monotonicClock } from '../../../lib/clock';
import { log } from '../../../lib/log';
import { URGENT_MS } from '../../scheduler/steps';
import type { Sound, VoiceEngine, VoiceSettings } from '../engine';
import { toPcm } from '../join';
import { FrameFeed } from './frame-feed';
import type { FrameDecoder, SpeechDecoder } from './snac/snac-decoder';
import { SNAC_FRAME_MS, SNAC_RATE } from './snac/snac-model';
import { Hold } from './sound/hold';
import { lateness } from './sound/in-time';
import { NoiseTrim } from './sound/noise-trim';
import type { Way } from './sound/way';
import { speechParts } from './text/parts';
import type { OrpheusSampling, TokenAsk, TokenSource } from './token-source';
import { LONGEST_SILENCE_MS, tokenLimit } from './tokens/runaway';
import { ORPHEUS_VOICES, voiceAmong } from './voices';

/** Orpheus: audio tokens from a language model, made sound by SNAC as they come. See docs/orpheus.md. */
export class OrpheusVoice implements VoiceEngine {
	readonly voices = ORPHEUS_VOICES;
	readonly sampleRate = SNAC_RATE;
	readonly emotionTags = true;

	constructor(
		private readonly source: TokenSource,
		private readonly decoder: FrameDecoder,
		private readonly sampling: OrpheusSampling,
		private readonly clock: Clock = monotonicClock,
	) {}

	get sideBySide(): boolean {
		return this.source.sideBySide ?? false;
	}

	async *speak(text: string, settings: VoiceSettings, signal: AbortSignal): AsyncGenerator<Sound> {
		const { voice, unheard = () => 0 } = settings;
		const urgent = (): boolean => unheard() < URGENT_MS;
		const parts = speechParts(text);
		if (parts.length === 0) return;
		const name = await unlessCancelled(this.voiceNamed(voice), signal);
		for (const part of parts) {
			yield* this.part({ text: part, voice: name, sampling: this.sampling, maxTokens: tokenLimit(part), urgent }, settings.speed, signal);
		}
	}

	async warm(voice: string): Promise<void> {
		await this.voiceNamed(voice);
		await Promise.all([this.source.warm(), this.decoder.warm()]);
	}

	private async *part(ask: TokenAsk, speed: number, signal: AbortSignal): AsyncGenerator<Sound> {
		// Whoever stops listening stops the model too.
		const abort = new AbortController();
		const either = AbortSignal.any([signal, abort.signal]);
		const feed = new FrameFeed(this.source.speak(ask, either), either, this.clock);
		const unheard = new Unheard(this.clock);
		const noise = new NoiseTrim();
		const silence = new StreamingTrim(SNAC_RATE);
		const stretch = new TimeStretch(speed, SNAC_RATE);
		const hold = new Hold(this.clock);
		const waits = new Waits(this.clock);
		let samples = 0;
		const given = (pieces: readonly Int16Array[]): Sound[] => {
			const made = pieces.filter(({ length }) => length > 0);
			if (made.length === 0) return [];
			const waitedFor = waits.longest();
			return made.map((pcm) => {
				samples += pcm.length;
				unheard.given(samplesToMs(pcm.length, SNAC_RATE));
				return { pcm, sampleRate: SNAC_RATE, waitedFor };
			});
		};
		let silent = false;
		let speech: SpeechDecoder | undefined;
		try {
			const { way } = (speech = await unlessCancelled(this.decoder.speech(), either));
			for await (const { sound, kept } of this.decoded(feed, speech, () => (unheard.ms * speed) / SNAC_FRAME_MS, ask.urgent, waits, either)) {
				const late = (held: number): number => this.lateness(feed, way, kept, held, speed);
				yield* given(hold.push(stretch.push(silence.push(noise.push(toPcm(sound)))), late));
				silent = noise.quietMs > LONGEST_SILENCE_MS;
				if (silent) break;
			}
			yield* given([...hold.end(), ...(silent ? [] : [stretch.push(silence.push(noise.end()))]), stretch.end()]);
			if (!silent) feed.assertWhole();
			judge(feed, samples, silent);
		} finally {
			abort.abort();
			speech?.end();
			await feed.closed();
		}
	}

	/** All frames as sound, piece by piece. `kept`: frames done by then. Ends as the tokens do, whatever ended them. */
	private async *decoded(
		feed: FrameFeed,
		speech: SpeechDecoder,
		unheard: () => number,
		urgent: TokenAsk['urgent'],
		waits: Waits,
		signal: AbortSignal,
	): AsyncGenerator<{ readonly sound: Float32Array; readonly kept: number }> {
		for (let kept = 0, last = false; !last; ) {
			const { frames, ended } = feed;
			const piece = speech.way.next({ written: frames.length, ended, kept, unheard: unheard(), frameMs: this.decoder.frameMs });
			if (!piece) {
				if (signal.aborted) throw cancelled(signal.reason);
				if (ended) return;
				await waits.during('tokens', async () => await feed.more());
				continue;
			}
			const sound = await waits.during('decoder', async () => await speech.decode(frames.slice(piece.from, piece.to), piece, signal, urgent));
			({ keepTo: kept, last } = piece);
			feed.use(kept);
			yield { sound, kept };
		}
	}

	/** How late something would be if `held` samples were let go now, ms. */
	private lateness(feed: FrameFeed, way: Way, kept: number, held: number, speed: number): number {
		const { frames, ended, writtenMs, sinceMs } = feed;
		const { frameMs } = this.decoder;
		return lateness(way, { written: frames.length, ended, kept, heldMs: samplesToMs(held, SNAC_RATE), frameMs, writtenMs: writtenMs ?? 0, sinceMs, speed });
	}

	/** The name by which the model knows the voice. */
	private async voiceNamed(voice: string): Promise<string> {
		return voiceAmong((await this.source.voices?.()) ?? ORPHEUS_VOICES, voice);
	}
}

/** Says in the log what the caller may have noticed; a speech without any sound is a failure. */
function judge({ frames, dropped, looped }: FrameFeed, samples: number, silent: boolean): void {
	if (samples === 0) {
		throw new VoiceError('VOICE_ERR_MODEL_FAILED', frames.length === 0 ? 'Orpheus wrote no speech.' : 'Orpheus wrote only silence.', {
			remedy: 'Check that the model is an Orpheus model for this language, and that the decoder is SNAC 24 kHz.',
		});
	}
	if (dropped > 0 || looped || silent) log.warn({ frames: frames.length, droppedTokens: dropped, looped, silent }, 'orpheus: damaged speech');
}

/** How much of what was given out the caller has still to hear, if it is played at once and without a pause. */
class Unheard {
	private playedAt = -Infinity;

	constructor(private readonly clock: Clock) {}

	/** After a pause, or a gap, the sound begins anew. */
	given(ms: number): void {
		this.playedAt = Math.max(this.playedAt, this.clock.now()) + ms;
	}

	get ms(): number {
		return Math.max(0, this.playedAt - this.clock.now());
	}
}

/** What the time between two sounds went into. */
class Waits {
	private spent = { tokens: 0, decoder: 0 };

	constructor(private readonly clock: Clock) {}

	async during<T>(what: 'tokens' | 'decoder', work: () => Promise<T>): Promise<T> {
		const from = this.clock.now();
		try {
			return await work();
		} finally {
			this.spent[what] += this.clock.now() - from;
		}
	}

	/** Of the time since it was asked last. */
	longest(): 'tokens' | 'decoder' {
		const { tokens, decoder } = this.spent;
		this.spent = { tokens: 0, decoder: 0 };
		return tokens > decoder ? 'tokens' : 'decoder';
	}
}
