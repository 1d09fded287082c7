import { VoiceError } from '../../../contract/errors';
import { letterToSound } from './letter-to-sound';
import type { ListenPack } from './pack';
import type { ExpectedWord } from './vocabulary';

/** Vowels that an unstressed syllable may blur to `ah`. */
const BLURS: ReadonlySet<string> = new Set(['ae', 'eh', 'ih', 'aa']);
const VOWELS: ReadonlySet<string> = new Set(['aa', 'ae', 'ah', 'ao', 'aw', 'ay', 'eh', 'er', 'ey', 'ih', 'iy', 'ow', 'oy', 'uh', 'uw']);

/**
 * The words that a session's hints name. A hint is one word or several ("Doctor Nguyen"), or one word with its
 * phones ("Nguyen=n w ih n"). A word that the lexicon has is only made likelier, unless its phones are given.
 * Throws VOICE_ERR_BAD_REQUEST for a hint that cannot be pronounced.
 */
export function expectedWords(hints: readonly string[], pack: ListenPack): ExpectedWord[] {
	const units = new Map(pack.units.map((unit, index) => [unit, index]));
	const known = new Set(pack.lexicon.map(({ word }) => word));
	const numbers = (hint: string, phones: readonly string[]): number[] =>
		phones.map((phone) => units.get(phone) || unpronounceable(hint, `"${phone}" is none of ${pack.units.slice(1).join(' ')}`));

	const expected = new Map<string, ExpectedWord>();
	for (const hint of hints) {
		const [spelling = '', phones, ...rest] = hint.split('=');
		const words = plain(spelling);
		if (rest.length > 0 || (phones !== undefined && words.length !== 1)) {
			unpronounceable(hint, 'write it as one word, "=" and its phones');
		}
		if (words.length === 0) unpronounceable(hint, 'it has no letters from a to z; write it as word=phones');
		for (const word of words) {
			const ways = phones !== undefined ? [phones.trim().toLowerCase().split(/\s+/)] : known.has(word) ? [] : sounds(word);
			if (ways.length === 0 && !known.has(word)) unpronounceable(hint, `"${word}" has no sound; write it as word=phones`);
			expected.set(word, { word, pronunciations: ways.map((way) => numbers(hint, way)) });
		}
	}
	return [...expected.values()];
}

/** "José's" to "jose's": the lexicon's spelling. */
function plain(spelling: string): string[] {
	return spelling
		.normalize('NFD')
		.toLowerCase()
		.replaceAll(/\p{M}/gu, '')
		.split(/[^a-z']+/)
		.filter((word) => /[a-z]/.test(word));
}

/** As it is written, and with its unstressed vowels blurred. */
function sounds(word: string): string[][] {
	const full = letterToSound(word);
	const first = full.findIndex((phone) => VOWELS.has(phone));
	const blurred = full.map((phone, index) => (index > first && BLURS.has(phone) ? 'ah' : phone));
	return full.length === 0 ? [] : blurred.join() === full.join() ? [full] : [full, blurred];
}

function unpronounceable(hint: string, why: string): never {
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', `hints: "${hint}" cannot be used: ${why}.`);
}
