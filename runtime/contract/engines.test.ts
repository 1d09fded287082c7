// Guards against: a model that is not found because its path was pasted with a space or a line break.
import { speakSettings, transcribeSettings } from './agent-settings';
import { chatSettings } from './chat';

it.each(['/models/joe.onnx\n', ' /models/joe.onnx', '\t/models/joe.onnx \r\n'])('%j is the path in it', (pasted) => {
	expect(transcribeSettings.parse({ model: pasted }).model).toBe('/models/joe.onnx');
	expect(chatSettings.parse({ model: pasted }).model).toBe('/models/joe.onnx');
	expect(speakSettings.parse({ engine: pasted, fallbacks: [{ engine: pasted }] })).toMatchObject({ engine: '/models/joe.onnx', fallbacks: [{ engine: '/models/joe.onnx' }] });
});

it('a space inside it stays, and nothing but spaces is no model', () => {
	expect(transcribeSettings.parse({ model: '/my models/joe.onnx' }).model).toBe('/my models/joe.onnx');
	expect(transcribeSettings.safeParse({ model: ' \n' }).success).toBe(false);
});
