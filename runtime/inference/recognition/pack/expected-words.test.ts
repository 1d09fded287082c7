// Guards against hints that break a call: every word must get sounds that the model has, or a clear refusal.
import fc from 'fast-check';
import path from 'node:path';
import { VoiceError } from '../../../contract/errors';
import { packageRoot } from '../../../lib/package-root';
import { expectedWords } from './expected-words';
import { letterToSound } from './letter-to-sound';
import { type ListenPack, readPack } from './pack';

describe('expectedWords', () => {
	let pack: ListenPack;
	beforeAll(async () => {
		pack = await readPack(path.join(packageRoot(), 'models', 'listen'));
	});
	const spelled = (hint: string): Array<[string, string[]]> =>
		expectedWords([hint], pack).map(({ word, pronunciations }) => [
			word,
			pronunciations.map((phones) => phones.map((phone) => pack.units[phone]).join(' ')),
		]);

	it('reads words, several words and words with their phones', () => {
		expect(spelled('Rebecca')).toEqual([['rebecca', ['r eh b eh k ah', 'r eh b ah k ah']]]);
		expect(spelled('Doctor Parker')).toEqual([['doctor', []], ['parker', ['p aa r k er']]]);
		expect(spelled('Nguyen = N W IH N')).toEqual([['nguyen', ['n w ih n']]]);
		expect(spelled("José")).toEqual([['jose', expect.any(Array)]]);
		// A lexicon word may be given another sound.
		expect(spelled('tomorrow=t m aa r ow')).toEqual([['tomorrow', ['t m aa r ow']]]);
	});

	it('takes or refuses anything, and what it takes has sounds of the model', () => {
		fc.assert(
			fc.property(fc.oneof(fc.string({ minLength: 1, maxLength: 60 }), fc.stringMatching(/^[a-z']{1,20}$/)), (hint) => {
				try {
					for (const { word, pronunciations } of expectedWords([hint], pack)) {
						expect(word).toMatch(/^[a-z']+$/);
						for (const phones of pronunciations) {
							expect(phones.length).toBeGreaterThan(0);
							expect(phones.every((phone) => phone > 0 && phone < pack.units.length)).toBe(true);
						}
					}
				} catch (error) {
					expect(error).toBeInstanceOf(VoiceError);
					expect((error as VoiceError).code).toBe('VOICE_ERR_BAD_REQUEST');
				}
			}),
			{ numRuns: 500 },
		);
	});

	it.each([
		['walter', 'w aa l t er'],
		['kevin', 'k eh v ih n'],
		['phillips', 'f ih l ih p s'],
		['knight', 'n ay t'],
		['grace', 'g r ey s'],
		['nina', 'n iy n ah'],
		['marco', 'm aa r k ow'],
	])('says %s as a reader would', (word, phones) => {
		expect(letterToSound(word).join(' ')).toBe(phones);
	});
});
