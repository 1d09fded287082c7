// Guards against: a rush of offers that passes the limit together, calls that are kept after their end, turns that are found in the wrong call, and a call that
// lets a stranger in or its own caller not.
import { type OpenSession, type OpenedSession, openSession } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import { FakeProcess } from '../../rpc/fake-process.fixture';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { MediaProtocol } from '../../rpc/media-protocol';
import { onThisMachine, settle, thrownCode } from './call-scenario.fixture';
import { type StoredCall, noJournal } from '../journal/journal';
import { Calls } from './calls';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

const REQUEST = openSession.parse({
	offer: 'offer',
	agent: {},
	source: { workflowId: 'w', node: 'Trigger', mode: 'production', turnUrl: 'http://localhost/turn' },
});

function calls(most = 100, left: StoredCall[] = []) {
	const media = new FakeProcess<MediaProtocol>(new VoiceError('VOICE_ERR_MEDIA_LOST', 'gone'));
	const inference = new FakeProcess<InferenceProtocol>(new VoiceError('VOICE_ERR_INFERENCE_LOST', 'gone'));
	media.onCall = (call) => {
		if (call.op !== 'session') return;
		call.onInput = (input) => {
			if (input.type === 'close') call.resolve({ reason: 'closed' });
		};
	};
	const log = { error: jest.fn(), warn: jest.fn(), info: jest.fn(), debug: jest.fn() };
	const server = { place: async () => ({ client: await media.ready(), release: () => undefined }) };
	const counted: number[] = [];
	const admission = {
		admit: async (calls: number): Promise<void> => {
			counted.push(calls);
			await settle();
			if (calls >= most) throw new VoiceError('VOICE_ERR_BUSY', `${most} calls are under way.`);
		},
	};
	let gone: (workflowId: string) => void = () => undefined;
	const streams = {
		onGone: (listener: (workflowId: string) => void) => {
			gone = listener;
			return () => undefined;
		},
	};
	const dispatcher = { dispatch: async () => undefined };
	const joined = { spent: 0, given: 0 };
	const joinTokens = {
		admit: async () => {
			joined.spent++;
			return { permit: { caller: { id: 'ann' }, maxCallMs: 60_000 }, giveBack: () => void joined.given++ };
		},
	};
	const places = { asked: jest.fn(), taken: 0 };
	const limits = {
		offered: async (offerer: object) => void places.asked(offerer),
		called: () => {
			places.taken++;
			return () => void places.taken--;
		},
		goesOn: () => {
			places.taken++;
			return () => void places.taken--;
		},
	};
	const all = new Calls({ media: server, inference, dispatcher, phrases: { keep: async () => undefined, find: () => undefined }, network: onThisMachine, log, absentLimitMs: 60_000, journal: { ...noJournal, take: () => left } }, admission, streams, joinTokens, limits);
	const open = async (request: OpenSession = REQUEST): Promise<string> => {
		const opening = all.open(request);
		opening.catch(() => undefined);
		await settle();
		await settle();
		media.of('session').at(-1)?.emit({ type: 'answer', id: '', answer: 'answer' });
		return (await opening).sessionId;
	};
	const opened = async (): Promise<OpenedSession> => {
		const opening = all.open(REQUEST);
		await settle();
		await settle();
		media.of('session').at(-1)?.emit({ type: 'answer', id: '', answer: 'answer' }, { type: 'connection', state: 'connected' }, { type: 'channelOpen' });
		return await opening;
	};
	return { all, media, inference, open, opened, counted, joined, places, goes: (id: string) => gone(id) };
}

it('counts those who are still at the door', async () => {
	const { all, counted } = calls(2);
	const offers = [1, 2, 3, 4].map(async () => await all.open(REQUEST));
	for (const offer of offers) offer.catch(() => undefined);
	await settle();
	expect(counted).toEqual([0, 1, 2, 3]);
	await expect(offers[2]).rejects.toMatchObject({ code: 'VOICE_ERR_BUSY' });
	await expect(offers[3]).rejects.toMatchObject({ code: 'VOICE_ERR_BUSY' });
});

it('does not count those who were refused', async () => {
	const { all, open, counted } = calls(1);
	await open();
	await expect(all.open(REQUEST)).rejects.toMatchObject({ code: 'VOICE_ERR_BUSY' });
	await expect(all.open(REQUEST)).rejects.toMatchObject({ code: 'VOICE_ERR_BUSY' });
	expect(counted).toEqual([0, 1, 1]);
	expect(all.size).toBe(1);
});

it('forgets a call that has ended, and says for a minute why it did', async () => {
	const { all, media, open } = calls();
	const id = await open();
	expect(all.get(id).id).toBe(id);
	media.die();
	await settle();
	expect(all.size).toBe(0);
	expect(thrownCode(() => all.get(id))).toBe('VOICE_ERR_MEDIA_LOST');
	await jest.advanceTimersByTimeAsync(60_000);
	expect(thrownCode(() => all.get(id))).toBe('VOICE_ERR_CALL_UNKNOWN');
});

it('does not keep a call that could not be opened', async () => {
	const { all, media } = calls();
	media.refuse(new VoiceError('VOICE_ERR_MEDIA_LOST', 'gone'));
	await expect(all.open(REQUEST)).rejects.toMatchObject({ code: 'VOICE_ERR_MEDIA_LOST' });
	expect(all.size).toBe(0);
});

it('knows no turn that nobody started', () => {
	expect(thrownCode(() => calls().all.turn('t_0000000000000000'))).toBe('VOICE_ERR_TURN_UNKNOWN');
});

it('ends all calls when it is closed, those at the door too', async () => {
	const { all, open, media } = calls();
	await open();
	await open();
	const late = all.open(REQUEST);
	late.catch(() => undefined);
	await settle();
	all.closeAll('the runtime is shutting down');
	await settle();
	expect(all.size).toBe(0);
	await expect(late).rejects.toMatchObject({ code: 'VOICE_ERR_STOPPING' });
	expect(media.calls.filter((call) => call.open)).toEqual([]);
});

it('has each call load its models again in a new inference process', async () => {
	const { all, inference, open } = calls();
	await open();
	await open();
	all.warmAll();
	await settle();
	expect(inference.of('warm')).toHaveLength(4);
});

it('tells all calls of a workflow that n8n closed its trigger', async () => {
	const { open, goes } = calls();
	await open();
	expect(() => goes('w')).not.toThrow();
});

describe('a caller who comes back', () => {
	it('is let into their own call by its token, and counts as one', async () => {
		const { all, media, opened, counted } = calls(1);
		const { sessionId, resumeToken = '' } = await opened();
		const back = all.open({ ...REQUEST, offer: 'another offer', resumeToken });
		await settle();
		media.of('session').at(-1)?.emit({ type: 'answer', id: '', answer: 'another' });
		await expect(back).resolves.toMatchObject({ sessionId, answer: 'another', resumeToken });
		expect(all.size).toBe(1);
		expect(counted).toEqual([0]);
	});

	it('takes nobody else\'s place, and leaves theirs to others while away', async () => {
		const { all, media, opened, counted } = calls(2);
		const { resumeToken = '' } = await opened();
		media.of('session')[0]?.resolve({ reason: 'The connection to the caller was lost.' });
		await settle();
		await opened();
		await opened();
		expect(counted).toEqual([0, 0, 1]);
		const back = all.resume(resumeToken, 'offer');
		await settle();
		media.of('session').at(-1)?.emit({ type: 'answer', id: '', answer: 'another' });
		await expect(back).resolves.toMatchObject({ answer: 'another' });
		expect(all.size).toBe(3);
	});

	it.each([
		['another call\'s', (mine: string, other: string) => mine.replace(/\.[^.]*$/, other.slice(other.lastIndexOf('.')))],
		['one letter off', (mine: string) => `${mine.slice(0, -1)}${mine.endsWith('A') ? 'B' : 'A'}`],
		['cut', (mine: string) => mine.slice(0, -1)],
		['longer', (mine: string) => `${mine}A`],
		['without its secret', (mine: string) => mine.slice(0, mine.lastIndexOf('.') + 1)],
		['the id alone', (mine: string) => mine.slice(0, mine.lastIndexOf('.'))],
		['of no call', () => `s_${'a'.repeat(24)}.${'b'.repeat(43)}`],
		['empty', () => ''],
	])('is not let in by a token that is %s, as if there were no such call', async (_what, forged) => {
		const { all, media, opened } = calls();
		const mine = (await opened()).resumeToken ?? '';
		const other = (await opened()).resumeToken ?? '';
		const links = media.of('session').length;
		await expect(all.resume(forged(mine, other), 'offer')).rejects.toMatchObject({ code: 'VOICE_ERR_CALL_UNKNOWN', message: expect.stringContaining('does not know this call') });
		expect(media.of('session')).toHaveLength(links);
	});

	it('learns it as long as no rush of other calls has ended since', async () => {
		const { all, opened } = calls(1000);
		const first = await opened();
		all.get(first.sessionId).end('idle');
		await settle();
		const before = all.messages(first.sessionId);
		for (let others = 0; others < 200; others++) all.get((await opened()).sessionId).end('idle');
		await settle();
		expect(before).toBeDefined();
		expect(() => all.messages(first.sessionId)).toThrow(/does not know this call/);
	});

	it('learns for a minute that the call has ended', async () => {
		const { all, opened } = calls();
		const { sessionId, resumeToken = '' } = await opened();
		all.get(sessionId).end('idle');
		await settle();
		await expect(all.resume(resumeToken, 'offer')).rejects.toMatchObject({ code: 'VOICE_ERR_CALL_UNKNOWN', message: 'The call has ended.' });
	});
});

describe('a caller with a token', () => {
	const JOINING = { ...REQUEST, join: { token: 'x', keys: { kind: 'jwks' as const, url: 'https://x.example/jwks', issuer: '' }, agent: 'voice' } };

	it('has it back when there was no place, and when the offer could not be answered', async () => {
		const { all, media, joined } = calls(0);
		await expect(all.open(JOINING)).rejects.toMatchObject({ code: 'VOICE_ERR_BUSY' });
		expect(joined).toEqual({ spent: 1, given: 1 });
		const other = calls();
		const opening = other.all.open(JOINING);
		opening.catch(() => undefined);
		await settle();
		await settle();
		other.media.of('session')[0]?.reject(new VoiceError('VOICE_ERR_BAD_OFFER', 'no audio'));
		await expect(opening).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_OFFER' });
		expect(other.joined).toEqual({ spent: 1, given: 1 });
		expect(media.of('session')).toHaveLength(0);
	});

	it.each([
		[false, 1],
		[true, 0],
	])('has had a call when a sound got through: %s', async (connected, given) => {
		const { all, media, joined, open } = calls();
		const id = await open(JOINING);
		if (connected) media.of('session')[0]?.emit({ type: 'connection', state: 'connected' });
		all.get(id).end('over');
		await settle();
		expect(joined).toEqual({ spent: 1, given });
	});
});

it('asks the limits of whoever offers, and holds a place of theirs until the call has ended or did not come about', async () => {
	const { all, open, places } = calls();
	const id = await open({ ...REQUEST, callerAddress: '203.0.113.7' });
	expect(places.asked).toHaveBeenCalledWith({ address: '203.0.113.7', token: undefined });
	expect(places.taken).toBe(1);
	all.get(id).end('over');
	await settle();
	expect(places.taken).toBe(0);
	const full = calls(0);
	await expect(full.all.open(REQUEST)).rejects.toMatchObject({ code: 'VOICE_ERR_BUSY' });
	expect(full.places.taken).toBe(0);
});

it('calls of the process before take their places among those of their address, until they end', async () => {
	const now = Date.now();
	const left = { id: 's_0000000000000000', request: { ...REQUEST, callerAddress: '203.0.113.7' }, tokenHash: '', openedAt: now, lastAt: now, inputs: [{ type: 'connected' as const, at: now }], events: [], history: [], turns: [] };
	const { all, places } = calls(100, [left]);
	all.restore();
	expect([all.size, places.taken]).toEqual([1, 1]);
	await jest.advanceTimersByTimeAsync(60_000);
	expect([all.size, places.taken]).toEqual([0, 0]);
});
