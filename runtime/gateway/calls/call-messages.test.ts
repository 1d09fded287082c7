// Guards against: a page that learns of the end of its call only over the data channel that ended with it, a request that counts twice because it came by two ways, and a
// caller without our data channel who is never greeted.
import { CallScenario, settle } from './call-scenario.fixture';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

const CANDIDATE = 'candidate:1 1 udp 1 10.0.0.7 5000 typ host';

function eventsOf({ call }: CallScenario): Array<Record<string, unknown>> {
	return call.line.messages.after(0).flatMap((message) => (message.type === 'event' ? [message.event] : []));
}

it('the data channel carries the numbers of the other ways', async () => {
	const scenario = await new CallScenario().connected();
	await scenario.speaks('hello');
	const told = scenario.link().of('event').map(({ json }) => JSON.parse(json) as { seq: number; type: string });
	expect(told.length).toBeGreaterThan(2);
	expect(told.map(({ seq, ...event }) => ({ type: 'event', seq, event }))).toEqual(scenario.call.line.messages.after(0));
});

it('a media process that dies is told by the other way at once: the call waits, and the page is to come back', async () => {
	const scenario = await new CallScenario().connected();
	scenario.media.die();
	await settle();
	expect(eventsOf(scenario).at(-1)).toEqual({ type: 'link.lost' });
	expect([scenario.call.line.messages.channelOpen, scenario.call.line.messages.ended]).toEqual([false, false]);
	await expect(scenario.call.line.reoffer('again')).rejects.toMatchObject({ code: 'VOICE_ERR_CALL_UNKNOWN' });
});

it('a page that comes back is told all anew, in new numbers, and what was told before is of no use any more', async () => {
	const scenario = await new CallScenario().connected();
	await scenario.says('what is on monday');
	const before = scenario.call.line.messages.after(0).at(-1)?.seq ?? 0;
	const link = scenario.link();
	link.resolve({ reason: 'The connection to the caller was lost.' });
	await settle();
	await scenario.comesBack();
	const { messages } = scenario.call.line;
	expect(messages.before).toBeGreaterThanOrEqual(before);
	expect(messages.after(0)[0]).toMatchObject({ seq: messages.before + 1, event: { type: 'session.started', resumed: true } });
	expect(eventsOf(scenario).map(({ type }) => type)).toContain('caption.final');
	const overChannel = scenario.link().of('event').map(({ json }) => (JSON.parse(json) as { seq: number }).seq);
	expect(overChannel).toEqual(messages.after(0).map(({ seq }) => seq));
	expect(messages.channelOpen).toBe(false);
	scenario.join();
	expect(messages.channelOpen).toBe(true);
});

it('a media process that dies where calls do not wait is the last word, with the error', async () => {
	const scenario = await new CallScenario({ absentLimitMs: 0 }).connected();
	scenario.media.die();
	await settle();
	expect(eventsOf(scenario).at(-1)).toMatchObject({ type: 'session.ended', error: { code: 'VOICE_ERR_MEDIA_LOST' } });
	expect(scenario.call.line.messages.ended).toBe(true);
});

it('any other end is told once', async () => {
	const scenario = await new CallScenario().connected();
	scenario.call.end('idle');
	await settle();
	expect(eventsOf(scenario).filter(({ type }) => type === 'session.ended')).toEqual([{ type: 'session.ended', reason: 'idle' }]);
	expect(scenario.call.line.messages.ended).toBe(true);
});

it('the same interruption by two ways is one', async () => {
	const scenario = await new CallScenario().connected();
	const turn = await scenario.says('what is on monday');
	const reply = scenario.asksReply(turn);
	await settle();
	await scenario.writes('You are free. All day.');
	await reply;
	await scenario.playsPart(100);
	scenario.link().emit({ type: 'request', json: '{"type":"interrupt","id":"a"}' });
	await settle();
	expect(turn.ended?.kind).toBe('interrupted');
	const next = await scenario.says('thank you very much');
	const again = scenario.asksReply(next, {}, 'e2');
	await settle();
	await scenario.writes('You are welcome.');
	await again;
	await scenario.playsPart(100);
	scenario.call.line.ask({ type: 'interrupt', id: 'a' });
	await settle();
	expect(next.ended).toBeUndefined();
	scenario.call.line.ask({ type: 'interrupt', id: 'b' });
	await settle();
	expect(next.ended?.kind).toBe('interrupted');
});

it('what the page acknowledges over the data channel no other way hurries to tell', async () => {
	const scenario = await new CallScenario().connected();
	const last = scenario.call.line.messages.after(0).at(-1)?.seq ?? 0;
	scenario.link().emit({ type: 'request', json: JSON.stringify({ type: 'ack', seq: last }) });
	expect(scenario.call.line.messages.unacknowledged()).toEqual([]);
	expect(scenario.call.line.messages.channelOpen).toBe(true);
	scenario.link().emit({ type: 'connection', state: 'disconnected' });
	expect(scenario.call.line.messages.channelOpen).toBe(false);
});

it('a gateway that is started again numbers above all that the one before told', async () => {
	const before = (await new CallScenario().connected()).call.line.messages.after(0).at(-1)?.seq ?? 0;
	await jest.advanceTimersByTimeAsync(1000);
	expect((await new CallScenario().connected()).call.line.messages.before).toBeGreaterThan(before);
});

it('who is connected and opens no data channel of ours is greeted after a second', async () => {
	const scenario = new CallScenario();
	const answer = scenario.call.open('offer');
	await settle();
	scenario.link().emit({ type: 'answer', id: '', answer: 'answer' });
	await answer;
	scenario.link().emit({ type: 'connection', state: 'connected' });
	await jest.advanceTimersByTimeAsync(999);
	const started = (): unknown[] => eventsOf(scenario).filter(({ type }) => type === 'session.started');
	expect(started()).toEqual([]);
	await jest.advanceTimersByTimeAsync(1);
	expect(started()).toHaveLength(1);
	scenario.join();
	await settle();
	expect(started()).toHaveLength(1);
});

it('candidates go to media, but not those for an earlier ICE session; ours are told', async () => {
	const scenario = new CallScenario();
	const answer = scenario.call.open('a=ice-ufrag:mine');
	await settle();
	scenario.link().emit({ type: 'answer', id: '', answer: 'a=ice-ufrag:ours' });
	await answer;
	scenario.call.line.addCandidates([{ candidate: CANDIDATE, usernameFragment: 'mine' }, { candidate: 'late', usernameFragment: 'old' }, { candidate: '' }]);
	expect(scenario.link().of('candidates')).toEqual([{ type: 'candidates', candidates: [{ candidate: CANDIDATE, usernameFragment: 'mine' }, { candidate: '' }] }]);
	scenario.link().emit({ type: 'candidate', candidate: { candidate: CANDIDATE, sdpMid: '0' } });
	expect(scenario.call.line.messages.after(0)).toEqual([{ type: 'candidate', seq: expect.any(Number), candidate: { candidate: CANDIDATE, sdpMid: '0' } }]);
	expect(scenario.call.line.iceSession).toBe('ours');
});

it('a fragment of the same ICE session brings candidates, one of another restarts it', async () => {
	const scenario = new CallScenario();
	const opened = scenario.call.open('v=0\r\nm=audio 9 x 0\r\na=ice-ufrag:mine\r\na=ice-pwd:old\r\n');
	await settle();
	scenario.link().emit({ type: 'answer', id: '', answer: 'a=ice-ufrag:ours' });
	await opened;
	await expect(scenario.call.line.takeFragment({ ufrag: 'mine', pwd: undefined, candidates: [{ candidate: CANDIDATE }] })).resolves.toBeUndefined();
	expect(scenario.link().of('candidates')).toHaveLength(1);
	const restart = scenario.call.line.takeFragment({ ufrag: 'next', pwd: 'new', candidates: [{ candidate: CANDIDATE }] });
	await settle();
	const [reoffer] = scenario.link().of('reoffer');
	expect(reoffer?.offer).toMatch(/a=ice-ufrag:next\r\na=ice-pwd:new\r\na=candidate/);
	scenario.link().emit({ type: 'answer', id: reoffer?.id ?? '', answer: 'a=ice-ufrag:theirs\r\nm=audio 9 x 0\r\n' });
	await expect(restart).resolves.toContain('a=ice-ufrag:theirs');
	expect(scenario.call.line.iceSession).toBe('theirs');
});
