// Guards against a slip of the pen in the servers' addresses that shows only when a call fails, and against a secret in an error message.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { optionsFrom } from '../options';
import type { TurnSettings } from './turn-settings';

const SECRET = 'a secret of sixteen';

function read(env: NodeJS.ProcessEnv): TurnSettings {
	return optionsFrom(env).turn;
}

it('without settings there are no servers, and nothing is relayed', () => {
	expect(read({})).toEqual({ servers: [], lifetimeSeconds: 3600, relayOnly: false });
	expect(read({ VOICE_LOOP_TURN_URLS: '', VOICE_LOOP_TURN_SECRET: '', VOICE_LOOP_ICE_SERVERS: '' }).servers).toEqual([]);
});

it('one server by its addresses and its secret', () => {
	const urls = ['stun:t.example.com', 'turn:t.example.com:3478?transport=udp', 'turn:[2001:db8::1]:3478?transport=tcp', 'turns:t.example.com:443?transport=tcp'];
	const env = { VOICE_LOOP_TURN_URLS: urls.join(', '), VOICE_LOOP_TURN_SECRET: SECRET, VOICE_LOOP_TURN_LIFETIME: '600', VOICE_LOOP_RELAY_ONLY: 'on' };
	expect(read(env)).toEqual({ servers: [{ urls, secret: SECRET }], lifetimeSeconds: 600, relayOnly: true });
	expect(read({ VOICE_LOOP_TURN_URLS: 'stun:t.example.com' }).servers).toEqual([{ urls: ['stun:t.example.com'] }]);
});

it.each<[string, NodeJS.ProcessEnv]>([
	['VOICE_LOOP_TURN_URLS', { VOICE_LOOP_TURN_URLS: 'turn.example.com:3478', VOICE_LOOP_TURN_SECRET: SECRET }],
	['VOICE_LOOP_TURN_URLS', { VOICE_LOOP_TURN_URLS: 'http://turn.example.com', VOICE_LOOP_TURN_SECRET: SECRET }],
	['VOICE_LOOP_TURN_URLS', { VOICE_LOOP_TURN_URLS: 'turns:turn.example.com?transport=udp', VOICE_LOOP_TURN_SECRET: SECRET }],
	['VOICE_LOOP_TURN_URLS', { VOICE_LOOP_TURN_URLS: 'turn:a b', VOICE_LOOP_TURN_SECRET: SECRET }],
	['VOICE_LOOP_TURN_SECRET', { VOICE_LOOP_TURN_URLS: 'turn:t.example.com' }],
	['VOICE_LOOP_TURN_SECRET', { VOICE_LOOP_TURN_URLS: 'turn:t.example.com', VOICE_LOOP_TURN_SECRET: 'too short' }],
	['VOICE_LOOP_TURN_URLS', { VOICE_LOOP_TURN_SECRET: SECRET }],
	['VOICE_LOOP_TURN_LIFETIME', { VOICE_LOOP_TURN_LIFETIME: '5' }],
	['VOICE_LOOP_RELAY_ONLY', { VOICE_LOOP_RELAY_ONLY: 'on' }],
	['VOICE_LOOP_RELAY_ONLY', { VOICE_LOOP_RELAY_ONLY: 'on', VOICE_LOOP_TURN_URLS: 'stun:t.example.com' }],
	['VOICE_LOOP_ICE_SERVERS', { VOICE_LOOP_ICE_SERVERS: '/nowhere/ice.json' }],
	['VOICE_LOOP_ICE_SERVERS', { VOICE_LOOP_ICE_SERVERS: os.tmpdir() }],
])('%s is named in what is wrong with %j', (name, env) => {
	let said = 'nothing';
	try {
		read(env);
	} catch (error) {
		said = String(error);
		expect(error).toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
	}
	expect(said).toContain(name);
	expect(said).not.toMatch(/secret of|too short/);
});

describe('a file', () => {
	const folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-ice-'));
	const file = path.join(folder, 'ice.json');
	const write = (content: string, mode = 0o600): void => {
		writeFileSync(file, content);
		chmodSync(file, mode);
	};
	const servers = (): TurnSettings['servers'] => read({ VOICE_LOOP_ICE_SERVERS: file }).servers;
	afterAll(() => rmSync(folder, { recursive: true }));

	it('as hosted services give it, and with a secret', () => {
		const list = [{ urls: 'stun:s.example.com' }, { urls: ['turn:h.example.com'], username: 'n', credential: 'p' }, { urls: 'turns:t.example.com', secret: SECRET }];
		write(JSON.stringify(list));
		expect(servers()).toEqual([{ urls: ['stun:s.example.com'] }, list[1], { urls: ['turns:t.example.com'], secret: SECRET }]);
	});

	it.each([
		['is not valid JSON', '[{'],
		['0: needs a secret, or a username and a credential', '[{"urls":"turn:t.example.com"}]'],
		['0: needs both username and credential', '[{"urls":"turn:t.example.com","username":"n"}]'],
		['0.urls.0: Expected a URL', '[{"urls":"turn.example.com"}]'],
		['0: Unrecognized key', '[{"url":"turn:t.example.com","urls":"stun:a"}]'],
		['the whole: Expected array', '{"iceServers":[]}'],
	])('%s', (why, content) => {
		write(content);
		expect(servers).toThrow(why);
	});

	it('that everybody can read holds no secret', () => {
		write(`[{"urls":"turn:t.example.com","secret":"${SECRET}"}]`, 0o644);
		expect(servers).toThrow(expect.objectContaining({ remedy: `Run chmod 600 ${file}.` }) as Error);
		write('[{"urls":"stun:t.example.com"}]', 0o644);
		expect(servers()).toHaveLength(1);
	});
});
