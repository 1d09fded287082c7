// Guards against: parameters that arrive at the runtime as something else than the editor shows.
import { CHAT_PARAMETERS, chatSettingsFrom, hasExpression, speakSettingsFrom, transcribeSettingsFrom, withFixedTexts } from './settings';

function locator(value: string) {
	return { __rl: true, mode: 'list', value };
}

test('hints come by comma or line, once each', () => {
	const settings = transcribeSettingsFrom({ model: { __rl: true, mode: 'path', value: '/models/x' }, language: 'de', hints: 'Elm Street, Alvarez\n Alvarez ,,\n' });
	expect(settings).toEqual({ model: '/models/x', language: 'de', hints: ['Elm Street', 'Alvarez'], fallbacks: [] });
});

test('what is not set has the runtime\'s default', () => {
	expect(transcribeSettingsFrom({})).toEqual({ model: 'auto', language: 'en', hints: [], fallbacks: [] });
	expect(speakSettingsFrom({ speed: 1.5 })).toMatchObject({ engine: 'auto', voice: '', speed: 1.5, interruptible: true, fallbacks: [] });
	expect(() => speakSettingsFrom({ speed: 9 })).toThrow();
});

test('fallbacks keep their order, and each voice its engine', () => {
	const fallbacks = { model: [{ model: locator('server:gpu') }, { model: 'auto' }, { model: locator('pack:listen') }] };
	expect(transcribeSettingsFrom({ fallbacks }).fallbacks).toEqual(['server:gpu', 'auto', 'pack:listen']);
	expect(chatSettingsFrom({ model: locator('auto'), fallbacks })).toMatchObject({ model: 'auto', fallbacks: ['server:gpu', 'auto', 'pack:listen'] });
	const voice = [{ engine: 'kokoro-en-v0_19', voice: 'af_bella' }, { engine: 'flite', voice: '' }];
	expect(speakSettingsFrom({ engine: 'server:gpu', fallbacks: { voice } })).toMatchObject({ engine: 'server:gpu', fallbacks: voice });
	expect(CHAT_PARAMETERS).toContain('fallbacks');
});

test.each([
	['too many', { model: Array.from({ length: 5 }, () => ({ model: 'auto' })) }],
	['one that is not chosen', { model: [{ model: locator('') }] }],
])('%s fallbacks are refused', (_name, fallbacks) => {
	expect(() => chatSettingsFrom({ fallbacks })).toThrow();
});

test('what is set of Orpheus replaces the default of that setting only', () => {
	expect(speakSettingsFrom({ orpheus: { temperature: 0.8, model: '/models/o.gguf' } }).orpheus).toEqual({
		model: '/models/o.gguf', decoder: 'auto', temperature: 0.8, topP: 0.9, topK: 40, repetitionPenalty: 1.1,
	});
	expect(() => speakSettingsFrom({ orpheus: { topK: 0 } })).toThrow();
});

test('an expression is found however deep', () => {
	expect(hasExpression({ __rl: true, mode: 'path', value: '={{ $json.model }}' })).toBe(true);
	expect(hasExpression({ voice: [{ engine: 'flite', voice: '={{ $json.voice }}' }] })).toBe(true);
	expect(hasExpression(['a', { b: '=c {{ 1 }}' }])).toBe(true);
	expect(hasExpression({ value: 'a = b', speed: 1, none: null })).toBe(false);
});

test('a text that computes nothing is known before the item is there', () => {
	const parameters = { engine: '=server:gpu', fallbacks: { voice: [{ engine: 'flite', voice: '=slt' }] }, text: '={{ 1 }}', speed: 1, none: null };
	expect(withFixedTexts(parameters)).toEqual({ ...parameters, engine: 'server:gpu', fallbacks: { voice: [{ engine: 'flite', voice: 'slt' }] } });
	expect(hasExpression('=slt')).toBe(false);
});
