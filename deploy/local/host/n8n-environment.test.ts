// Guards against an n8n that lives in another time zone than its machine, where "tomorrow" is another day than the caller's.
import { isOpen, localHost, n8nEnvironment, overruled, publicUrl } from './n8n-environment';

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

/** As in a shell in which this is set, and nothing else about n8n. */
function shellWith(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(N8N_|WEBHOOK_URL)/.test(name)));
	const shell = jest.replaceProperty(process, 'env', { ...clean, ...env });
	try {
		return n8nEnvironment(settings, '/node');
	} finally {
		shell.restore();
	}
}

test('only this machine reaches n8n, until the user says otherwise; then that holds', () => {
	expect(shellWith({ N8N_HOST: '', N8N_LISTEN_ADDRESS: '' })).toMatchObject({ N8N_HOST: '127.0.0.1', N8N_LISTEN_ADDRESS: '127.0.0.1', N8N_SECURE_COOKIE: 'false', N8N_DIAGNOSTICS_ENABLED: 'false' });
	const own = { N8N_LISTEN_ADDRESS: '0.0.0.0', N8N_HOST: 'voice.example.com', N8N_SECURE_COOKIE: 'true', WEBHOOK_URL: 'https://voice.example.com/', N8N_PROXY_HOPS: '1', N8N_TEMPLATES_ENABLED: 'true' };
	expect(shellWith(own)).toMatchObject(own);
	expect(() => shellWith({ N8N_PROTOCOL: 'https' })).toThrow(/N8N_PROTOCOL=https is not supported.*docs\/network\.md/);
});

test('what is ours all the same is said, with what to do instead', () => {
	const own = { N8N_USER_FOLDER: '/home/me', N8N_ENCRYPTION_KEY: 'mine', N8N_RUNNERS_BROKER_PORT: '7' };
	expect(shellWith(own)).toMatchObject({ N8N_USER_FOLDER: '/nowhere', N8N_ENCRYPTION_KEY: 'k', N8N_RUNNERS_BROKER_PORT: '2' });
	expect(overruled(own)).toEqual([expect.stringMatching(/^N8N_USER_FOLDER.*VOICE_LOOP_HOME/), expect.stringMatching(/^N8N_ENCRYPTION_KEY/), expect.stringMatching(/^N8N_RUNNERS_BROKER_PORT/)]);
	expect(overruled({ N8N_HOST: 'x' })).toEqual([]);
});

test.each([
	[{}, '127.0.0.1', false, undefined],
	[{ N8N_LISTEN_ADDRESS: '0.0.0.0' }, '127.0.0.1', true, undefined],
	[{ N8N_LISTEN_ADDRESS: '::' }, '127.0.0.1', true, undefined],
	[{ N8N_LISTEN_ADDRESS: '0.0.0.0', N8N_HOST: 'box.lan' }, '127.0.0.1', true, 'http://box.lan:1'],
	[{ N8N_LISTEN_ADDRESS: '192.168.1.5' }, '192.168.1.5', true, 'http://192.168.1.5:1'],
	[{ N8N_LISTEN_ADDRESS: 'fd00::5' }, '[fd00::5]', true, 'http://[fd00::5]:1'],
	[{ N8N_HOST: 'box.lan' }, '127.0.0.1', false, undefined],
	[{ WEBHOOK_URL: 'https://voice.example.com/' }, '127.0.0.1', false, 'https://voice.example.com'],
])('%j: reached here at %s, open to others %s, at %s', (env, here, open, there) => {
	expect([localHost(env), isOpen(env), publicUrl(env, 1)]).toEqual([here, open, there]);
});
