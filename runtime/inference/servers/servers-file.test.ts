// Guards against: a key that is shown or lies open, a typing error that is passed over, a file that stops the runtime.
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { VoiceError } from '../../contract/errors';
import { readServersFile } from './servers-file';

const KEY = 'sk-a-secret-key-0123456789';
const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-servers-'));
const file = path.join(folder, 'servers.json');
afterAll(() => rmSync(folder, { recursive: true }));

function write(content: unknown, mode = 0o600): void {
	writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
	chmodSync(file, mode);
}
function refusal(name = file): VoiceError {
	try {
		readServersFile(name);
	} catch (error) {
		expect(error).toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringContaining(name) });
		expect((error as VoiceError).message + (error as VoiceError).remedy).not.toContain(KEY);
		return error as VoiceError;
	}
	throw new Error('was taken');
}
const gpu = { baseUrl: 'http://gpu:8000', apiKey: KEY, chat: { model: 'llama' } };

it('fills in what is not said', () => {
	write({ gpu: { ...gpu, limits: { stallMs: 9000 }, speak: { kind: 'speech' }, transcribe: {} } });
	expect(readServersFile(file)).toEqual({
		gpu: {
			...gpu,
			limits: { connectMs: 3000, firstByteMs: 20_000, stallMs: 9000, totalMs: 300_000, retryAfterMs: 2000 },
			speak: { kind: 'speech', model: '', voices: [], sampleRate: 24_000 },
			transcribe: { model: '' },
			warmUp: false,
		},
	});
});

it.each<[string, unknown, RegExp]>([
	['no JSON', `{\n"gpu": {\n"apiKey": "${KEY}",,\n}}`, /not valid JSON( \(line 3\))?\.$/],
	['half of it', `{ "gpu": { "apiKey": "${KEY}"`, /not valid JSON/],
	['a list', [gpu], /object/],
	['a strange name', { 'my gpu': gpu }, /my gpu: is not a valid name/],
	['no address', { gpu: { chat: {} } }, /gpu\.baseUrl: Required/],
	['an address that is none', { gpu: { ...gpu, baseUrl: 'gpu:8000' } }, /gpu\.baseUrl: .*http:\/\//],
	['a key in the address', { gpu: { ...gpu, baseUrl: `http://me:${KEY}@gpu` } }, /must not contain a user name or a password/],
	['a typing error', { gpu: { ...gpu, apikey: KEY } }, /gpu: .*'apikey'/],
	['a typing error further inside', { gpu: { ...gpu, chat: { modell: 'x' } } }, /gpu\.chat: .*'modell'/],
	['two keys', { gpu: { ...gpu, apiKeyEnv: 'GPU_KEY' } }, /gpu: has both apiKey and apiKeyEnv/],
	['a key for the name of a variable', { gpu: { baseUrl: 'http://gpu', apiKeyEnv: KEY, chat: {} } }, /gpu\.apiKeyEnv: is not a valid name/],
	['a server for nothing', { gpu: { baseUrl: 'http://gpu' } }, /gpu: needs at least one of chat, speak, transcribe/],
	['another kind of voice', { gpu: { ...gpu, speak: { kind: 'orpheus' } } }, /gpu\.speak\.kind: .*'orpheus-tokens' \| 'speech'/],
	['a voice whose name would end the prompt', { gpu: { ...gpu, speak: { kind: 'orpheus-tokens', voices: ['tara', 'bob: hi'] } } }, /gpu\.speak\.voices\.1: is not a valid voice name/],
	['a limit that is none', { gpu: { ...gpu, limits: { connectMs: 0 } } }, /gpu\.limits\.connectMs/],
	['a group of nobody', { gpu, all: { servers: [] } }, /all\.servers: /],
	['a typing error in a group', { gpu, all: { servers: ['gpu'], voice: 'tara' } }, /all: .*'voice'/],
	['a group of a server that is not there', { gpu, all: { servers: ['gpu', 'cpu'] } }, /all\.servers: names a server that is not in this file/],
	['a group of what is in every object', { gpu, all: { servers: ['constructor'] } }, /all\.servers: names a server that is not in this file/],
	['a group of a group', { gpu, all: { servers: ['gpu'] }, more: { servers: ['all'] } }, /more\.servers: names another group/],
	['a server twice in a group', { gpu, all: { servers: ['gpu', 'gpu'] } }, /all\.servers: names a server twice/],
	['a group with two kinds of voice', { a: { ...gpu, speak: { kind: 'speech' } }, b: { ...gpu, speak: { kind: 'orpheus-tokens' } }, all: { servers: ['a', 'b'] } }, /all\.servers: .*different voices/],
	['a typing error beside a group', { gpu: { ...gpu, apikey: KEY }, all: { servers: ['gpu'] } }, /gpu: .*'apikey'/],
])('refuses %s, and says where', (_what, content, message) => {
	write(content);
	expect(refusal().message).toMatch(message);
});

it('refuses what is no file', () => {
	expect(refusal(path.join(folder, 'nowhere.json')).message).toMatch(/does not exist/);
	mkdirSync(path.join(folder, 'inside'));
	expect(refusal(path.join(folder, 'inside')).message).toMatch(/not a file/);
});

it('keeps keys to those who may see them', () => {
	write({ gpu }, 0o644);
	expect(refusal().remedy).toMatch(/chmod 600/);
	write({ gpu }, 0o440);
	expect(readServersFile(file).gpu).toMatchObject({ apiKey: KEY });
	write({ gpu: { ...gpu, apiKey: undefined, apiKeyEnv: 'GPU_KEY' } }, 0o644);
	expect(readServersFile(file).gpu).toMatchObject({ apiKeyEnv: 'GPU_KEY' });
});
