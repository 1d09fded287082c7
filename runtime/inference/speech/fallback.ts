import { samplesToMs } from '../../audio/pcm';
import { Resampler } from '../../audio/resampler';
import type { SpeakSettings } from '../../contract/agent-settings';
import type { DoneBy } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import { heardText } from '../../dialogue/heard/heard-text';
import type { Clock } from '../../lib/clock';
import { withoutEmotionTags } from '../../speech-text/emotion-tags';
import type { Cooldowns } from '../fallback/cooldowns';
import { FallbackChain, OpenWork } from '../fallback/fallback-chain';
import { type FixedLanguages, languageRemark } from '../fallback/language-remark';
import { type ChainLink, eachAlone, type LinksOf } from '../fallback/links';
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
	private readonly speeches = new OpenWork();

	constructor(
		private readonly voices: VoiceSource,
		private readonly cooldowns: Cooldowns,
		private readonly speeds: RealTime,
		private readonly clock: Clock,
		private readonly linksOf: LinksOf = eachAlone,
	) {}

	/** For one utterance. `realTime`: somebody listens meanwhile; `held`: not before `letGo()`. */
	speaker(settings: SpeakSettings, realTime: boolean, held = false): FallbackSpeaker {
		return new FallbackSpeaker(this.voices, this.chain(settings), this.speeds, settings, realTime ? new RealTimeWatch(this.clock, held) : undefined);
	}

	/** Makes the first voice ready that can be. */
	async warm(settings: SpeakSettings): Promise<void> {
		await this.chain(settings).warm(async ({ name, voice }) => await (await this.voices.engine({ ...settings, engine: name, voice })).warm(voice));
	}

	private chain({ engine, voice, fallbacks }: SpeakSettings): FallbackChain<VoiceLink> {
		const links = [{ engine, voice }, ...fallbacks].flatMap((one) => this.linksOf(one.engine, one.voice).map((link): VoiceLink => ({ ...link, voice: one.voice })));
		const same = (one: VoiceLink) => (other: VoiceLink): boolean => other.name === one.name && other.voice === one.voice;
		const [first = { name: engine, voice }, ...others] = links.filter((link, at) => links.findIndex(same(link)) === at);
		return new FallbackChain([first, ...others], this.cooldowns, this.speeches);
	}
}

interface VoiceLink extends ChainLink {
	readonly voice: string;
}

/** One voice at one sentence. */
interface Speech {
	readonly link: VoiceLink;
	readonly text: string;
	readonly engine: Promise<VoiceEngine>;
	readonly sounds: AsyncIterator<Sound, unknown>;
	readonly first: Promise<IteratorResult<Sound, unknown>>;
	readonly stop: () => void;
}

async function* spoken(opening: Promise<VoiceEngine>, text: string, settings: VoiceSettings, signal: AbortSignal): AsyncGenerator<Sound> {
	const engine = await opening;
	yield* engine.speak(engine.emotionTags ? text : withoutEmotionTags(text), settings, signal);
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
	private resampler: { readonly link: VoiceLink; readonly of: Resampler } | undefined;
	/** Begun before it was asked for. */
	private prepared: Speech | undefined;
	/** Who speaks, or spoke last. */
	private link: VoiceLink;
	private sideBySide = false;
	private languages: FixedLanguages | undefined;

	constructor(
		private readonly voices: VoiceSource,
		private readonly chain: FallbackChain<VoiceLink>,
		private readonly speeds: RealTime,
		private readonly settings: SpeakSettings,
		/** Where somebody listens meanwhile. */
		private readonly pace: RealTimeWatch | undefined,
	) {
		this.link = chain.engine;
		// Where nobody listens meanwhile there is no hurry.
		this.voiceSettings = { ...settings, unheard: () => this.pace?.unheardMs ?? Infinity };
	}

	get doneBy(): DoneBy {
		return { ...this.chain.doneBy, engine: this.link.name, ...languageRemark(this.link.name, 'speaks', this.settings.language, this.languages) };
	}

	/** The caller was ahead enough, and has `unheardMs` left to hear. */
	resumed(unheardMs: number): void {
		this.pace?.resumed(unheardMs);
	}

	/** What was held is heard from now on. */
	letGo(): void {
		this.pace?.letGo();
	}

	/** Begins with the piece after the one that is spoken, where the engine can make two side by side. */
	prepare(text: string, signal: AbortSignal): void {
		if (!this.prepared && this.sideBySide) this.prepared = this.begin(text, signal);
	}

	/** Nothing more is asked of it. */
	close(): void {
		this.prepared?.stop();
		this.prepared = undefined;
	}

	/** Says one piece. Throws the last voice's error, or VOICE_ERR_CANCELLED. */
	async *speak(text: string, signal: AbortSignal): AsyncGenerator<Sound> {
		let rest = text;
		for (;;) {
			const speech = this.takePrepared(rest) ?? this.begin(rest, signal);
			const { link } = speech;
			this.link = link;
			let samples = 0;
			try {
				for await (const sound of this.bySingleVoice(speech)) {
					samples += sound.pcm.length;
					yield sound;
				}
				this.chain.worked(link);
				return;
			} catch (thrown) {
				const error = VoiceError.from(thrown, 'VOICE_ERR_MODEL_FAILED');
				if (signal.aborted || error.code === 'VOICE_ERR_CANCELLED') throw error;
				this.chain.next(error, link);
				this.sideBySide = false;
				// Rather a word twice than a word lost: one that had begun is said again.
				const said = samples === 0 ? '' : heardText([{ written: rest, text: rest, samples, whole: false }], samples, this.sampleRate);
				rest = rest.trim().slice(said.length);
			}
		}
	}

	/** Chooses a voice and lets it begin. Its work counts until it is stopped. */
	private begin(text: string, signal: AbortSignal): Speech {
		const { engine: link, done } = this.chain.take();
		const abort = new AbortController();
		const either = AbortSignal.any([signal, abort.signal]);
		const engine = this.voices.engine({ ...this.settings, engine: link.name, voice: link.voice });
		const sounds = spoken(engine, text, { ...this.voiceSettings, voice: link.voice }, either);
		const first = sounds.next();
		first.catch(() => undefined);
		const stop = (): void => {
			done();
			abort.abort();
			// Whoever is late may also be late in ending; nobody waits for it.
			sounds.return(undefined).catch(() => undefined);
		};
		if (either.aborted) done();
		else either.addEventListener('abort', done, { once: true });
		return { link, text, engine, sounds, first, stop };
	}

	private async *bySingleVoice({ link, engine, sounds, first, stop }: Speech): AsyncGenerator<Sound> {
		const { pace } = this;
		pace?.piece();
		const watched = pace && this.chain.hasNext(link);
		const inTime = async <T>(next: Promise<T>): Promise<T> => await (watched ? pace.inTime(next, link.name) : next);
		const trial = this.speeds.begin(voiceKey(link.name));
		try {
			const { sideBySide = false, languages } = await inTime(engine);
			this.sideBySide = sideBySide;
			this.languages = languages;
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
			stop();
		}
	}

	/** What was begun for this text, unless its voice has failed since. */
	private takePrepared(text: string): Speech | undefined {
		const { prepared } = this;
		this.prepared = undefined;
		if (!prepared || (prepared.text === text && !this.chain.hasFailed(prepared.link))) return prepared;
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
