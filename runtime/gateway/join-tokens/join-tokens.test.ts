// Guards against: a call with a token that nobody signed, that is for somewhere else, too early, too late or used, also by
// two offers at once and after the runtime was started again; keys that hang, fail or never end; claims that widen a permit.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { SignJWT, UnsecuredJWT, exportJWK } from 'jose';
import { type JoinAsk, type JoinKeys, LONGEST_LIFE_SECONDS } from '../../contract/join-token';
import { JoinTokens } from './join-tokens';
import { SpentTokensFile } from './spent-tokens';

const NOW = 1_800_000_000;
const SECRET = 'a secret that is long enough for HS256';
const OLD_SECRET = 'the one before, long enough for HS256 too';
const SECRETS: JoinKeys = { kind: 'secrets', secrets: [{ id: 'new', secret: SECRET }, { id: 'old', secret: OLD_SECRET }] };
const CLAIMS = { aud: 'voice-loop', agent: 'voice', sub: 'ann@example.com', jti: 'token-one', iat: NOW, exp: NOW + 600 };

type Claims = Record<string, unknown>;

async function signed(claims: Claims = {}, { key = new TextEncoder().encode(SECRET), ...header }: { alg?: string; kid?: string; key?: Uint8Array | KeyObject } = {}): Promise<string> {
	const payload = Object.fromEntries(Object.entries({ ...CLAIMS, ...claims }).filter(([, value]) => value !== undefined));
	return await new SignJWT(payload).setProtectedHeader({ alg: 'HS256', ...header }).sign(key);
}

let folder: string;
let now: number;
let opened: JoinTokens[];
beforeEach(() => {
	folder = mkdtempSync(path.join(os.tmpdir(), 'voice-loop-tokens-'));
	now = NOW * 1000;
	opened = [];
});
afterEach(() => {
	for (const tokens of opened) tokens.close();
	rmSync(folder, { recursive: true, force: true });
});

const file = (): string => path.join(folder, 'data', 'spent.sqlite');

/** As a runtime that was just started. */
function start(): JoinTokens {
	const tokens = new JoinTokens(new SpentTokensFile(file()), () => now);
	opened.push(tokens);
	return tokens;
}

function ask(token: string, changes: Partial<JoinAsk> = {}): JoinAsk {
	return { token, keys: SECRETS, agent: 'voice', ...changes };
}
const refusedAs = (code: string) => ({ code });
const INVALID = refusedAs('VOICE_ERR_TOKEN_INVALID');
const EXPIRED = refusedAs('VOICE_ERR_TOKEN_EXPIRED');
const USED = refusedAs('VOICE_ERR_TOKEN_USED');
const NO_KEYS = refusedAs('VOICE_ERR_TOKEN_KEYS');

describe('a good token', () => {
	test('says who calls and what is allowed, and its file is its owner\'s alone', async () => {
		const token = await signed({ name: 'Ann', data: { customer: 7 }, tools: ['list_appointments'], maxCallSeconds: 90, origin: 'https://shop.example/' }, { kid: 'new' });
		const { permit } = await start().admit(ask(token, { origin: 'https://shop.example' }));
		expect(permit).toEqual({ caller: { id: 'ann@example.com', name: 'Ann', data: { customer: 7 } }, tools: ['list_appointments'], maxCallMs: 90_000 });
		expect(statSync(file()).mode & 0o077).toBe(0);
	});

	test('may be signed with a key that is being replaced, named or not', async () => {
		const old = new TextEncoder().encode(OLD_SECRET);
		await start().admit(ask(await signed({}, { kid: 'old', key: old })));
		await start().admit(ask(await signed({ jti: 'token-two' }, { key: old })));
	});

	test.each([
		['60 s early', -60, true],
		['61 s early', -61, false],
		['59 s late', 659, true],
		['60 s late', 660, false],
	])('%s by our clock', async (_when, seconds, taken) => {
		now = (NOW + seconds) * 1000;
		const admitted = start().admit(ask(await signed({ nbf: NOW })));
		await (taken ? expect(admitted).resolves.toBeDefined() : expect(admitted).rejects.toMatchObject({ code: expect.stringMatching(/TOKEN_(EXPIRED|INVALID)/) }));
	});
});

describe('single use', () => {
	test('of two offers at once one gets the call', async () => {
		const tokens = start();
		const token = await signed();
		const both = await Promise.allSettled(Array.from({ length: 8 }, async () => await tokens.admit(ask(token))));
		expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
		for (const each of both) if (each.status === 'rejected') expect(each.reason).toMatchObject(USED);
	});

	test('two runtimes at once: one of them', async () => {
		const token = await signed();
		const both = await Promise.allSettled([start(), start()].map(async (tokens) => await tokens.admit(ask(token))));
		expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
	});

	test('holds after the runtime was started again, to the last moment of the token\'s life, and written otherwise', async () => {
		const token = await signed({ exp: NOW + 600.5 });
		await start().admit(ask(token));
		for (const seconds of [0, 600, 659, 660.9]) {
			now = (NOW + seconds) * 1000;
			await expect(start().admit(ask(token))).rejects.toMatchObject(USED);
			await expect(start().admit(ask(await signed({ exp: NOW + 900, name: 'other words' })))).rejects.toMatchObject(USED);
		}
		now = (NOW + 661) * 1000;
		await expect(start().admit(ask(token))).rejects.toMatchObject(EXPIRED);
	});

	test('looking at a token does not spend it, and a spent one can be looked at', async () => {
		const tokens = start();
		const token = await signed();
		await tokens.check(ask(token));
		await tokens.admit(ask(token));
		await tokens.check(ask(token));
		await expect(tokens.check(ask(await signed({ exp: NOW - 100, iat: NOW - 200 })))).rejects.toMatchObject(EXPIRED);
	});

	test('a token that is given back is good once more', async () => {
		const token = await signed();
		(await start().admit(ask(token))).giveBack();
		await start().admit(ask(token));
		await expect(start().admit(ask(token))).rejects.toMatchObject(USED);
	});

	test('where it cannot be remembered, nobody gets in', async () => {
		const tokens = new JoinTokens(new SpentTokensFile('/dev/null/no/such/folder/spent.sqlite'), () => now);
		await expect(tokens.admit(ask(await signed()))).rejects.toMatchObject(NO_KEYS);
	});
});

describe('a hostile token', () => {
	const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

	test.each<[string, () => Promise<string> | string, object, Partial<JoinAsk>?]>([
		['none at all', () => '', INVALID],
		['no JWT', () => 'open sesame', INVALID],
		['an endless one', () => 'a'.repeat(9000), INVALID],
		['alg none', () => new UnsecuredJWT(CLAIMS).encode(), INVALID],
		['alg none, named otherwise', async () => `${part({ alg: 'nOnE' })}.${part(CLAIMS)}.`, INVALID],
		['no signature', async () => (await signed()).replace(/[^.]+$/, ''), INVALID],
		['the signature of another', async () => (await signed({ sub: 'bob' })).replace(/[^.]+$/, (await signed()).split('.')[2] ?? ''), INVALID],
		['an unknown kid', async () => await signed({}, { kid: 'other' }), INVALID],
		['the kid of another key', async () => await signed({}, { kid: 'old' }), INVALID],
		['a wrong key', async () => await signed({}, { key: new TextEncoder().encode('x'.repeat(40)) }), INVALID],
		['another HMAC', async () => await signed({}, { alg: 'HS512' }), INVALID],
		['expired', async () => await signed({ iat: NOW - 700, exp: NOW - 61 }), EXPIRED],
		['not yet valid', async () => await signed({ nbf: NOW + 120 }), INVALID],
		['from the future', async () => await signed({ iat: NOW + 120, exp: NOW + 300 }), INVALID],
		['too long a life', async () => await signed({ exp: NOW + LONGEST_LIFE_SECONDS + 1 }), INVALID],
		['an endless life', async () => await signed({ exp: 1e300 }), INVALID],
		['for other things', async () => await signed({ aud: 'shop' }), INVALID],
		['without audience', async () => await signed({ aud: undefined }), INVALID],
		['without an id', async () => await signed({ jti: undefined }), INVALID],
		['without an end', async () => await signed({ exp: undefined }), INVALID],
		['without a beginning', async () => await signed({ iat: undefined }), INVALID],
		['without a caller', async () => await signed({ sub: undefined }), INVALID],
		['for another agent', async () => await signed({ agent: 'voice/admin' }), INVALID],
		['for another website', async () => await signed({ origin: 'https://shop.example' }), INVALID, { origin: 'https://shop.example.evil.example' }],
		['for a website, by a program', async () => await signed({ origin: 'https://shop.example' }), INVALID],
		['with tools that are no list', async () => await signed({ tools: 'all' }), INVALID],
		['with an endless call', async () => await signed({ maxCallSeconds: -1 }), INVALID],
	])('%s', async (_what, token, refused, changes = {}) => {
		await expect(start().admit(ask(await token(), changes))).rejects.toMatchObject(refused);
	});

	test('whatever is changed in one, it is refused', async () => {
		const token = await signed();
		const tokens = start();
		await fc.assert(
			fc.asyncProperty(fc.nat(token.length - 1), fc.constantFrom(...'ABCabc019-_.=~ '), async (at, sign) => {
				const changed = token.slice(0, at) + sign + token.slice(at + 1);
				if (changed === token) return;
				// The last character of a signature has bits that say nothing: it is the same token then.
				const taken = await tokens.admit(ask(changed)).then((joined) => (joined.giveBack(), true), ({ code }: { code: string }) => expect(code).toBe('VOICE_ERR_TOKEN_INVALID'));
				if (taken === true) expect(at).toBe(token.length - 1);
			}),
		);
	});

	test('whatever its claims are, it is refused with a typed error, or allows no more than they say', async () => {
		const tokens = start();
		const odd = fc.oneof(fc.anything(), fc.double(), fc.string(), fc.constantFrom('voice', NOW, null, [], {}));
		const claims = fc.dictionary(fc.constantFrom(...Object.keys(CLAIMS), 'tools', 'maxCallSeconds', 'origin', 'name', 'data', 'nbf', '__proto__'), odd, { maxKeys: 3 });
		await fc.assert(
			fc.asyncProperty(claims, async (changed) => {
				let token: string;
				try {
					token = await signed(JSON.parse(JSON.stringify(changed)) as Claims);
				} catch {
					return;
				}
				const outcome = await tokens.admit(ask(token)).catch((error: { code: string }) => error.code);
				if (typeof outcome === 'string') return expect(outcome).toMatch(/^VOICE_ERR_TOKEN_/);
				outcome.giveBack();
				if (changed.tools !== undefined) expect(outcome.permit.tools).toEqual(changed.tools);
			}),
		);
	});
});

describe('keys at an address', () => {
	const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
	const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
	let server: http.Server;
	let answer: (response: http.ServerResponse) => void;
	let asked: number;
	let keys: JoinKeys;

	beforeEach(async () => {
		asked = 0;
		server = http.createServer((_request, response) => {
			asked++;
			answer(response);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		keys = { kind: 'jwks', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks`, issuer: 'https://id.example' };
		const set = JSON.stringify({ keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', use: 'sig', alg: 'RS256' }] });
		answer = (response) => response.end(set);
	});
	afterEach(() => {
		server.closeAllConnections();
		server.close();
	});

	const bySet = async (claims: Claims = {}, header: Parameters<typeof signed>[1] = {}) =>
		ask(await signed({ iss: 'https://id.example', ...claims }, { alg: 'RS256', kid: 'k1', key: pair.privateKey, ...header }), { keys });

	test('are fetched once', async () => {
		const tokens = start();
		await tokens.admit(await bySet());
		await tokens.admit(await bySet({ jti: 'token-two' }));
		expect(asked).toBe(1);
	});

	test('are fetched again for a kid that is new, but not for each token of a stranger', async () => {
		const tokens = start();
		await tokens.admit(await bySet());
		for (let turn = 0; turn < 5; turn++) await expect(tokens.admit(await bySet({ jti: `token-${turn}` }, { kid: 'k2' }))).rejects.toMatchObject(INVALID);
		expect(asked).toBeLessThanOrEqual(2);
	});

	test('nobody else\'s, and no public key is a secret', async () => {
		const tokens = start();
		await expect(tokens.admit(await bySet({}, { key: stranger.privateKey }))).rejects.toMatchObject(INVALID);
		await expect(tokens.admit(await bySet({ iss: 'https://evil.example' }))).rejects.toMatchObject(INVALID);
		for (const format of ['pem', 'der'] as const) {
			const exported = format === 'pem' ? pair.publicKey.export({ type: 'spki', format }) : pair.publicKey.export({ type: 'spki', format });
			const key = Uint8Array.from(Buffer.from(exported));
			await expect(tokens.admit(await bySet({}, { alg: 'HS256', key }))).rejects.toMatchObject(INVALID);
			// Nor is it where secrets are expected.
			await expect(tokens.admit(ask(await signed({}, { alg: 'RS256', key: pair.privateKey })))).rejects.toMatchObject(INVALID);
		}
	});

	test('a secret among them opens nothing', async () => {
		const k = Buffer.from(SECRET).toString('base64url');
		answer = (response) => response.end(JSON.stringify({ keys: [{ kty: 'oct', k, kid: 'k1', alg: 'HS256' }] }));
		await expect(start().admit(await bySet({}, { alg: 'HS256', key: new TextEncoder().encode(SECRET) }))).rejects.toMatchObject(INVALID);
	});

	test.each<[string, (response: http.ServerResponse) => void]>([
		['down', (response) => response.destroy()],
		['an error', (response) => response.writeHead(500).end('{}')],
		['elsewhere', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
		['no JSON', (response) => response.end('<html>')],
		['no set', (response) => response.end('{"keys": 7}')],
		['huge', (response) => {
			response.write(`{"keys": [], "x": "`);
			const more = (): void => {
				while (!response.destroyed && response.write('x'.repeat(65_536)));
			};
			response.on('drain', more);
			more();
		}],
	])('that are %s let nobody in, and say so', async (_what, answers) => {
		answer = answers;
		await expect(start().admit(await bySet())).rejects.toMatchObject(NO_KEYS);
	});

	test('over an open network are not fetched at all', async () => {
		await expect(start().admit({ ...(await bySet()), keys: { kind: 'jwks', url: 'http://id.example.com/jwks', issuer: '' } })).rejects.toMatchObject(NO_KEYS);
	});
});
