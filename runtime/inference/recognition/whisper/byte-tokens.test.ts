// Guards against: letters outside ASCII that come out wrong, which English never shows.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeFiles } from '../../fixtures/moonshine-export.fixture';
import { ModelFolder } from '../../workers/sherpa/folder';
import { readByteTokens } from './byte-tokens';

const root = mkdtempSync(path.join(os.tmpdir(), 'byte-tokens-'));
afterAll(() => rmSync(root, { recursive: true }));

it('tokens stand for bytes as GPT-2 writes them, and what was added stands for itself', async () => {
	// " schön", " 日" in two tokens, a line's end, and the byte 0xAD.
	const vocab = { 'ĠschÃ¶n': 0, 'ĠæĹ': 1, '¥': 2, 'Ċ': 3, 'Ń': 4, '<|de|>': 6 };
	const folder = writeFiles(path.join(root, 'model'), {
		'tokenizer.json': JSON.stringify({ model: { vocab }, added_tokens: [{ id: 5, content: ' 東京' }, { id: 7, content: '<|endoftext|>', special: true }, { id: 8, content: '<|0.00|>' }] }),
	});
	const { bytes, special } = await readByteTokens(await ModelFolder.read(folder));
	const text = (...ids: readonly number[]): string => Buffer.concat(ids.map((id) => bytes[id] ?? Buffer.from('!'))).toString();
	expect(text(0, 1, 2, 3, 5)).toBe(' schön 日\n 東京');
	expect(bytes[4]).toEqual(Buffer.from([0xad]));
	expect([bytes[6], bytes[7], bytes[8]]).toEqual([undefined, undefined, undefined]);
	expect(Object.fromEntries(special)).toEqual({ '<|de|>': 6, '<|endoftext|>': 7, '<|0.00|>': 8 });
});
