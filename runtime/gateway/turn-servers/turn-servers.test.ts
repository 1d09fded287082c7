// Guards against credentials that a TURN server does not take, that never end, or that two callers share.
import { createHmac } from 'node:crypto';
import { iceConfiguration } from '../../contract/ice-configuration';
import { TurnServers } from './turn-servers';
import type { TurnSettings } from './turn-settings';

const SECRET = 'a secret of sixteen';
const NOW_MS = 1_800_000_000_000;
const SETTINGS: TurnSettings = {
	servers: [
		{ urls: ['stun:turn.example.com:3478'] },
		{ urls: ['turn:turn.example.com:3478', 'turns:turn.example.com:443?transport=tcp'], secret: SECRET },
		{ urls: ['turn:hosted.example.com'], username: 'n', credential: 'p' },
	],
	lifetimeSeconds: 600,
	relayOnly: false,
};

function servers(change: Partial<TurnSettings> = {}): TurnServers {
	return new TurnServers({ ...SETTINGS, ...change }, () => NOW_MS);
}

it('a credential says until when it is good, and is sealed with the secret', () => {
	const [stun, turn, hosted] = servers().mint();
	expect(stun).toEqual({ urls: ['stun:turn.example.com:3478'] });
	expect(hosted).toEqual({ urls: ['turn:hosted.example.com'], username: 'n', credential: 'p' });
	expect(turn?.username).toMatch(/^1800000600:call-[\w-]{12}$/);
	expect(turn?.credential).toBe(createHmac('sha1', SECRET).update(turn?.username ?? '').digest('base64'));
});

it('each call has another name, and the secret is in none of it', () => {
	const all = Array.from({ length: 50 }, () => servers().configuration(false));
	expect(new Set(all.map(({ iceServers }) => iceServers[1]?.username)).size).toBe(50);
	expect(JSON.stringify(all)).not.toContain(SECRET);
});

it.each([
	[false, false, 'all'],
	[true, false, 'relay'],
	[false, true, 'relay'],
] as const)('relayed where the trigger (%s) or the runtime (%s) says so: %s', (trigger, runtime, policy) => {
	const configuration = servers({ relayOnly: runtime }).configuration(trigger);
	expect(iceConfiguration.parse(configuration)).toEqual(configuration);
	expect(configuration).toMatchObject({ iceTransportPolicy: policy, lifetimeSeconds: 600 });
});

it('says so where calls have to be relayed and no server can', () => {
	const stunOnly = servers({ servers: SETTINGS.servers.slice(0, 1) });
	expect(() => stunOnly.configuration(true)).toThrow(expect.objectContaining({ code: 'VOICE_ERR_NO_RELAY', remedy: expect.stringContaining('VOICE_LOOP_TURN_URLS') }) as Error);
	expect(stunOnly.configuration(false).iceTransportPolicy).toBe('all');
});
