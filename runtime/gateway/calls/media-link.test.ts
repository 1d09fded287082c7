// Guards against: offers that nobody answers and that wait for ever, answers given to another offer, and a place in a
// media process that is never given back.
import { VoiceError } from '../../contract/errors';
import { FakeProcess, type FakeCall } from '../../rpc/fake-process.fixture';
import type { MediaProtocol } from '../../rpc/media-protocol';
import { type LinkEnd, MediaLink, type MediaLinkEvent } from './media-link';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

const lost = new VoiceError('VOICE_ERR_MEDIA_LOST', 'The media process is gone.');
const params = { sessionId: 's', offer: 'offer', flushSilenceMs: 200 };

function linked() {
	const media = new FakeProcess<MediaProtocol>(lost);
	const events: MediaLinkEvent[] = [];
	const requests: unknown[] = [];
	const ends: LinkEnd[] = [];
	const release = jest.fn();
	const link = new MediaLink({ client: media.client(), release }, params, {
		onEvent: (event) => events.push(event),
		onRequest: (request) => requests.push(request),
		onEnd: (end) => ends.push(end),
	});
	const session: FakeCall<MediaProtocol, 'session'> = media.last('session');
	return { media, session, link, events, requests, ends, release };
}

async function soon(): Promise<void> {
	await new Promise(setImmediate);
}

describe('the first offer', () => {
	it('is answered', async () => {
		const { session, link, events } = linked();
		expect(session.params).toEqual(params);
		session.emit({ type: 'answer', id: '', answer: 'answer' });
		await expect(link.answer).resolves.toBe('answer');
		expect(jest.getTimerCount()).toBe(0);
		expect(events).toEqual([]);
	});

	it('that is answered too late is refused, and the late answer changes nothing', async () => {
		const { session, link } = linked();
		jest.advanceTimersByTime(9999);
		expect(jest.getTimerCount()).toBe(1);
		jest.advanceTimersByTime(1);
		await expect(link.answer).rejects.toMatchObject({ code: 'VOICE_ERR_MEDIA_LOST' });
		session.emit({ type: 'answer', id: '', answer: 'late' });
		await expect(link.answer).rejects.toMatchObject({ code: 'VOICE_ERR_MEDIA_LOST' });
	});

	it.each([
		['is refused', new VoiceError('VOICE_ERR_BAD_OFFER', 'The offer has no audio.'), 'VOICE_ERR_BAD_OFFER'],
		['is lost with its process', lost, 'VOICE_ERR_MEDIA_LOST'],
		['meets a fault', new TypeError('x is undefined') as never, 'VOICE_ERR_MEDIA_LOST'],
	])('that %s rejects with that, and the link is over', async (_what, error, code) => {
		const { session, link, ends, release } = linked();
		session.reject(error);
		await expect(link.answer).rejects.toMatchObject({ code });
		await soon();
		expect(ends).toMatchObject([{ reason: 'media failed', error: { code } }]);
		expect(release).toHaveBeenCalledTimes(1);
		expect(jest.getTimerCount()).toBe(0);
	});

	it('that nobody waits for fails without a noise', async () => {
		const { session } = linked();
		session.reject(lost);
		await soon();
	});
});

describe('later offers', () => {
	it('get each its own answer, in any order', async () => {
		const { session, link } = linked();
		const answers = [link.reoffer('one'), link.reoffer('two')];
		const [one, two] = session.of('reoffer');
		expect([one?.offer, two?.offer]).toEqual(['one', 'two']);
		session.emit({ type: 'answer', id: two?.id ?? '', answer: 'second' }, { type: 'answer', id: one?.id ?? '', answer: 'first' });
		await expect(Promise.all(answers)).resolves.toEqual(['first', 'second']);
		expect(jest.getTimerCount()).toBe(1);
	});

	it('do not answer the first one', async () => {
		const { session, link } = linked();
		const second = link.reoffer('again');
		session.emit({ type: 'answer', id: session.of('reoffer')[0]?.id ?? '', answer: 'again' });
		await expect(second).resolves.toBe('again');
		session.emit({ type: 'answer', id: '', answer: 'answer' });
		await expect(link.answer).resolves.toBe('answer');
	});

	it('that fail say why, and the link goes on', async () => {
		const { session, link, ends } = linked();
		const again = link.reoffer('again');
		session.emit({ type: 'reofferFailed', id: session.of('reoffer')[0]?.id ?? '', message: 'The offer has no audio.' });
		await expect(again).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_OFFER', message: 'The offer has no audio.' });
		expect(ends).toEqual([]);
	});

	it('that are not answered in time fail alone', async () => {
		const { session, link } = linked();
		const first = link.reoffer('one');
		first.catch(() => undefined);
		jest.advanceTimersByTime(6000);
		const second = link.reoffer('two');
		jest.advanceTimersByTime(4000);
		await expect(first).rejects.toMatchObject({ code: 'VOICE_ERR_MEDIA_LOST' });
		session.emit({ type: 'answer', id: session.of('reoffer')[1]?.id ?? '', answer: 'second' });
		await expect(second).resolves.toBe('second');
	});

	it('answered with an unknown id answer nobody', async () => {
		const { session, link } = linked();
		const again = link.reoffer('again');
		again.catch(() => undefined);
		session.emit({ type: 'answer', id: 'offer-7', answer: 'x' }, { type: 'reofferFailed', id: 'offer-8', message: 'x' });
		jest.advanceTimersByTime(10_000);
		await expect(again).rejects.toMatchObject({ code: 'VOICE_ERR_MEDIA_LOST' });
	});

	it.each([
		['because the call has ended', undefined, 'VOICE_ERR_CALL_UNKNOWN'],
		['because media died', lost, 'VOICE_ERR_MEDIA_LOST'],
	])('that are open when the link ends fail with it, %s', async (_why, error, code) => {
		const { session, link } = linked();
		const open = [link.answer, link.reoffer('one'), link.reoffer('two')];
		for (const answer of open) answer.catch(() => undefined);
		if (error) session.reject(error);
		else session.resolve({ reason: 'closed' });
		for (const answer of open) await expect(answer).rejects.toMatchObject({ code });
		expect(jest.getTimerCount()).toBe(0);
	});
});

describe('the end', () => {
	it('comes once with its reason, gives the place back once, and nothing follows', async () => {
		const { media, session, link, events, ends, release } = linked();
		link.close();
		link.close();
		expect(session.of('close')).toHaveLength(2);
		expect(ends).toEqual([]);
		session.resolve({ reason: 'closed' });
		await soon();
		media.die();
		link.close();
		link.send({ type: 'rest' });
		link.tell({ type: 'caption.partial', text: 'late' });
		session.emit({ type: 'channelOpen' }, { type: 'request', json: '{"type":"hangup"}' });
		await soon();
		expect(ends).toEqual([{ reason: 'closed' }]);
		expect(release).toHaveBeenCalledTimes(1);
		expect(events).toEqual([]);
		expect(session.inputs.filter(({ type }) => type !== 'close')).toEqual([]);
	});
});

it('passes on what media sees and what the page asks for, and drops what is no request', () => {
	const { session, link, events, requests } = linked();
	session.emit({ type: 'connection', state: 'connected' }, { type: 'request', json: '{"type":"hangup"}' });
	for (const json of ['', '{', 'null', '[]', '{"type":"other"}']) session.emit({ type: 'request', json });
	expect(events).toEqual([{ type: 'connection', state: 'connected' }]);
	expect(requests).toEqual([{ type: 'hangup' }]);
	link.tell({ type: 'caption.partial', text: 'hello' });
	link.send({ type: 'resume' });
	expect(session.inputs).toEqual([{ type: 'event', json: '{"type":"caption.partial","text":"hello"}' }, { type: 'resume' }]);
});
