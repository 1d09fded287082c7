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
	expect(optionsFrom({})).toMatchObject({ host: '127.0.0.1', port: 0, maxCalls: 'auto', key: expect.stringMatching(/^.{43}$/) });
});

it('makes another key at every start when none is set', () => {
	expect(optionsFrom({}).key).not.toBe(optionsFrom({}).key);
});

it.each([
	[{ VOICE_LOOP_HOST: '0.0.0.0' }, { host: '0.0.0.0' }],
	[{ VOICE_LOOP_PORT: '5001' }, { port: 5001 }],
	[{ VOICE_LOOP_KEY: 'k'.repeat(32) }, { key: 'k'.repeat(32) }],
	[{ VOICE_LOOP_MAX_CALLS: '7' }, { maxCalls: 7 }],
	[{ VOICE_LOOP_MAX_CALLS: 'auto' }, { maxCalls: 'auto' }],
	[{ VOICE_LOOP_MEDIA_PROCESSES: '3' }, { mediaProcesses: 3 }],
	[{ VOICE_LOOP_MEDIA_PORTS: '' }, { network: { ports: undefined } }],
	[{ VOICE_LOOP_MEDIA_PORTS: '50000-50199' }, { network: { ports: { min: 50_000, max: 50_199 } } }],
	[{ VOICE_LOOP_MEDIA_PORTS: '443-443' }, { network: { ports: { min: 443, max: 443 } } }],
	[{ VOICE_LOOP_PUBLIC_ADDRESS: '' }, { network: { publicAddresses: [] } }],
	[
		{ VOICE_LOOP_PUBLIC_ADDRESS: '203.0.113.7/10.0.0.5, 2001:db8::7' },
		{ network: { publicAddresses: [{ address: '203.0.113.7', local: '10.0.0.5' }, { address: '2001:db8::7', local: undefined }] } },
	],
	[{ VOICE_LOOP_LOOPBACK_CANDIDATES: 'never' }, { network: { loopback: 'never' } }],
	[{ VOICE_LOOP_BEHIND_NAT: 'on' }, { network: { behindNat: true } }],
])('%j is %j', (env, options) => {
	expect(optionsFrom(env)).toMatchObject(options);
});

it.each([
	{ VOICE_LOOP_PORT: '65536' },
	{ VOICE_LOOP_PORT: 'http' },
	{ VOICE_LOOP_PORT: '1.5' },
	{ VOICE_LOOP_KEY: 'k'.repeat(31) },
	{ VOICE_LOOP_MAX_CALLS: '0' },
	{ VOICE_LOOP_MAX_CALLS: 'many' },
	{ VOICE_LOOP_MEDIA_PROCESSES: '65' },
	{ VOICE_LOOP_LOG: 'loud' },
	{ VOICE_LOOP_MEDIA_PORTS: '50000' },
	{ VOICE_LOOP_MEDIA_PORTS: '50199-50000' },
	{ VOICE_LOOP_MEDIA_PORTS: '0-50000' },
	{ VOICE_LOOP_MEDIA_PORTS: '50000-65536' },
	{ VOICE_LOOP_PUBLIC_ADDRESS: 'voice.example.com' },
	{ VOICE_LOOP_PUBLIC_ADDRESS: '203.0.113.7/::1' },
	{ VOICE_LOOP_PUBLIC_ADDRESS: '203.0.113.7/10.0.0.5/x' },
	{ VOICE_LOOP_LOOPBACK_CANDIDATES: 'yes' },
	{ VOICE_LOOP_BEHIND_NAT: 'true' },
])('%j is refused by its name', (env) => {
	expect(() => optionsFrom(env)).toThrow(Object.keys(env)[0]);
});

it('runs at least one media process, however small the machine', () => {
	expect(optionsFrom({}).mediaProcesses).toBeGreaterThanOrEqual(1);
});
