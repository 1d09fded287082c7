// Guards against: delays that are counted from an end of speech which is not the end of what was said.
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { speech } from './speech';

const VOICES = ['en-us+f3', 'en-us', 'en-gb', 'en-gb-x-rp+m3'];
const TEXTS = [
	'Book a dentist appointment on Friday at noon.',
	'Yes please.',
	'What do I have on Monday?',
	'Cancel the call with Peter.',
	'My number is five five one two.',
	'I would like to move it to the afternoon.',
	'No.',
	'Is the shop open tomorrow?',
];
/** -46 dB below full scale. */
const AUDIBLE = 160;

function toLastAudibleSample(pcm: Int16Array): number[] {
	return [...pcm.slice(0, pcm.findLastIndex((sample) => Math.abs(sample) > AUDIBLE) + 1)];
}

it('the detector dates the end of speech to its last audible sample', () => {
	const sounds = VOICES.flatMap((voice) => TEXTS.map((text) => toLastAudibleSample(speech(text, voice))));
	const program = path.join(__dirname, 'speech-end.mjs');
	const found = JSON.parse(execFileSync(process.execPath, [program], { input: JSON.stringify(sounds), maxBuffer: 1 << 26 }).toString()) as (number | null)[];
	const errors = found.flatMap((each) => each ?? []).sort((a, b) => a - b);
	// A voice of espeak that no network takes for one says nothing of this.
	expect(errors.length).toBeGreaterThanOrEqual(sounds.length * 0.9);
	const at = (share: number): number => errors[Math.floor(errors.length * share)] ?? Number.NaN;
	// A frame of the detector is 32 ms.
	expect(Math.abs(at(0.5))).toBeLessThanOrEqual(32);
	expect(at(0.1)).toBeGreaterThanOrEqual(-96);
	expect(at(0.9)).toBeLessThanOrEqual(96);
});
