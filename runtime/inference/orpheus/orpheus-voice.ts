import { type Clock, monotonicClock } from '../../contract/clock';
import { VoiceError } from '../../contract/errors';
import { log } from '../log';
import { URGENT_MS } from '../scheduler/steps';
import { StreamingTrim } from '../voices/streaming-trim';
import { Stretch } from '../voices/stretch';
import type { Sound, VoiceEngine, VoiceSettings } from '../voices/voice';
import { FrameFeed } from './frame-feed';
import type { SnacDecoder } from './snac/snac-decoder';
import { FRAME_SAMPLES, SNAC_RATE } from './snac/snac-model';
import { Join, toPcm } from './sound/join';
import { nextWindow } from './sound/windows';
import { tokenLimit } from './tokens/runaway';
import type { OrpheusSampling, TokenSource } from './token-source';
import { ORPHEUS_VOICES, orpheusText } from './voices';

const FRAME_MS = (FRAME_SAMPLES * 1000) / SNAC_RATE;

/** Orpheus: audio tokens from a language model, made sound by SNAC as they come. */
export class OrpheusVoice implements VoiceEngine {
	readonly voices = ORPHEUS_VOICES;
	readonly sampleRate = SNAC_RATE;

	constructor(
		private readonly source: TokenSource,
		private readonly decoder: Pick<SnacDecoder, 'decode' | 'warm'>,
		private readonly sampling: OrpheusSampling,
		private readonly clock: Clock = monotonicClock,
	) {}

	async *speak(text: string, { voice, speed, unheard = () => 0 }: VoiceSettings, signal: AbortSignal): AsyncGenerator<Sound> {
		const name = this.voiceNamed(voice);
		const said = orpheusText(text);
		if (said === '') return;
		// Whoever stops listening stops the model too.
		const abort = new AbortController();
		const either = AbortSignal.any([signal, abort.signal]);
		const urgent = (): boolean => unheard() < URGENT_MS;
		const ask = { text: said, voice: name, sampling: this.sampling, maxTokens: tokenLimit(said), urgent };
		const feed = new FrameFeed(this.source.speak(ask, either), either);
		const trim = new StreamingTrim(SNAC_RATE);
		const stretch = new Stretch(speed, SNAC_RATE);
		try {
			for await (const sound of this.decoded(feed, speed, urgent, either)) {
				const pcm = stretch.push(trim.push(toPcm(sound)));
				if (pcm.length > 0) yield { pcm, sampleRate: SNAC_RATE };
			}
			const rest = stretch.end();
			if (rest.length > 0) yield { pcm: rest, sampleRate: SNAC_RATE };
			this.judge(feed);
		} finally {
			abort.abort();
			await feed.closed();
		}
	}

	async warm(voice: string): Promise<void> {
		this.voiceNamed(voice);
		await Promise.all([this.source.warm(), this.decoder.warm()]);
	}

	/** All frames as sound, in windows that grow with what the caller has not heard yet. */
	private async *decoded(feed: FrameFeed, speed: number, urgent: () => boolean, signal: AbortSignal): AsyncGenerator<Float32Array> {
		const join = new Join();
		let kept = 0;
		let startedAt: number | undefined;
		for (;;) {
			const heard = startedAt === undefined ? 0 : ((this.clock.now() - startedAt) * speed) / FRAME_MS;
			const { frames, ended } = feed;
			const window = nextWindow({ written: frames.length, ended, kept, unheard: Math.max(0, kept - heard) });
			if (!window) {
				await feed.more();
				if (signal.aborted) throw new VoiceError('VOICE_ERR_CANCELLED', 'The speech was cancelled.');
				if (ended) return;
				continue;
			}
			const sound = await this.decoder.decode(frames.slice(window.from, window.to), signal, urgent);
			kept = window.keepTo;
			feed.use(kept);
			startedAt ??= this.clock.now();
			yield join.push(sound, window);
		}
	}

	/** Says in the log what the caller may have noticed; a speech without any sound is a failure. */
	private judge({ frames, dropped, looped }: FrameFeed): void {
		if (frames.length === 0) throw new VoiceError('VOICE_ERR_MODEL_FAILED', 'Orpheus wrote no speech.', { remedy: 'Check that the model is an Orpheus model for this language.' });
		if (dropped > 0 || looped) log('warn', 'orpheus: damaged speech', { frames: frames.length, droppedTokens: dropped, looped });
	}

	private voiceNamed(voice: string): string {
		const known = voice === '' ? ORPHEUS_VOICES[0] : ORPHEUS_VOICES.find(({ value }) => value === voice);
		if (known) return known.value;
		const names = ORPHEUS_VOICES.map(({ value }) => value).join(', ');
		throw new VoiceError('VOICE_ERR_VOICE_UNKNOWN', `Orpheus has no voice "${voice.slice(0, 100)}". It has: ${names}.`);
	}
}
