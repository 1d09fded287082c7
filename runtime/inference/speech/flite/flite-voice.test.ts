// Guards against: a voice that clips, adds silence, mixes callers, or cannot be interrupted.
import path from 'node:path';
import fc from 'fast-check';
import { packageRoot } from '../../../lib/package-root';
import { describeVoice } from '../conformance.fixture';
import { FlitePool } from './flite-pool';
import { FliteVoice, partsForFlite } from './flite-voice';

// A worker runs compiled code: test/fresh-build.mjs builds it.
const worker = path.join(packageRoot(), 'dist/runtime/inference/speech/flite/flite-worker.js');

jest.setTimeout(60_000);
describeVoice('flite, one worker', () => new FliteVoice(new FlitePool(1, worker)));
describeVoice('flite, two workers', () => new FliteVoice(new FlitePool(2, worker)));

it('says which thread failed and goes on with a new one', async () => {
	const pool = new FlitePool(1, path.join(__dirname, 'no-worker.js'));
	const request = { text: 'Hello.', voice: 'slt', speed: 1, sampleRate: 16_000 };
	const never = new AbortController().signal;
	await expect(pool.speak(request, never)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
	await expect(pool.speak(request, never)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_FAILED' });
});

// Guards against: text that flite mangles or that keeps it busy for minutes.

describe('partsForFlite', () => {
	it.each([
		['Hello there.', ['Hello there.']],
		['“Café” – it’s 5 o’clock…', ['"Cafe" , it\'s 5 o\'clock...']],
		['That is €20.', ['That is 20 euros.']],
		['Straße', ['Strasse']],
		['line\none\ttwo', ['line one two']],
	])('writes %s in ASCII', (text, parts) => {
		expect(partsForFlite(text)).toEqual(parts);
	});

	it.each(['', '   ', '...', '!?', '😀', '日本語', '\u0000\u001b'])('finds nothing to say in %j', (text) => {
		expect(partsForFlite(text)).toEqual([]);
	});

	it('cuts any text into short parts of short words and loses no letter', () => {
		fc.assert(
			fc.property(fc.stringMatching(/^[a-z ]{0,2000}$/), (text) => {
				const parts = partsForFlite(text);
				for (const part of parts) {
					expect(part.length).toBeLessThanOrEqual(300);
					for (const word of part.split(' ')) expect(word.length).toBeLessThanOrEqual(40);
				}
				expect(parts.join('').replace(/ /g, '')).toBe(text.replace(/ /g, ''));
			}),
		);
	});
});
