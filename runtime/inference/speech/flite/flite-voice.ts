import os from 'node:os';
import { VoiceError } from '../../../contract/errors';
import type { Sound, VoiceChoice, VoiceEngine, VoiceSettings } from '../engine';
import type { VoiceKind } from '../voices';
import { FlitePool } from './flite-pool';

/** Of flite's built-in voices, those at 16 kHz that read any text. slt is the most natural, kal16 the quickest. */
const VOICES: readonly VoiceChoice[] = [
	{ value: 'slt', name: 'Slt (woman, American)' },
	{ value: 'rms', name: 'Rms (man, American)' },
	{ value: 'awb', name: 'Awb (man, Scottish)' },
	{ value: 'kal16', name: 'Kal (man, American, robotic, quickest)' },
];

/** flite: small voices that need no download and speak some 30 times faster than real time on one core. */
export class FliteVoice implements VoiceEngine, VoiceKind {
	readonly description = 'Always there, speaks English, needs no download.';
	readonly voices = VOICES;
	readonly languages = ['en'];
	readonly sampleRate = 16_000;

	constructor(private readonly pool = new FlitePool(Math.max(1, Math.floor(os.availableParallelism() / 2)))) {}

	async *speak(text: string, { voice, speed }: VoiceSettings, signal: AbortSignal): AsyncGenerator<Sound> {
		const name = this.voiceNamed(voice);
		for (const part of partsForFlite(text)) {
			const pcm = await this.pool.speak({ text: part, voice: name, speed, sampleRate: this.sampleRate }, signal);
			if (pcm.length > 0) yield { pcm, sampleRate: this.sampleRate };
		}
	}

	async engine(): Promise<VoiceEngine> {
		return await Promise.resolve(this);
	}

	async warm(voice: string): Promise<void> {
		const request = { text: 'Hello.', voice: this.voiceNamed(voice), speed: 1, sampleRate: this.sampleRate };
		await this.pool.speak(request, new AbortController().signal);
	}

	private voiceNamed(voice: string): string {
		const known = voice === '' ? VOICES[0] : VOICES.find(({ value }) => value === voice);
		if (known) return known.value;
		const names = VOICES.map(({ value }) => value).join(', ');
		throw new VoiceError('VOICE_ERR_VOICE_UNKNOWN', `flite has no voice "${voice.slice(0, 100)}". It has: ${names}.`);
	}
}

/** flite reads letter after letter of a longer word than any language has. */
const LONGEST_WORD = 40;
/** A piece that is no sentence is spoken in parts: the worker serves others between them. */
const LONGEST_PART = 300;

const PLAIN: ReadonlyArray<readonly [RegExp, string]> = [
	[/[\u2018\u2019\u201b\u2032]/g, "'"],
	[/[\u201c\u201d\u201f\u2033]/g, '"'],
	[/[\u2013\u2014\u2015]/g, ', '],
	[/\u2026/g, '...'],
	[/\u00df/g, 'ss'],
	[/[\u00e6\u00c6]/g, 'ae'],
	[/[\u00f8\u00d8]/g, 'o'],
	[/\u20ac\s?(\d+)/g, '$1 euros'],
	[/\u00a3\s?(\d+)/g, '$1 pounds'],
];

/** Text in the letters that flite knows: it reads English in ASCII and skips or mangles all else. */
function toAscii(text: string): string {
	const plain = PLAIN.reduce((line, [from, to]) => line.replace(from, to), text);
	return plain
		.normalize('NFKD')
		.replace(/\p{M}/gu, '')
		.replace(/[^\x20-\x7e]+/g, ' ')
		.replace(/\s+/g, ' ')
		.trim();
}

/** What flite is asked to say, in parts; none where there is nothing to pronounce. */
export function partsForFlite(text: string): string[] {
	const parts: string[] = [];
	let open = '';
	for (const word of toAscii(text).split(' ').flatMap((long) => long.match(new RegExp(`.{1,${LONGEST_WORD}}`, 'g')) ?? [])) {
		if (open !== '' && open.length + word.length + 1 > LONGEST_PART) {
			parts.push(open);
			open = '';
		}
		open = open === '' ? word : `${open} ${word}`;
	}
	if (open !== '') parts.push(open);
	return parts.filter((part) => /[a-z0-9]/i.test(part));
}
