// Guards against a call that is lost for want of a TURN server that there is, that waits for servers it does without, or that restarts with credentials of yesterday.
import { IceServers } from './ice-servers';

jest.mock('./ticket', () => ({ renewTicket: async () => renews }));
let renews = false;

const ICE = { iceServers: [{ urls: ['turn:t.example.com'], username: 'n', credential: 'p' }], iceTransportPolicy: 'relay', lifetimeSeconds: 600 };
const RELAYED = { iceServers: ICE.iceServers, iceTransportPolicy: 'relay' };

/** What the server answers, in order: a body, a status with a body, or nothing at all. */
function serverThat(...answers: Array<unknown>): { servers: IceServers; asked: RequestInit[] } {
	const asked: RequestInit[] = [];
	globalThis.fetch = (async (_url: string, init: RequestInit) => {
		asked.push(init);
		const answer = answers.shift();
		if (answer === undefined) throw new TypeError('Failed to fetch');
		if (answer instanceof Response) return answer;
		return new Response(JSON.stringify(answer));
	}) as typeof fetch;
	return { servers: new IceServers('http://n8n/webhook/voice', () => ({ authorization: 'Bearer s' })), asked };
}

const realFetch = globalThis.fetch;
beforeEach(() => {
	renews = false;
	jest.useFakeTimers();
});
afterEach(() => {
	jest.useRealTimers();
	globalThis.fetch = realFetch;
});

it('asks as the caller, for data', async () => {
	const { servers, asked } = serverThat(ICE);
	expect(await servers.configuration()).toEqual(RELAYED);
	expect(asked[0]?.headers).toEqual({ authorization: 'Bearer s', accept: 'application/json' });
});

it.each([
	['answers with a page', new Response('<html>')],
	['refuses this caller', new Response(JSON.stringify({ error: { code: 'VOICE_ERR_CALLER_REFUSED', message: 'm', remedy: 'r' } }), { status: 403 })],
	['cannot be reached', undefined],
])('a server that %s leaves it to the offer to say so', async (_, answer) => {
	expect(await serverThat(answer).servers.configuration()).toEqual({});
});

it('says at once that calls have to be relayed and cannot be', async () => {
	const { servers } = serverThat(new Response(JSON.stringify({ error: { code: 'VOICE_ERR_NO_RELAY', message: 'm', remedy: 'r' } }), { status: 503 }));
	await expect(servers.configuration()).rejects.toMatchObject({ fault: { code: 'VOICE_ERR_NO_RELAY' } });
});

it('gets another ticket where the one of this page has expired', async () => {
	const expired = (): Response => new Response('{"ticket":{}}', { status: 401 });
	expect(await serverThat(expired(), ICE).servers.configuration()).toEqual({});
	renews = true;
	expect(await serverThat(expired(), ICE).servers.configuration()).toEqual(RELAYED);
});

it('a restart gets others when half of their life is over, and keeps the old ones where there are none to be had', async () => {
	const { servers, asked } = serverThat(ICE, ICE);
	await servers.configuration();
	jest.advanceTimersByTime(299_000);
	expect(await servers.renewed()).toBeUndefined();
	expect(asked).toHaveLength(1);
	jest.advanceTimersByTime(2_000);
	expect(await servers.renewed()).toEqual(RELAYED);
	jest.advanceTimersByTime(301_000);
	expect(await servers.renewed()).toBeUndefined();
	expect(asked).toHaveLength(3);
});

it('a clock that was set back in mid-call keeps nobody at credentials that have run out', async () => {
	const { servers } = serverThat(ICE, ICE);
	await servers.configuration();
	jest.setSystemTime(Date.now() - 3_600_000);
	expect(await servers.renewed()).toEqual(RELAYED);
	jest.advanceTimersByTime(1000);
	expect(await servers.renewed()).toBeUndefined();
});

it('a first offer that is made again, as while n8n was starting, gets those that could not be had before, once', async () => {
	const { servers, asked } = serverThat(undefined, undefined, ICE);
	expect(await servers.configuration()).toEqual({});
	expect(await servers.missing()).toBeUndefined();
	expect(await servers.missing()).toEqual(RELAYED);
	expect(await servers.missing()).toBeUndefined();
	expect(asked).toHaveLength(3);
});
