import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { LISTEN_RATE, msToSamples } from '../../runtime/audio/pcm';
import { decodeWav } from '../../runtime/audio/wav';
import { packageRoot } from '../../runtime/lib/package-root';
import { audible } from './voices';

/** A recorded person who says a sentence. */
export interface Sentence {
	readonly pcm: Int16Array;
	/** Where the longest rest in its middle begins, and how long it is; undefined where the voice never rests. */
	readonly gap: { readonly at: number; readonly length: number } | undefined;
}

export interface Person {
	readonly name: string;
	readonly language: string;
	/** Whisper's folder. */
	readonly recogniser: 'tiny.en' | 'base';
	readonly sentences: readonly Sentence[];
}

/** Debian's prompts, CC-BY-SA: fetched here, never committed. */
const PACKAGES = ['es', 'fr', 'it', 'ru'].flatMap((language) => [`asterisk-core-sounds-${language}`, `asterisk-core-sounds-${language}-wav`]).concat('asterisk-prompt-it-menardi-wav');
const MOST_SENTENCES = 160;
/** A voice rests: 20 ms at least 30 dB below its loudest. */
const GAP_SAMPLES = msToSamples(20, LISTEN_RATE);
/** Between two sentences it does so for longer. */
const BETWEEN_SAMPLES = msToSamples(200, LISTEN_RATE);
const HOP = 40;

/** Fetches them once, 80 MB. */
function debian(): string {
	const folder = path.join(packageRoot(), 'bench', '.output', 'recordings');
	if (existsSync(path.join(folder, 'usr'))) return path.join(folder, 'usr', 'share');
	mkdirSync(folder, { recursive: true });
	execFileSync('apt-get', ['download', '-qq', ...PACKAGES], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
	for (const file of readdirSync(folder).filter((name) => name.endsWith('.deb'))) execFileSync('dpkg', ['-x', file, '.'], { cwd: folder });
	return path.join(folder, 'usr', 'share');
}

/**
 * The English voice of Asterisk's prompts is in both sets, with other sentences: `seen` are those that earlier versions were tried
 * on. Of the other people each is in one set only.
 */
export function people(set: 'choosing' | 'test', english: { readonly prompts: string; readonly texts: string }): Person[] {
	const share = debian();
	const sounds = (folder: string): string => path.join(share, 'asterisk', 'sounds', folder);
	const texts = (language: string): Map<string, string> => textsOf(gunzipSync(readFileSync(path.join(share, 'doc', `asterisk-core-sounds-${language}`, `core-sounds-${language}.txt.gz`))).toString('utf8'));
	const foreign = (name: string, language: string, folder: string): Person => ({ name, language, recogniser: 'base', sentences: sentencesOf(sounds(folder), texts(language), () => true) });
	const inSet = (words: number, parts: number): boolean => (words >= 5 && words <= 16 && parts === 1) === (set === 'choosing');
	const allison: Person = { name: 'Allison', language: 'en', recogniser: 'tiny.en', sentences: sentencesOf(english.prompts, textsOf(readFileSync(english.texts, 'utf8')), inSet) };
	return set === 'choosing'
		? [allison, foreign('Allison', 'es', 'es_MX_f_Allison'), foreign('Menardi', 'it', 'it_IT_f_Menardi')]
		: [allison, foreign('June', 'fr', 'fr_CA_f_June'), foreign('Carlo', 'it', 'it_IT_m_Carlo'), foreign('Ivrvoice', 'ru', 'ru_RU_f_IvrvoiceRU')];
}

function textsOf(lines: string): Map<string, string> {
	return new Map(lines.split('\n').flatMap((line) => {
		const [, name = '', text = ''] = /^([^;:]+): *(.+)$/.exec(line) ?? [];
		return name === '' ? [] : [[name, text.trim()] as const];
	}));
}

/** Sentences of four words and more; a prompt of several is cut where the voice rests the longest. */
function sentencesOf(folder: string, texts: ReadonlyMap<string, string>, wanted: (words: number, parts: number) => boolean): Sentence[] {
	const sentences: Sentence[] = [];
	for (const [name, text] of texts) {
		const file = path.join(folder, `${name}.wav`);
		const words = text.split(/\s+/).length;
		// What ends in an ellipsis, or begins with one, is no sentence.
		if (words < 4 || /[[(<]|\.\.|…/.test(text) || !existsSync(file)) continue;
		const parts = text.split(/[.?!;:]+(?:\s+|$)/).filter(Boolean);
		if (!wanted(words, parts.length)) continue;
		const whole = audible(decodeWav(readFileSync(file)));
		for (const [at, pcm] of apart(whole, parts.length).entries()) {
			if ((parts[at] ?? '').split(/\s+/).length < 4) continue;
			sentences.push({ pcm, gap: gapIn(pcm) });
			if (sentences.length === MOST_SENTENCES) return sentences;
		}
	}
	return sentences;
}

function apart(pcm: Int16Array, parts: number): Int16Array[] {
	if (parts === 1) return [pcm];
	const between = gapsOf(pcm, 0, 1)
		.filter(({ length }) => length >= BETWEEN_SAMPLES)
		.sort((a, b) => b.length - a.length)
		.slice(0, parts - 1)
		.sort((a, b) => a.at - b.at);
	if (between.length < parts - 1) return [];
	const ends = [...between.map(({ at }) => at), pcm.length];
	return ends.map((end, index) => audible(pcm.slice(index === 0 ? 0 : (between[index - 1]?.at ?? 0) + (between[index - 1]?.length ?? 0), end)));
}

function gapIn(pcm: Int16Array): Sentence['gap'] {
	return gapsOf(pcm, 0.25, 0.8).reduce<Sentence['gap']>((best, gap) => (gap.length > (best?.length ?? GAP_SAMPLES) ? gap : best), undefined);
}

function gapsOf(pcm: Int16Array, from: number, to: number): { at: number; length: number }[] {
	const loud = pcm.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
	const gaps: { at: number; length: number }[] = [];
	let since: number | undefined;
	for (let at = Math.round(pcm.length * from); at < pcm.length * to; at += HOP) {
		const quiet = pcm.subarray(at, at + HOP).every((sample) => Math.abs(sample) < loud / 30);
		if (quiet) since ??= at;
		if (!quiet && since !== undefined) {
			gaps.push({ at: since, length: at - since });
			since = undefined;
		}
	}
	return gaps;
}
