import type { SpeakSettings } from '../../contract/agent-settings';
import { msToSamples } from '../../audio/pcm';
import { type DoneBy, doneByOf } from '../../contract/engines';
import { VoiceError } from '../../contract/errors';
import type { SpeakEvent } from '../../rpc/inference-protocol';
import type { MediaEvent } from '../../rpc/media-protocol';
import type { SpeechGaps } from '../../contract/turn';
import { monotonicClock } from '../../lib/clock';
import type { InferenceServer } from '../calls/call-deps';
import { GapRecord } from './speech-gaps';
import { SpokenText } from './spoken-text';
import { type CurrentLink, UtteranceSound } from './utterance-sound';
import { VoiceStream } from './voice-stream';

/** Sound kept ready ahead of what is heard: enough to ride out a busy second, little enough to waste when interrupted. */
const AHEAD_MS = 4000;
/** A voice that was held goes on this much before: not for every sound that is played, and long before it is missed. */
const GO_ON_BEFORE_MS = 1000;
/** While the caller is away, the voice says what it has to say and is free for others: its sound waits here. */
const AHEAD_OF_ABSENT_MS = 60_000;
/** The voice has its next piece before the one it speaks is made: some make two side by side. */
const PIECES_AT_ONCE = 2;

export type AgentUtteranceMark = 'firstPiece' | 'firstVoiceAudio' | 'firstAudioSent' | 'audible';

export interface AgentUtteranceListener {
	onMark(mark: AgentUtteranceMark, at?: number): void;
	/** All text it was given so far. */
	onText(text: string): void;
	/** Another word was heard. */
	onHeard?(): void;
	/** Nothing of it is to be heard or shown before letGo(). */
	readonly isHeld?: boolean;
	/** It has as much sound as it may have: what is still written will not be said. */
	onLimit?(): void;
}

/** How an utterance ended. */
export interface Outcome {
	readonly heard: string;
	readonly spokenMs: number;
	/** Everything was played. */
	readonly complete: boolean;
	readonly error?: VoiceError;
}

/**
 * Something the agent says: text comes in as it is written, goes sentence by sentence to the voice, and its
 * sound to media. The voice is never more than AHEAD_MS ahead of the caller's ear, so an interruption has
 * little to throw away.
 * Always ends in exactly one Outcome.
 */
export class AgentUtterance {
	readonly finished: Promise<Outcome>;
	/** Its voice makes no more sound: the next utterance's voice can begin. */
	readonly voiced: Promise<void>;
	private finish: (outcome: Outcome) => void = () => undefined;
	private endVoice: () => void = () => undefined;
	private outcome: Outcome | undefined;
	private given = '';
	private readonly spoken: SpokenText;
	private readonly voice: VoiceStream;
	private readonly gapRecord = new GapRecord();
	private readonly sound: UtteranceSound;
	private lettersHeard = 0;
	private textEnded = false;
	private waits: boolean;
	private endSent = false;
	private interrupted = false;
	private held = false;
	private spokenBy: DoneBy;
	private limited = false;
	private error: VoiceError | undefined;

	constructor(
		readonly id: string,
		readonly settings: SpeakSettings,
		inference: InferenceServer,
		private readonly currentLink: CurrentLink,
		private readonly listener: AgentUtteranceListener,
		/** The utterance before: media plays them in the order in which their sound comes. */
		before?: Pick<AgentUtterance, 'voiced'>,
	) {
		this.waits = listener.isHeld ?? false;
		this.finished = new Promise((resolve) => (this.finish = resolve));
		this.voiced = new Promise((resolve) => (this.endVoice = resolve));
		const onVoice = {
			onVoice: (event: SpeakEvent) => this.onVoice(event),
			onDone: () => this.voiceDone(),
			onFailed: (error: VoiceError) => this.fail(error),
			// What it was given is made.
			mayBeSilent: () => this.held || this.spoken.inTheMaking === 0,
			isWanted: () => !this.over,
			isHeld: () => this.waits,
		};
		this.voice = new VoiceStream(inference, settings, onVoice, before?.voiced);
		this.spokenBy = { engine: settings.engine, replaced: [] };
		this.spoken = new SpokenText(settings.language);
		this.sound = new UtteranceSound(id, settings.interruptible, () => this.link());
	}

	get doneBy(): DoneBy {
		return this.spokenBy;
	}

	get over(): boolean {
		return this.outcome !== undefined;
	}

	/** Everything was played. */
	get complete(): boolean {
		return this.outcome?.complete ?? false;
	}

	/** It was ended at `longestSpeech` of its settings. */
	get reachedLimit(): boolean {
		return this.limited;
	}

	/** Of its sound, at the voice's rate. */
	get playedSamples(): number {
		return this.sound.played;
	}

	/** Why it broke off, where its voice failed. */
	get failure(): VoiceError | undefined {
		return this.error;
	}

	/** All text it was given so far. */
	get text(): string {
		return this.given;
	}

	/** How much of its sound was played, ms. */
	get spokenMs(): number {
		return this.outcome?.spokenMs ?? 0;
	}

	/** Where it fell silent in the middle, so far. */
	get gaps(): SpeechGaps {
		return this.gapRecord.all;
	}

	/** Heard so far. */
	get heard(): string {
		return this.outcome?.heard ?? this.spoken.heard(this.sound.played, this.sound.sampleRate);
	}

	/** More text, cut anywhere. `next`: the sign after it, where that is known. */
	write(text: string, next = ''): void {
		if (this.over || this.textEnded) return;
		this.given += text;
		if (!this.waits && text !== '') this.listener.onText(this.given);
		this.spoken.write(text, next);
		this.feed();
	}

	/** What is written so far is spoken now, even if no sentence ends there: a pause in the writing follows. */
	settle(): void {
		if (this.over) return;
		this.spoken.flush();
		this.feed();
		this.gapRecord.writingPauses(this.spoken.count);
	}

	/** No more text will come. */
	end(): void {
		if (this.textEnded) return;
		this.settle();
		this.textEnded = true;
		this.feed();
		if (!this.voice.opened) this.soundless();
	}

	/** Stops voice and sound for good; the outcome holds what was heard. */
	interrupt(): void {
		if (this.over || this.interrupted) return;
		this.interrupted = true;
		this.textEnded = true;
		this.voice.cancel();
		if (!this.sound.flush()) this.conclude(false);
	}

	/** The link is gone, the call is not. What was to be flushed is. */
	unlinked(): void {
		if (this.interrupted) this.conclude(false);
		this.pace();
		this.feed();
	}

	/** What was held is heard from now on. */
	letGo(): void {
		if (!this.waits) return;
		this.waits = false;
		if (this.over) return;
		if (this.voice.opened) this.voice.tell({ type: 'letGo' });
		if (this.given !== '') this.listener.onText(this.given);
		this.relinked();
	}

	/** There is another link: it is given what was not heard. */
	relinked(): void {
		if (this.over || !this.sound.began) return;
		this.sound.relinked();
		this.pace();
	}

	/** What media says about this utterance. */
	onMedia(event: Extract<MediaEvent, { utteranceId: string }>): void {
		if (event.type === 'playing') this.listener.onMark('firstAudioSent', event.at);
		else if (event.type === 'audible') this.listener.onMark('audible', event.at);
		else if (event.type === 'gap') this.gapRecord.gap(event);
		else {
			this.sound.wasPlayed(event.playedSamples);
			this.noteHeard();
			if (event.type === 'played') this.conclude(event.complete);
			else {
				this.pace();
				this.feed();
			}
		}
	}

	private noteHeard(): void {
		const { length } = this.heard;
		if (length === this.lettersHeard) return;
		this.lettersHeard = length;
		this.listener.onHeard?.();
	}

	/** The call is over. */
	abandon(): void {
		this.conclude(false);
	}

	/** Where its sound goes. */
	private link(): ReturnType<CurrentLink> {
		return this.waits ? undefined : this.currentLink();
	}

	private get mostAheadMs(): number {
		return this.currentLink() ? AHEAD_MS : AHEAD_OF_ABSENT_MS;
	}

	/** Lets the voice rest while the caller has enough to hear. */
	private pace(): void {
		const hold = this.sound.aheadMs > (this.held ? this.mostAheadMs - GO_ON_BEFORE_MS : this.mostAheadMs);
		if (hold === this.held || this.over) return;
		this.held = hold;
		this.voice.tell({ type: 'hold', hold, unheardMs: this.sound.aheadMs });
	}

	/** Gives the voice the sentences that the caller will need soon. */
	private feed(): void {
		if (this.over || this.interrupted || this.limited) return;
		for (let next = this.nextPiece(); next; next = this.nextPiece()) {
			if (!this.voice.opened) this.listener.onMark('firstPiece');
			this.voice.tell({ type: 'piece', ...next });
		}
		if (this.textEnded && this.spoken.isGiven && this.voice.opened && !this.endSent) {
			this.endSent = true;
			this.voice.tell({ type: 'end' });
		}
	}

	/** What the voice says next. */
	private nextPiece(): ReturnType<SpokenText['next']> {
		while (this.sound.aheadMs <= this.mostAheadMs && this.spoken.inTheMaking < PIECES_AT_ONCE) {
			const next = this.spoken.next();
			if (next) this.gapRecord.pieceGiven(monotonicClock.now());
			if (next?.text !== '') return next;
		}
		return undefined;
	}

	private onVoice(event: SpeakEvent): void {
		if (event.type === 'doneBy') {
			this.spokenBy = doneByOf(event);
			return;
		}
		const { piece } = event;
		if (this.limited || !this.spoken.has(piece)) return;
		if (event.type === 'pieceEnd') {
			this.spoken.isMade(piece, event.samples);
			this.feed();
			return;
		}
		if (!this.sound.began) {
			this.listener.onMark('firstVoiceAudio');
			this.sound.begin(event.sampleRate);
		}
		this.gapRecord.sound(event);
		const room = msToSamples(this.settings.longestSpeech * 1000, this.sound.sampleRate) - this.sound.made;
		if (room > 0) this.play(piece, event.pcm.subarray(0, room));
		if (event.pcm.length > room) this.endAtLimit();
	}

	private play(piece: number, pcm: Int16Array): void {
		this.spoken.soundMade(piece, pcm.length);
		this.sound.push(pcm);
		this.pace();
	}

	/** What it has is played to its end. */
	private endAtLimit(): void {
		this.limited = true;
		this.textEnded = true;
		this.spoken.drop();
		this.voice.cancel();
		this.voiceDone();
		this.listener.onLimit?.();
	}

	private voiceDone(): void {
		this.voice.unwatch();
		this.endVoice();
		if (this.over || this.interrupted || this.sound.ended) return;
		if (this.sound.began) this.sound.end();
		else this.soundless();
	}

	/** A voice that fails in mid-sentence: what it has said so far is still played to its end. */
	private fail(error: VoiceError): void {
		if (this.over || this.interrupted || error.code === 'VOICE_ERR_CANCELLED') return;
		this.voice.unwatch();
		this.error = error;
		this.textEnded = true;
		this.spoken.drop();
		this.voiceDone();
	}

	/** Nobody must take silence for something that was said. */
	private soundless(): void {
		if (this.text.trim() !== '') {
			this.error ??= new VoiceError('VOICE_ERR_NOTHING_TO_SAY', `The voice "${this.spokenBy.engine}" makes no sound of this text.`);
		}
		this.conclude(true);
	}

	private conclude(complete: boolean): void {
		if (this.outcome) return;
		this.voice.unwatch();
		// Media flushes everything when one utterance is interrupted: nobody waits for the voice of this one either.
		if (!complete) this.voice.cancel();
		const played = complete && !this.error ? Math.max(this.sound.played, this.sound.made) : this.sound.played;
		const words = this.spoken.heard(played, this.sound.sampleRate);
		const whole = complete && !this.error && !this.limited;
		const heard = whole && words !== '' ? this.given.trim() : words;
		const spokenMs = Math.round(this.sound.toMs(played));
		this.outcome = { heard, spokenMs, complete: whole, ...(this.error ? { error: this.error } : {}) };
		this.sound.forget();
		this.finish(this.outcome);
		this.endVoice();
	}
}
