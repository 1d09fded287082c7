// Guards against: strangers placing calls - with a forged, expired or foreign ticket, a wrong secret, from a page
// of another website.
import fc from 'fast-check';
import { type Gate, checkCaller } from './check-caller';
import { checkOrigin } from './check-origin';
import { WrongGuesses } from './guesses';
import { loginPage } from './login-page';
import { TICKET_COOKIE, isTicketValid, issueTicket } from './ticket';

const KEY = 'k'.repeat(40);
const NOW = 1_800_000_000_000;
const HOUR = 3_600_000;

describe('tickets', () => {
	test('hold for their key, path and time only', () => {
		const ticket = issueTicket(KEY, 'voice', NOW);
		expect(isTicketValid(ticket, KEY, 'voice', NOW)).toBe(true);
		expect(isTicketValid(ticket, KEY, 'voice', NOW + 3 * HOUR)).toBe(true);
		expect(isTicketValid(ticket, KEY, 'voice', NOW + 5 * HOUR)).toBe(false);
		expect(isTicketValid(ticket, KEY, 'other', NOW)).toBe(false);
		expect(isTicketValid(ticket, `${KEY}x`, 'voice', NOW)).toBe(false);
	});

	test('no change to one makes another valid one', () => {
		const ticket = issueTicket(KEY, 'voice', NOW);
		fc.assert(
			fc.property(fc.nat(ticket.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, sign) => {
				const changed = ticket.slice(0, at) + sign + ticket.slice(at + 1);
				return changed === ticket || !isTicketValid(changed, KEY, 'voice', NOW);
			}),
		);
	});

	test('garbage is no ticket', () => {
		fc.assert(fc.property(fc.string(), (text) => !isTicketValid(text, KEY, 'voice', NOW)));
	});
});

describe('who may call', () => {
	const gate = (changes: Partial<Gate>): Gate => ({ callers: 'n8nUsers', secret: '', path: 'voice', address: '192.0.2.1', key: async () => KEY, ...changes });
	const refused = { code: 'VOICE_ERR_CALLER_REFUSED', status: 403 };

	test('users of this n8n show a ticket', async () => {
		const cookie = `theme=dark; ${TICKET_COOKIE}=${issueTicket(KEY, 'voice', Date.now())}`;
		await expect(checkCaller({ cookie }, gate({}))).resolves.toBeUndefined();
		await expect(checkCaller({ cookie }, gate({ path: 'other' }))).rejects.toMatchObject(refused);
		await expect(checkCaller({ cookie }, gate({ key: async () => undefined }))).rejects.toMatchObject(refused);
		await expect(checkCaller({}, gate({}))).rejects.toMatchObject(refused);
	});

	test('a secret is compared whole, and one that is hardly there opens nothing', async () => {
		const secret = 'open sesame';
		await expect(checkCaller({ authorization: `Bearer ${secret}` }, gate({ callers: 'secret', secret }))).resolves.toBeUndefined();
		for (const authorization of [undefined, 'Bearer ', 'Bearer open', `Basic ${secret}`, `Bearer ${secret}x`]) {
			await expect(checkCaller({ authorization }, gate({ callers: 'secret', secret }))).rejects.toMatchObject(refused);
		}
		await expect(checkCaller({ authorization: 'Bearer ' }, gate({ callers: 'secret' }))).rejects.toMatchObject(refused);
		await expect(checkCaller({ authorization: 'Bearer abc' }, gate({ callers: 'secret', secret: 'abc' }))).rejects.toMatchObject(refused);
	});

	it('whoever guesses secrets is not listened to any more, whatever the request is for; others are', async () => {
		const secret = 'a secret of some length';
		const guess = async (given: string, address: string): Promise<void> => await checkCaller({ authorization: `Bearer ${given}` }, gate({ callers: 'secret', secret, address }));
		for (let tries = 0; tries < 20; tries++) await expect(guess(`wrong-${tries}`, '192.0.2.9')).rejects.toMatchObject(refused);
		await expect(guess(secret, '192.0.2.9')).rejects.toMatchObject({ code: 'VOICE_ERR_TOO_MANY' });
		await expect(guess(secret, '192.0.2.10')).resolves.toBeUndefined();
	});

	test('anyone means anyone', async () => {
		await expect(checkCaller({}, gate({ callers: 'anyone' }))).resolves.toBeUndefined();
	});
});

describe('where the page may come from', () => {
	const host = 'n8n.example.com';
	const url = 'https://voice.example.com/webhook/voice';

	test('our own page and programs always', () => {
		expect(checkOrigin({ host }, url, '')).toBeUndefined();
		expect(checkOrigin({ host, origin: `https://${host}` }, url, '')).toBeUndefined();
		expect(checkOrigin({ host: 'n8n:5678', origin: 'https://voice.example.com' }, url, '')).toBeUndefined();
	});

	test('others when they are listed', () => {
		const origin = 'https://www.example.org';
		expect(checkOrigin({ host, origin }, url, 'https://a.example, https://www.example.org/')).toBe(origin);
		expect(checkOrigin({ host, origin }, url, '*')).toBe(origin);
	});

	test.each(['https://evil.example', 'https://n8n.example.com.evil.example', 'https://n8n.example.com:8443', 'null', ''])('not %s', (origin) => {
		expect(() => checkOrigin({ host, origin }, url, 'https://www.example.org')).toThrow(/are not allowed to call this agent/);
	});
});

test('nothing in a node\'s settings breaks out of the log-in page\'s script', () => {
	const node = { id: '1', name: 'n', type: 'x.voiceSessionTrigger', typeVersion: 1, position: [0, 0] as [number, number], parameters: {} };
	const html = loginPage(node, '</script><script>alert(1)</script>', 'https://n8n.example.com/base/rest/', 'nonce');
	expect(html.match(/<\/script>/g)).toHaveLength(1);
	expect(html).toContain('"rest":"/base/rest"');
});

describe('whoever tries secrets one after the other', () => {
	test('is refused for a minute after twenty, and others are not', () => {
		let now = NOW;
		const guesses = new WrongGuesses(() => now);
		for (let turn = 0; turn < 20; turn++) {
			guesses.assertFew('a');
			guesses.wrong('a');
		}
		now += 20_000;
		expect(() => guesses.assertFew('a')).toThrow(expect.objectContaining({ code: 'VOICE_ERR_TOO_MANY', retryAfterSeconds: 40 }) as Error);
		guesses.assertFew('b');
		now += 40_000;
		guesses.assertFew('a');
	});

	test('from any number of addresses, fills no memory', () => {
		const guesses = new WrongGuesses(() => NOW);
		for (let address = 0; address < 20_000; address++) guesses.wrong(String(address));
		expect((guesses as unknown as { made: Map<string, unknown> }).made.size).toBe(10_000);
	});
});
