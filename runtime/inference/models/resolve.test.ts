// Guards against: a model name that reaches a file nobody meant, and a missing file without a remedy.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
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

	it('says that there is no file', async () => {
		await expect(modelFile('/nowhere/model.gguf')).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', remedy: expect.stringContaining('Check the path') });
	});

	it.each<[string, string[], string | RegExp]>([
		['its only model', ['README.md', 'model.gguf'], 'model.gguf'],
		['the first part of a split one', ['big-00001-of-00003.gguf', 'big-00002-of-00003.gguf', 'big-00003-of-00003.gguf'], 'big-00001-of-00003.gguf'],
		['the model, not what sees pictures', ['mmproj-model.gguf', 'model.gguf'], 'model.gguf'],
		['one in capital letters', ['MODEL.GGUF'], 'MODEL.GGUF'],
		['none of what Macs leave', ['._model.gguf', 'model.gguf'], 'model.gguf'],
		['none of a folder inside it, but names that', ['inside/model.gguf'], /no \.gguf file in .*: it contains inside\/\. There is a model in a folder inside it: .*\/inside\./],
		['none of two', ['a-Q4_K_M.gguf', 'b-Q8_0.gguf'], /several models in .*: a-Q4_K_M\.gguf, b-Q8_0\.gguf/],
		['none where there is none', ['model.safetensors', 'config.json'], /no \.gguf file in .*: it contains config\.json, model\.safetensors/],
		['none where it is empty', [], /it is empty/],
	])('takes of a folder %s', async (_what, names, taken) => {
		const folder = mkdtempSync(path.join(os.tmpdir(), 'model-folder-'));
		for (const name of names) {
			mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
			writeFileSync(path.join(folder, name), 'GGUF');
		}
		if (typeof taken === 'string') expect(await modelFile(folder)).toMatchObject({ path: path.join(folder, taken), bytes: 4 });
		else await expect(modelFile(folder)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', message: expect.stringMatching(taken), remedy: expect.stringContaining('Choose') });
		rmSync(folder, { recursive: true });
	});
});
