// Guards against: a page of errors that lacks a code or explains it differently, and an error that changes on its way.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ERROR_KINDS, errorCodes } from './error-kinds';
import { VoiceError, errorShape } from './errors';

const docs = path.resolve(__dirname, '../../docs');

test('docs/errors.md is what `npm run docs` writes', () => {
	const made = execFileSync(process.execPath, [path.join(docs, 'errors.mjs'), '--print'], { encoding: 'utf8' });
	expect(readFileSync(path.join(docs, 'errors.md'), 'utf8')).toBe(made);
});

test.each(errorCodes)('%s has a headline and a remedy in whole sentences', (code) => {
	const { title, remedy } = ERROR_KINDS[code];
	expect(title).toMatch(/^[A-Zn].*[^.]$/);
	expect(remedy).toMatch(/^[A-Z].*\.$/);
	// Both stand in a table of the page.
	expect(title + remedy).not.toContain('|');
});

test('an error survives its trip over the wire', () => {
	const error = new VoiceError('VOICE_ERR_TOOL_TIMEOUT', 'slow');
	expect(VoiceError.fromShape(errorShape.parse(JSON.parse(JSON.stringify(error.toShape()))))).toMatchObject({
		code: 'VOICE_ERR_TOOL_TIMEOUT',
		message: 'slow',
		status: 504,
		remedy: ERROR_KINDS.VOICE_ERR_TOOL_TIMEOUT.remedy,
	});
});
