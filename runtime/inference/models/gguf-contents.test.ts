// Guards against: a GGUF that writes no text, or is not whole, of which a person is told only that it cannot be loaded.
// The file is opened by the compiled child: test/fresh-build.mjs builds it.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../lib/package-root';
import { encodeGguf, type GgufValue } from '../fixtures/gguf-writer.fixture';
import { writeScriptedGguf } from '../fixtures/scripted-gguf.fixture';
import { GgufCheck } from './gguf-check';
import { modelFile } from './resolve';

jest.setTimeout(120_000);

const folder = mkdtempSync(path.join(os.tmpdir(), 'gguf-contents-'));
const whole = path.join(folder, 'whole.gguf');
const check = new GgufCheck({ has: async () => await Promise.resolve(false), add: async () => await Promise.resolve() }, path.join(packageRoot(), 'dist', 'runtime', 'inference', 'models', 'gguf-probe-child.js'));
const opened = async (file: string): Promise<void> => await check.approve(await modelFile(file));

beforeAll(() => writeScriptedGguf(whole, [{ say: 'Yes.' }]));
afterAll(() => rmSync(folder, { recursive: true }));

it('a whole one is taken', async () => {
	await expect(opened(whole)).resolves.toBeUndefined();
});

const text = (value: string): GgufValue => ({ type: 'string', value });
const described = (metadata: Record<string, GgufValue>): Buffer => encodeGguf(metadata, [{ name: 'token_embd.weight', dims: [32, 32] }]);

it.each<[string, () => Buffer, RegExp, RegExp]>([
	['what sees pictures', () => described({ 'general.architecture': text('clip') }), /the part of a model that sees pictures/, /the other \.gguf/],
	['what sees pictures, by its type', () => described({ 'general.architecture': text('qwen2'), 'general.type': text('mmproj') }), /the part of a model that sees pictures/, /the other \.gguf/],
	['an embedding model', () => described({ 'general.architecture': text('nomic-bert') }), /an embedding model: it compares texts/, /writes text/],
	['an embedding model by the way it sums up', () => described({ 'general.architecture': text('qwen3'), 'qwen3.pooling_type': { type: 'u32', value: 3 } }), /an embedding or ranking model/, /writes text/],
	['an adapter', () => described({ 'general.architecture': text('llama'), 'general.type': text('adapter') }), /an adapter \(LoRA\)/, /Merge it/],
	['half of one', () => readFileSync(whole).subarray(0, readFileSync(whole).length / 2), /it is cut off: \d+ bytes or more are missing at its end/, /Fetch the file again/],
	['the first bytes of one', () => readFileSync(whole).subarray(0, 500), /cut off/, /Fetch the file again/],
	['nothing but its mark', () => Buffer.from('GGUF'), /its beginning.* cannot be read: it is cut off or damaged/, /Fetch the file again/],
	['a model of whisper.cpp', () => Buffer.from('lmgg'.padEnd(600, 'x')), /a file of whisper\.cpp/, /server:NAME/],
])('%s is refused by what it is', async (what, bytes, message, remedy) => {
	const file = path.join(folder, `${what.replace(/\W/g, '-')}.gguf`);
	writeFileSync(file, bytes());
	await expect(opened(file)).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_BROKEN', message: expect.stringMatching(message), remedy: expect.stringMatching(remedy) });
});

it.each([
	['the first', 'big-00001-of-00003.gguf', /big-00002-of-00003\.gguf, big-00003-of-00003\.gguf/],
	['the last', 'last-00003-of-00003.gguf', /last-00001-of-00003\.gguf, last-00002-of-00003\.gguf/],
	['one in capital letters', 'CAPS-00001-OF-00002.GGUF', /CAPS-00002-OF-00002\.GGUF/],
])('a model in parts of which only one is here: %s', async (_what, name, message) => {
	copyFileSync(whole, path.join(folder, name));
	await expect(opened(path.join(folder, name))).rejects.toMatchObject({ code: 'VOICE_ERR_MODEL_MISSING', message: expect.stringMatching(message), remedy: expect.stringMatching(/all parts/) });
});
