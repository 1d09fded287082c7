// Guards against: parameters that arrive at the runtime as something else than the editor shows.
import { hasExpression, speakSettingsFrom, transcribeSettingsFrom } from './settings';

test('hints come by comma or line, once each', () => {
	const settings = transcribeSettingsFrom({ model: { __rl: true, mode: 'path', value: '/models/x' }, language: 'de', hints: 'Elm Street, Alvarez\n Alvarez ,,\n' });
	expect(settings).toEqual({ model: '/models/x', language: 'de', hints: ['Elm Street', 'Alvarez'], fallbacks: [] });
});

test('what is not set has the runtime\'s default', () => {
	expect(transcribeSettingsFrom({})).toEqual({ model: 'pack:listen', language: 'en', hints: [], fallbacks: [] });
	expect(speakSettingsFrom({ speed: 1.5 })).toMatchObject({ engine: 'flite', voice: '', speed: 1.5, interruptible: true });
	expect(() => speakSettingsFrom({ speed: 9 })).toThrow();
});

test('an expression is found however deep', () => {
	expect(hasExpression({ __rl: true, mode: 'path', value: '={{ $json.model }}' })).toBe(true);
	expect(hasExpression(['a', { b: '=c' }])).toBe(true);
	expect(hasExpression({ value: 'a = b', speed: 1, none: null })).toBe(false);
});
