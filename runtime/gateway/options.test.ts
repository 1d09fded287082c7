// Guards against: a setting with a slip of the pen that is answered with a page of JSON, and a key that is shown with it.
import { optionsFrom } from './options';

it('names what cannot be read, and what could be, without its value', () => {
	const said = (env: NodeJS.ProcessEnv): unknown => {
		try {
			return optionsFrom(env);
		} catch (error) {
			return error;
		}
	};
	expect(said({ VOICE_LOOP_GPU: 'nvidia', VOICE_LOOP_KEY: 'too-short-a-secret' })).toMatchObject({
		code: 'VOICE_ERR_BAD_REQUEST',
		message: expect.stringMatching(/VOICE_LOOP_KEY: .*32.*VOICE_LOOP_GPU: .*'auto' \| 'off' \| 'cuda'/),
		remedy: expect.stringContaining('docs/configuration.md'),
	});
	expect(String(said({ VOICE_LOOP_GPU: 'nvidia', VOICE_LOOP_KEY: 'too-short-a-secret' }))).not.toMatch(/nvidia|too-short/);
});

it('has a default for everything', () => {
	expect(optionsFrom({})).toMatchObject({ host: '127.0.0.1', port: 0, maxSessions: 'auto', key: expect.stringMatching(/^.{43}$/) });
});
