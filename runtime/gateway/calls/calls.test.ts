// Guards against: a rush of offers that passes the limit together, calls that are kept after their end, and turns that are found in the wrong call.
import { openSession } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import { FakeProcess } from '../../rpc/fake-process.fixture';
import type { InferenceProtocol } from '../../rpc/inference-protocol';
import type { MediaProtocol } from '../../rpc/media-protocol';
import { onThisMachine, settle, thrownCode } from './call-scenario.fixture';
import { Calls } from './calls';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

const REQUEST = openSession.parse({
	offer: 'offer',
	agent: {},
	source: { workflowId: 'w', node: 'Trigger', mode: 'production', turnUrl: 'http://localhost/turn' },
});

function calls(most = 100) {
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
	const all = new Calls({ media: server, inference, dispatcher, phrases: { keep: async () => undefined, find: () => undefined }, network: onThisMachine, log }, admission, streams);
	const open = async (): Promise<string> => {
		const opening = all.open(REQUEST);
		opening.catch(() => undefined);
		await settle();
		await settle();
		media.of('session').at(-1)?.emit({ type: 'answer', id: '', answer: 'answer' });
		return (await opening).sessionId;
	};
	return { all, media, open, counted, goes: (id: string) => gone(id) };
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
	await expect(late).rejects.toMatchObject({ code: 'VOICE_ERR_CALL_UNKNOWN' });
	expect(media.calls.filter((call) => call.open)).toEqual([]);
});

it('tells all calls of a workflow that n8n closed its trigger', async () => {
	const { open, goes } = calls();
	await open();
	expect(() => goes('w')).not.toThrow();
});
