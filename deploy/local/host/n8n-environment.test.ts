// Guards against an n8n that lives in another time zone than its machine, where "tomorrow" is another day than the caller's.
import { n8nEnvironment } from './n8n-environment';

const settings = { userFolder: '/nowhere', encryptionKey: 'k', port: 1, brokerPort: 2 };
const zone = process.env.GENERIC_TIMEZONE;

afterEach(() => {
	if (zone === undefined) delete process.env.GENERIC_TIMEZONE;
	else process.env.GENERIC_TIMEZONE = zone;
});

test("n8n's zone is the machine's", () => {
	process.env.GENERIC_TIMEZONE = '';
	expect(n8nEnvironment(settings, '/node').GENERIC_TIMEZONE).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
	delete process.env.GENERIC_TIMEZONE;
	expect(n8nEnvironment(settings, '/node').GENERIC_TIMEZONE).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
});

test('a zone that the user has set stays', () => {
	process.env.GENERIC_TIMEZONE = 'Asia/Tokyo';
	expect(n8nEnvironment(settings, '/node').GENERIC_TIMEZONE).toBe('Asia/Tokyo');
});

test('a zone that is none is refused before n8n lives in it', () => {
	process.env.GENERIC_TIMEZONE = 'Mars/Base';
	expect(() => n8nEnvironment(settings, '/node')).toThrow(/GENERIC_TIMEZONE is not a time zone: Mars\/Base\. Set it to one such as Europe\/Berlin/);
});

test('n8n runs in production, whatever this shell is for', () => {
	const unsafe = { NODE_ENV: 'development', E2E_TESTS: 'true', N8N_PREVIEW_MODE: 'true', N8N_DEV_RELOAD: 'true' };
	const shell = jest.replaceProperty(process, 'env', { ...process.env, ...unsafe });
	const env = n8nEnvironment(settings, '/node');
	shell.restore();
	expect(env).toMatchObject({ NODE_ENV: 'production' });
	expect(Object.keys(env).filter((name) => name !== 'NODE_ENV' && name in unsafe)).toEqual([]);
});

test('what jest and npm have set about this clone does not reach n8n', () => {
	process.env.npm_config_something = 'x';
	const env = n8nEnvironment(settings, '/node');
	delete process.env.npm_config_something;
	expect(Object.keys(env).filter((name) => /^(npm_|JEST_)/.test(name))).toEqual([]);
});
