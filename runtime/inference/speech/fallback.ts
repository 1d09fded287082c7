import { samplesToMs } from '../../audio/pcm';
import { Resampler } from '../../audio/resampler';
import type { SpeakSettings } from '../../contract/agent-settings';
import type { DoneBy } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import { heardText } from '../../dialogue/heard/heard-text';
import type { Clock } from '../../lib/clock';
import { withoutEmotionTags } from '../../speech-text/emotion-tags';
import type { Cooldowns } from '../fallback/cooldowns';
import { FallbackChain, type ChainLink } from '../fallback/fallback-chain';
import { type RealTime, voiceKey } from '../scheduler/real-time';
import type { Sound, VoiceEngine, VoiceSettings } from './engine';
import { RealTimeWatch } from './real-time-watch';

/** Finds the voice engine that settings name. */
interface VoiceSource {
	/** Rejects where there is no such engine, or it cannot speak. */
	engine(settings: SpeakSettings): Promise<VoiceEngine>;
}

/** Speaks with the first voice of a chain that can. */
export class VoiceFallback {
	constructor(
		private readonly voices: VoiceSource,
		private readonly cooldowns: Cooldowns,
		private readonly speeds: RealTime,
		private readonly clock: Clock,
	) {}

	/** For one utterance. `realTime`: somebody listens meanwhile. */
	speaker(settings: SpeakSettings, realTime: boolean): FallbackSpeaker {
		return new FallbackSpeaker(this.voices, this.chain(settings), this.speeds, settings, realTime, this.clock);
	}

	/** Makes the first voice ready that can be. */
	async warm(settings: SpeakSettings): Promise<void> {
		await this.chain(settings).first(async ({ engine, voice }) => await (await this.voices.engine({ ...settings, engine, voice })).warm(voice));
	}

	private chain({ engine, voice, fallbacks }: SpeakSettings): FallbackChain<VoiceLink> {
		const link = (one: { engine: string; voice: string }): VoiceLink => ({ name: one.engine, ...one });
		return new FallbackChain([link({ engine, voice }), ...fallbacks.map(link)], this.cooldowns);
	}
}

interface VoiceLink extends ChainLink {
	readonly engine: string;
	readonly voice: string;
}

/** One voice at one sentence. */
interface Speech {
	readonly link: VoiceLink;
	readonly text: string;
	readonly sounds: AsyncIterator<Sound, unknown>;
	readonly first: Promise<IteratorResult<Sound, unknown>>;
	stop(): void;
}

function begin(engine: VoiceEngine, link: VoiceLink, text: string, settings: VoiceSettings, signal: AbortSignal): Speech {
	const abort = new AbortController();
	const either = AbortSignal.any([signal, abort.signal]);
	const said = engine.emotionTags ? text : withoutEmotionTags(text);
	const sounds = engine.speak(said, { ...settings, voice: link.voice }, either)[Symbol.asyncIterator]();
	const first = sounds.next();
	first.catch(() => undefined);
	const stop = (): void => {
		abort.abort();
		// Whoever is late may also be late in ending; nobody waits for it.
		sounds.return?.(undefined).catch(() => undefined);
	};
	return { link, text, sounds, first, stop };
}

/**
 * One utterance of the agent, piece by piece, by the voices of a chain. One that fails before its first sound is
 * replaced; one that fails in mid-sentence is followed by the next, which says the rest. All sound has the rate of
 * the first.
 */
export class FallbackSpeaker {
	/** Hz; 0 before the first sound. */
	sampleRate = 0;
	private readonly voiceSettings: VoiceSettings;
	private readonly pace: RealTimeWatch | undefined;
	private resampler: { readonly link: VoiceLink; readonly of: Resampler } | undefined;
	/** Begun before it was asked for. */
	private prepared: Speech | undefined;
	private engine: VoiceEngine | undefined;

	constructor(
		private readonly voices: VoiceSource,
		private readonly chain: FallbackChain<VoiceLink>,
		private readonly speeds: RealTime,
		private readonly settings: SpeakSettings,
		realTime: boolean,
		clock: Clock,
	) {
		this.pace = realTime ? new RealTimeWatch(clock) : undefined;
		// Where nobody listens meanwhile there is no hurry.
		this.voiceSettings = { ...settings, unheard: () => this.pace?.unheardMs ?? Infinity };
	}

	get doneBy(): DoneBy {
		return this.chain.doneBy;
	}

	/** The caller was ahead enough, and has `unheardMs` left to hear. */
	resumed(unheardMs: number): void {
		this.pace?.resumed(unheardMs);
	}

	/** Begins with the piece after the one that is spoken, where the engine can make two side by side. */
	prepare(text: string, signal: AbortSignal): void {
		if (this.prepared || !this.engine?.sideBySide) return;
		this.prepared = begin(this.engine, this.chain.engine, text, this.voiceSettings, signal);
	}

	/** Says one piece. Throws the last voice's error, or VOICE_ERR_CANCELLED. */
	async *speak(text: string, signal: AbortSignal): AsyncGenerator<Sound> {
		let rest = text;
		for (;;) {
			const link = this.chain.engine;
			let samples = 0;
			try {
				for await (const sound of this.bySingleVoice(link, rest, signal)) {
					samples += sound.pcm.length;
					yield sound;
				}
				this.chain.worked();
				return;
			} catch (thrown) {
				const error = VoiceError.from(thrown, 'VOICE_ERR_MODEL_FAILED');
				if (signal.aborted || error.code === 'VOICE_ERR_CANCELLED') throw error;
				this.chain.next(error, link);
				this.engine = undefined;
				// Rather a word twice than a word lost: one that had begun is said again.
				const said = samples === 0 ? '' : heardText([{ written: rest, text: rest, samples, whole: false }], samples, this.sampleRate);
				rest = rest.trim().slice(said.length);
			}
		}
	}

	private async *bySingleVoice(link: VoiceLink, text: string, signal: AbortSignal): AsyncGenerator<Sound> {
		const { pace } = this;
		pace?.piece();
		const watched = pace && this.chain.hasNext;
		const inTime = async <T>(next: Promise<T>): Promise<T> => await (watched ? pace.inTime(next, link.name) : next);
		const trial = this.speeds.begin(voiceKey(link.engine));
		let speech: Speech | undefined;
		try {
			this.engine = await inTime(this.voices.engine({ ...this.settings, engine: link.engine, voice: link.voice }));
			speech = this.takePrepared(link, text) ?? begin(this.engine, link, text, this.voiceSettings, signal);
			const { first, sounds } = speech;
			let next = await inTime(trial.working(async () => await first));
			while (!next.done) {
				const sound = this.atOneRate(link, next.value);
				const ms = samplesToMs(sound.pcm.length, sound.sampleRate);
				pace?.made(ms);
				trial.made(ms);
				yield sound;
				next = await inTime(trial.working(async () => await sounds.next()));
			}
		} finally {
			trial.end();
			speech?.stop();
		}
	}

	private takePrepared(link: VoiceLink, text: string): Speech | undefined {
		const { prepared } = this;
		this.prepared = undefined;
		if (!prepared || (prepared.link === link && prepared.text === text)) return prepared;
		prepared.stop();
		return undefined;
	}

	private atOneRate(link: VoiceLink, sound: Sound): Sound {
		const { pcm, sampleRate } = sound;
		if (this.sampleRate === 0) this.sampleRate = sampleRate;
		if (sampleRate === this.sampleRate) return sound;
		if (this.resampler?.link !== link) this.resampler = { link, of: new Resampler(sampleRate, this.sampleRate) };
		return { ...sound, pcm: this.resampler.of.push(pcm), sampleRate: this.sampleRate };
	}
}
