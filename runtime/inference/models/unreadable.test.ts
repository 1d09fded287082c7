// Guards against: a place that is no file, or may not be read, that hangs the runtime or is told in the system's words.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRecogniser } from '../recognition/recognisers';
import { readVoiceModel } from '../speech/sherpa/voice-model';
import { modelFile } from './resolve';
import { lookingAt, unreadable } from './unreadable';

const root = mkdtempSync(path.join(os.tmpdir(), 'unreadable-'));
const at = (...names: readonly string[]): string => path.join(root, ...names);
afterAll(() => rmSync(root, { recursive: true }));

beforeAll(() => {
	for (const ending of ['onnx', 'gguf']) {
		symlinkSync('/nowhere/at/all', at(`lost.${ending}`));
		symlinkSync(at(`circle.${ending}`), at(`circle.${ending}`));
		execFileSync('mkfifo', [at(`pipe.${ending}`)]);
		writeFileSync(at(`plain.${ending}`), 'x');
		mkdirSync(at(`folder.${ending}`));
	}
});

describe.each<[string, string, (place: string) => Promise<unknown>]>([
	['a recogniser', 'onnx', createRecogniser],
	['a voice', 'onnx', async (place) => await readVoiceModel(place, { prepared: at('prepared'), models: at('models'), env: {} })],
	['a language model', 'gguf', modelFile],
])('%s', (_what, ending, read) => {
	it.each([
		['a link to nothing', 'lost', /lost\.\w+ is a link to \/nowhere\/at\/all, and nothing is there/, /choose the file itself/],
		['a link to itself', 'circle', /circle\.\w+ .*a link that leads back to itself/, /choose the file itself/],
		['a pipe', 'pipe', /pipe\.\w+ is neither a file nor a folder/, /Choose the file/],
		['nothing', 'none', /no file or folder at .*none/, /Check the path/],
		['a folder of that name', 'folder', /folder\.\w+: it is empty/, /Choose/],
	])('%s', async (_name, name, message, remedy) => {
		await expect(read(at(`${name}.${ending}`))).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) });
	});

	it('below a file, and under a name longer than any', async () => {
		await expect(read(path.join(at(`plain.${ending}`), `a.${ending}`))).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', message: expect.stringMatching(/a part of the path is a file/) });
		await expect(read(at(`${'x'.repeat(5000)}.${ending}`))).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', message: expect.stringMatching(/longer than the machine allows/) });
	});

	it('in a folder with such things: they are named as what they are', async () => {
		const folder = at(`all-${ending}-${_what.length}`);
		mkdirSync(folder);
		symlinkSync('/nowhere/at/all', path.join(folder, `lost.${ending}`));
		symlinkSync(path.join(folder, `circle.${ending}`), path.join(folder, `circle.${ending}`));
		execFileSync('mkfifo', [path.join(folder, `pipe.${ending}`)]);
		await expect(read(folder)).rejects.toMatchObject({
			code: 'VOICE_ERR_MODEL_MISSING',
			message: expect.stringMatching(/it contains circle\.\w+ \(a link to nothing\), lost\.\w+ \(a link to nothing\), pipe\.\w+ \(not a file\)/),
		});
	});
});

// Whoever runs the tests may be root, who may read everything.
it('what may not be read says so, who may not, and what lets them', async () => {
	const refused = lookingAt(async () => await Promise.reject(Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES', path: '/models/joe/joe.onnx' })));
	await expect(refused).rejects.toMatchObject({
		code: 'VOICE_ERR_MODEL_MISSING',
		message: 'The voice runtime may not read /models/joe/joe.onnx.',
		remedy: expect.stringMatching(/^Let the user \S+, as whom the runtime runs, read it .*chmod -R a\+rX \/models\/joe$/),
	});
	expect((await unreadable('/models/x', Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' }))).message).toBe('/models/x cannot be read: EIO: i/o error, read');
	await expect(lookingAt(async () => await Promise.reject(new TypeError('a fault of ours')))).rejects.toThrow(TypeError);
});
