// Guards against: a model name that reaches a file nobody meant, and a missing file without a remedy.
import path from 'node:path';
import { VoiceError } from '../../contract/errors';
import { packageRoot } from '../../lib/package-root';
import { modelFile, modelPath } from './resolve';

describe('models', () => {
	it('finds the package from its sources', () => {
		expect(packageRoot()).toBe(path.resolve(__dirname, '../../..'));
	});

	it('knows the pack by name and takes absolute paths as they are', () => {
		expect(modelPath('pack:answer')).toBe(path.join(packageRoot(), 'models/answer/pack/answer.gguf'));
		expect(modelPath('/some/model.gguf')).toBe('/some/model.gguf');
	});

	it.each(['pack:nothing', 'model.gguf', '../model.gguf', 'toString', ''])('refuses "%s"', (name) => {
		expect(() => modelPath(name)).toThrow(VoiceError);
		expect(() => modelPath(name)).toThrow(/no model/);
	});

	it('tells a missing file from one that is no file', async () => {
		await expect(modelFile('/nowhere/model.gguf')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING' });
		await expect(modelFile(__dirname)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN' });
	});
});
