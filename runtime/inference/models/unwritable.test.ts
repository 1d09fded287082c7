// Guards against: a read-only disk, a missing right or a small disk that is told as a bug of ours, or as a wrong path.
import { VoiceError } from '../../contract/errors';
import { writingTo } from './unwritable';

const failing = (code: string, syscall = 'open') => async (): Promise<never> => await Promise.reject(Object.assign(new Error(`${code}: ${syscall}`), { code, syscall }));

// Whoever runs the tests may be root, who may write everywhere.
test.each([
	['EROFS', 'open', /: its disk is read-only\.$/],
	['ENOENT', 'mkdir', /: no folder can be made there, for example because its disk is read-only\.$/],
	['EACCES', 'mkdir', /: the user .+ may not write there\.$/],
	['EFBIG', 'write', /: its disk takes no file of that size/],
])('%s of %s is told as a person would', async (code, syscall, message) => {
	await expect(writingTo('/models', 'VOICE_ERR_DOWNLOAD_FAILED', failing(code, syscall))).rejects.toMatchObject({
		code: 'VOICE_ERR_DOWNLOAD_FAILED',
		message: expect.stringMatching(message),
		remedy: expect.stringContaining('VOICE_LOOP_MODELS'),
	});
});

test('what says nothing about the folder is passed on', async () => {
	await expect(writingTo('/models', 'VOICE_ERR_DOWNLOAD_FAILED', failing('ENOENT', 'open'))).rejects.toMatchObject({ code: 'ENOENT' });
	const ours = new VoiceError('VOICE_ERR_LICENCE', 'no');
	await expect(writingTo('/models', 'VOICE_ERR_DOWNLOAD_FAILED', async () => await Promise.reject(ours))).rejects.toBe(ours);
});
