import { VoiceError } from '../../../contract/errors';
import type { VoiceChoice } from '../engine';

interface Language {
	readonly name: string;
	/** What a model file may call it, in its name or its list of languages. */
	readonly signs: readonly string[];
	/** Orpheus's own names. The first is its best. */
	readonly voices: readonly string[];
}

/** One model speaks one language, or two, and knows the voices of no other. */
const LANGUAGES: readonly Language[] = [
	{ name: 'English', signs: ['en', 'english'], voices: ['tara', 'leah', 'jess', 'leo', 'dan', 'mia', 'zac', 'zoe'] },
	{ name: 'French', signs: ['fr', 'french'], voices: ['pierre', 'amelie', 'marie'] },
	{ name: 'German', signs: ['de', 'german'], voices: ['jana', 'thomas', 'max'] },
	{ name: 'Spanish', signs: ['es', 'spanish'], voices: ['javi', 'sergio', 'maria'] },
	{ name: 'Italian', signs: ['it', 'italian'], voices: ['pietro', 'giulia', 'carlo'] },
	{ name: 'Hindi', signs: ['hi', 'hindi'], voices: ['ऋतिका'] },
	{ name: 'Korean', signs: ['ko', 'korean'], voices: ['유나', '준서'] },
	{ name: 'Chinese', signs: ['zh', 'chinese', 'mandarin'], voices: ['长乐', '白芷'] },
];

/** The first published model is English and does not say so. */
const ENGLISH = /orpheus[-_ ]3b[-_ ]0\.1[-_ ]ft/i;

function titled(name: string): string {
	return name.charAt(0).toUpperCase() + name.slice(1);
}

function choices(languages: readonly Language[]): VoiceChoice[] {
	return languages.flatMap(({ name, voices }) => voices.map((value) => ({ value, name: `${titled(value)} (${name})` })));
}

export const ORPHEUS_VOICES: readonly VoiceChoice[] = choices(LANGUAGES);
const DEFAULT_VOICE = 'tara';

/**
 * The voices of one model, by what it is called (`3b-fr-ft-research_release`, `Orpheus-3b-German-FT-Q8_0.gguf`)
 * and the languages it names (`en`). Empty where that tells nothing: somebody's own model, with voices of its own.
 */
export function voicesOf(names: readonly string[], languages: readonly string[] = []): readonly VoiceChoice[] {
	const words = new Set([...names.flatMap((name) => name.split(/[^a-z]+/i)), ...languages].map((word) => word.toLowerCase()));
	const spoken = LANGUAGES.filter(({ signs }) => signs.some((sign) => words.has(sign)));
	if (spoken.length > 0) return choices(spoken);
	return names.some((name) => ENGLISH.test(name)) ? choices(LANGUAGES.slice(0, 1)) : [];
}

/** A name goes into the prompt before a colon: what could end it there, or the line, is none. */
export const VOICE_NAME = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} ._-]{0,39}$/u;

/**
 * The voice that a model is given for what was asked; '' stands for its first. `voices`: those it knows, or none where nothing is
 * known of it, which then speaks with any. Throws VOICE_ERR_VOICE_UNKNOWN.
 */
export function voiceAmong(voices: readonly VoiceChoice[], voice: string): string {
	if (voices.length === 0) {
		if (voice === '' || VOICE_NAME.test(voice)) return voice || DEFAULT_VOICE;
		throw unknown(voice, 'A name is up to 40 letters, digits, spaces and ._-');
	}
	const choice = voice === '' ? voices[0] : voices.find(({ value }) => value === voice);
	if (!choice) throw unknown(voice, `It has: ${voices.map(({ value }) => value).join(', ')}.`);
	return choice.value;
}

function unknown(voice: string, instead: string): VoiceError {
	return new VoiceError('VOICE_ERR_VOICE_UNKNOWN', `This Orpheus model has no voice "${voice.slice(0, 100)}". ${instead}`);
}
