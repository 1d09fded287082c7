// Guards against an error code that a person meets and finds explained nowhere, or explained differently.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ERROR_KINDS, VoiceError, errorCodes, errorShape } from './errors';

const page = readFileSync(path.resolve(__dirname, '../../docs/errors.md'), 'utf8');

test.each(errorCodes)('%s stands in docs/errors.md with its status and remedy', (code) => {
	const { status, remedy } = ERROR_KINDS[code];
	expect(page).toContain(`| \`${code}\` | ${status} | ${remedy} |`);
});

test('docs/errors.md explains no code that does not exist', () => {
	const explained = [...page.matchAll(/`(VOICE_ERR_[A-Z_]+)`/g)].map(([, code]) => code);
	expect(explained.filter((code) => !errorCodes.includes(code as never))).toEqual([]);
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
