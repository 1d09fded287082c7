// Guards against: a language that ends sherpa's process, or that a model takes for another.
import { VoiceError } from '../../contract/errors';
import { languageCode, languageOf } from './language';

it.each([['de', 'de'], ['de-AT', 'de'], ['pt_BR', 'pt'], [' EN ', 'en'], ['', ''], ['yue', 'yue']])('reads %j', (setting, code) => {
	expect(languageCode(setting)).toBe(code);
});

it.each(['English', 'german', 'x', 'e1', '??', '12', '-'])('says that %j is no code', (setting) => {
	expect(() => languageCode(setting)).toThrow(VoiceError);
});

const WHISPER = ['en', 'de', 'no', 'jw', 'tl', 'he', 'zh'];

it.each([['nb-NO', 'no'], ['jv', 'jw'], ['fil', 'tl'], ['iw', 'he'], ['cmn-Hans-CN', 'zh'], ['', ''], ['de', 'de']])('names %j as the model does', (setting, code) => {
	expect(languageOf(setting, WHISPER)).toBe(code);
});

it('refuses a language that the model does not understand, and says which it does', () => {
	expect(() => languageOf('xx', WHISPER)).toThrow(/does not understand "xx".*en, de/);
	expect(() => languageOf('de', ['en'])).toThrow(/does not understand "de"/);
});

it('takes any code where the model does not say what it understands', () => {
	expect(languageOf('xx', undefined)).toBe('xx');
});
