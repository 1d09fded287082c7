import type { SpeakSettings } from '../../contract/agent-settings';
import type { FixedLanguages } from '../fallback/language-remark';

export interface VoiceChoice {
	readonly value: string;
	readonly name: string;
}

export interface VoiceSettings extends Pick<SpeakSettings, 'voice' | 'speed'> {
	/** BCP 47 tag of the text; '' or absent where nobody has said it. For voices that read several languages. */
	readonly language?: string;
	/** Sound of this utterance that the caller has been given and has not heard yet, ms. Absent: there is none. */
	readonly unheard?: () => number;
}

/** A stretch of speech: mono, signed 16 bit, at one of audio/pcm's SPEAK_RATES. */
export interface Sound {
	readonly pcm: Int16Array;
	readonly sampleRate: number;
	/** Which part of the engine took most of the time since the sound before. */
	readonly waitedFor?: 'tokens' | 'decoder';
}

/** A synthesiser. Its rules are in conformance.fixture.ts. */
export interface VoiceEngine {
	/** The first is the default, which `voice: ''` stands for. */
	readonly voices: readonly VoiceChoice[];
	readonly languages?: FixedLanguages | undefined;
	/** The rate of all its sound, Hz. */
	readonly sampleRate: number;
	/**
	 * Speaks one sentence or clause: at most 20 ms of silence before it, at most 150 ms after it. Text without
	 * anything to say gives no sound and no error. Throws VOICE_ERR_VOICE_UNKNOWN, which lists the voices, and
	 * VOICE_ERR_CANCELLED once `signal` is aborted.
	 */
	speak(text: string, settings: VoiceSettings, signal: AbortSignal): AsyncIterable<Sound>;
	/** Makes a sound of `<laugh>` and its like; to other voices they are not given. */
	readonly emotionTags?: boolean;
	/** Sentences can be made side by side at little cost: the next may begin while this one is spoken. */
	readonly sideBySide?: boolean;
	/** Loads all that the voice needs. Throws VOICE_ERR_VOICE_UNKNOWN. */
	warm(voice: string): Promise<void>;
}
