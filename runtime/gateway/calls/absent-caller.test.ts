// Guards against: a link whose end ends the conversation, words and results that are lost with it, an agent that says again
// what was heard or skips what was not, a call that waits for ever, and places that an absent caller keeps.
import { ABSENT_LIMIT_MS, CallScenario, PIECE_SAMPLES, settle, toolCallOf } from './call-scenario.fixture';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

const BOOK = { name: 'book', description: 'Books it.', parameters: { type: 'object', properties: {} }, sayWhileRunning: '' };

/** The ways in which a caller's link goes. */
const LOSSES: Array<[string, (scenario: CallScenario) => void]> = [
	['the path is lost', (scenario) => scenario.link().resolve({ reason: 'The connection to the caller was lost.' })],
	['the page is closed', (scenario) => scenario.link().resolve({ reason: 'The caller hung up.' })],
	['the media process dies', (scenario) => scenario.media.die()],
];

async function away(scenario: CallScenario, lose = LOSSES[0]?.[1]): Promise<void> {
	lose?.(scenario);
	scenario.media.come();
	await settle();
}

/** What a page that holds a transcript shows: the words of both. */
function shown(scenario: CallScenario, link = scenario.link()): string[] {
	return link.of('event').map(({ json }) => JSON.parse(json) as { type: string; text?: string }).flatMap(({ type, text }) => (['caption.final', 'reply.heard'].includes(type) && text ? [text] : []));
}

describe('a link over which nothing ever came', () => {
	const NOTHING = { reason: 'Nothing came from the caller any more.', nothingCame: true };

	it('leaves no call behind: there is nothing to come back to', async () => {
		const scenario = await new CallScenario().connected();
		await away(scenario, () => scenario.link().resolve(NOTHING));
		expect(scenario.ended).toHaveLength(1);
		expect(scenario.places).toBe(0);
	});

	it('of a caller who came back takes nothing away: the call goes on waiting', async () => {
		const scenario = await new CallScenario().connected();
		await away(scenario);
		await scenario.comesBack();
		await away(scenario, () => scenario.link().resolve(NOTHING));
		expect(scenario.ended).toEqual([]);
		expect(scenario.call.absent).toBe(true);
	});
});

describe.each(LOSSES)('%s', (_what, lose) => {
	it('what was learnt of how much can be sent goes on to the next link', async () => {
		const scenario = await new CallScenario().connected();
		expect(scenario.link().params.sending).toBeUndefined();
		const memory = { at: 2, waits: [15, 60, 15], shortestMs: 40, paths: ['203.0.113.7'] };
		scenario.link().emit({ type: 'sending', memory });
		await away(scenario, lose);
		await scenario.comesBack();
		expect(scenario.link().params.sending).toEqual(memory);
	});

	it('the call waits, its place and its link are free, and nothing is alarmed', async () => {
		const scenario = await new CallScenario().connected();
		await away(scenario, lose);
		expect(scenario.ended).toEqual([]);
		expect(scenario.places).toBe(0);
		expect(scenario.media.calls.filter(({ open }) => open)).toEqual([]);
		expect(scenario.call.absent).toBe(true);
		expect(scenario.page('error')).toEqual([]);
	});

	it('what was being said goes on at the very sample', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		const reply = scenario.asksReply(turn);
		await settle();
		await scenario.writes('You are free. All day.');
		await reply;
		const speech = scenario.asksSpeech(turn, 'You are free. All day.');
		await scenario.playsPart(PIECE_SAMPLES + 1000);
		await away(scenario, lose);
		await scenario.silence(60_000);
		expect(turn.ended).toBeUndefined();
		await scenario.comesBack();
		expect(scenario.utterances()).toEqual([]);
		scenario.join();
		await settle();
		const again = scenario.link().of('play').reduce((sum, { pcm }) => sum + pcm.length, 0);
		expect(again).toBe(PIECE_SAMPLES - 1000);
		expect(scenario.link().of('playEnd')).toHaveLength(1);
		await scenario.plays();
		expect(await speech).toMatchObject({ heard: 'You are free. All day.', interrupted: false });
		await scenario.silence(200);
		expect(turn.ended?.kind).toBe('spoken');
	});

	it('a turn in flight goes on: its model writes, its tools run, its answer waits', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('book it for monday');
		const reply = scenario.asksReply(turn, { tools: [BOOK] });
		await settle();
		await scenario.writes('', [toolCallOf('c1')]);
		await reply;
		await away(scenario, lose);
		const step = scenario.givesResults(turn, ['c1']);
		await settle();
		await scenario.writes('It is booked.');
		expect(await step).toMatchObject({ status: 'done', text: 'It is booked.', interrupted: false });
		const speech = scenario.asksSpeech(turn, 'It is booked.');
		await scenario.silence(300_000);
		await scenario.comesBack();
		scenario.join();
		await scenario.plays();
		expect(await speech).toMatchObject({ heard: 'It is booked.', interrupted: false });
	});

	it('the conversation goes on: history, recogniser and the numbers of the turns', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		const reply = scenario.asksReply(turn);
		await settle();
		await scenario.writes('You are free.');
		await reply;
		await scenario.plays();
		await away(scenario, lose);
		await scenario.silence(120_000);
		await scenario.comesBack();
		scenario.join();
		await settle();
		const next = await scenario.says('and on tuesday');
		expect(next.n).toBe(2);
		void scenario.asksReply(next, {}, 'e2');
		await settle();
		expect(scenario.model().params.messages.map(({ content }) => content)).toEqual(expect.arrayContaining(['what is on monday', 'You are free.', 'and on tuesday']));
		expect(scenario.inference.of('listen')).toHaveLength(1);
		expect(scenario.dispatched.filter(({ event }) => event === 'sessionStarted')).toHaveLength(1);
	});
});

it('half a sentence becomes no turn, and is gone on with', async () => {
	const scenario = await new CallScenario().connected();
	const listen = scenario.inference.last('listen');
	scenario.link().emit({ type: 'speechStarted', at: 64, speechAt: 0 });
	listen.emit({ type: 'partial', text: 'what is on my' });
	await scenario.silence(300);
	await away(scenario);
	await scenario.silence(60_000);
	expect(scenario.started).toEqual([]);
	await scenario.comesBack();
	scenario.join();
	await settle();
	const turn = await scenario.says('what is on my calendar on monday');
	expect(turn.text).toBe('what is on my calendar on monday');
	expect(turn.n).toBe(1);
});

describe('the page that comes back', () => {
	it('is told the conversation so far in order, also what was said while it was away', async () => {
		const scenario = await new CallScenario({ agent: { greeting: 'Hello.' } }).connected();
		await scenario.plays();
		const turn = await scenario.says('what is on monday');
		const reply = scenario.asksReply(turn);
		await settle();
		await away(scenario);
		await scenario.writes('You are free.');
		await reply;
		await scenario.comesBack();
		const events = scenario.link().of('event').map(({ json }) => JSON.parse(json) as Record<string, unknown>);
		expect(events[0]).toMatchObject({ type: 'session.started', resumed: true });
		expect(shown(scenario)).toEqual(['Hello.', 'what is on monday']);
		expect(events.filter(({ type }) => type === 'reply.partial').at(-1)).toMatchObject({ text: 'You are free.' });
		expect(events.at(-1)).toMatchObject({ type: 'state' });
	});

	it('takes the call from the one that has it, which is told so and nothing else', async () => {
		const scenario = await new CallScenario().connected();
		await scenario.comesBack();
		await settle();
		expect(scenario.link(0).of('event').map(({ json }) => JSON.parse(json) as unknown).at(-1)).toEqual({ type: 'session.ended', reason: 'the call goes on in another window' });
		expect(scenario.link(0).open).toBe(false);
		expect(scenario.places).toBe(1);
		expect(scenario.ended).toEqual([]);
	});

	it('is connected once where its offer arrives twice', async () => {
		const scenario = await new CallScenario().connected();
		await away(scenario);
		const [first, again] = [scenario.call.connect('another offer'), scenario.call.connect('another offer')];
		await settle();
		scenario.link().emit({ type: 'answer', id: '', answer: 'another answer' });
		expect(await Promise.all([first, again, scenario.call.connect('another offer')])).toEqual(Array(3).fill('another answer'));
		expect(scenario.media.of('session')).toHaveLength(2);
		expect(scenario.link().open).toBe(true);
		expect(scenario.places).toBe(1);
	});

	it('keeps the call where an offer that it has given up is answered last', async () => {
		const scenario = await new CallScenario().connected();
		await away(scenario);
		const givenUp = scenario.call.connect('the one before');
		givenUp.catch(() => undefined);
		await settle();
		await scenario.comesBack();
		scenario.link(1).emit({ type: 'answer', id: '', answer: 'late' });
		await expect(givenUp).rejects.toMatchObject({ code: 'VOICE_ERR_CALL_UNKNOWN' });
		await settle();
		expect([scenario.link(1).open, scenario.link(2).open]).toEqual([false, true]);
		expect(shown(scenario, scenario.link(2))).toEqual([]);
		expect(scenario.link(2).of('event').map(({ json }) => json).join()).not.toContain('session.ended');
		scenario.join();
		await settle();
		expect((await scenario.says('here i am again')).n).toBe(1);
	});

	it('may fail to, and try again', async () => {
		const scenario = await new CallScenario().connected();
		await away(scenario);
		const answer = scenario.call.connect('rubbish');
		answer.catch(() => undefined);
		await settle();
		scenario.link().reject(scenario.mediaLost);
		await expect(answer).rejects.toMatchObject({ code: 'VOICE_ERR_MEDIA_LOST' });
		expect(scenario.ended).toEqual([]);
		expect(scenario.call.absent).toBe(true);
		await expect(scenario.comesBack()).resolves.toBe('another answer');
		expect(scenario.call.absent).toBe(false);
	});

	it('may be gone again before a sound went through: the call waits on', async () => {
		const scenario = await new CallScenario().connected();
		await away(scenario);
		await scenario.comesBack();
		await away(scenario);
		expect(scenario.ended).toEqual([]);
		expect(scenario.call.absent).toBe(true);
		await scenario.comesBack();
		scenario.join();
		await settle();
		expect((await scenario.says('here i am again')).n).toBe(1);
	});
});

describe('what is to stop while nobody is there', () => {
	it('stops: a node says something else than what was spoken ahead', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		const reply = scenario.asksReply(turn);
		await settle();
		await scenario.writes('You are free.');
		await reply;
		await away(scenario);
		const speech = scenario.asksSpeech(turn, 'You are busy.');
		await settle();
		await scenario.comesBack();
		scenario.join();
		await settle();
		expect(scenario.utterances()).toHaveLength(1);
		await scenario.plays();
		expect(await speech).toMatchObject({ heard: 'You are busy.' });
		expect((await scenario.says('thank you very much')).n).toBe(2);
	});

	it('stops: the link died between an interruption and its flush', async () => {
		const scenario = await new CallScenario().connected();
		const turn = await scenario.says('what is on monday');
		const reply = scenario.asksReply(turn);
		await settle();
		await scenario.writes('You are free. All day.');
		await reply;
		await scenario.playsPart(PIECE_SAMPLES);
		scenario.link().onInput = () => undefined;
		scenario.link().emit({ type: 'request', json: '{"type":"interrupt"}' });
		await settle();
		expect(turn.ended?.kind).toBe('interrupted');
		await away(scenario);
		await scenario.comesBack();
		scenario.join();
		await settle();
		expect(scenario.utterances()).toEqual([]);
		expect(turn.speech.heard).toBe('You are free.');
	});
});

it('the voice says what it has to say and is free, however long the caller is away', async () => {
	const scenario = await new CallScenario({ voiceSpeaks: false }).connected();
	const turn = await scenario.says('tell me a story');
	const reply = scenario.asksReply(turn);
	await settle();
	await scenario.writes('Once upon a time.');
	await reply;
	const speak = scenario.inference.last('speak');
	const second = (): void => speak.emit({ type: 'audio', piece: 0, pcm: new Int16Array(16_000), sampleRate: 16_000 });
	for (let count = 0; count < 6; count++) second();
	await settle();
	expect(speak.of('hold').at(-1)).toMatchObject({ hold: true });
	await away(scenario);
	expect(speak.of('hold').at(-1)).toMatchObject({ hold: false });
	for (let count = 0; count < 20; count++) second();
	expect(speak.of('hold').at(-1)).toMatchObject({ hold: false });
	await scenario.comesBack();
	scenario.join();
	await settle();
	expect(scenario.link().of('play').reduce((sum, { pcm }) => sum + pcm.length, 0)).toBe(26 * 16_000);
	expect(speak.of('hold').at(-1)).toMatchObject({ hold: true });
});

describe('the end of the wait', () => {
	it('ends the call with its reason, as any other end', async () => {
		const scenario = await new CallScenario().connected();
		await scenario.says('what is on monday');
		await away(scenario);
		await scenario.silence(ABSENT_LIMIT_MS - 1);
		expect(scenario.ended).toEqual([]);
		await scenario.silence(1);
		expect(scenario.ended).toEqual([undefined]);
		expect(scenario.dispatched.at(-1)).toMatchObject({ event: 'sessionEnded', reason: 'the caller did not come back' });
		await scenario.silence(60_000);
		expect(jest.getTimerCount()).toBe(0);
	});

	it('does not come for who is back, and counts anew from the next absence', async () => {
		const scenario = await new CallScenario({ agent: { limits: { idleTimeoutMs: 3_600_000 } } }).connected();
		await away(scenario);
		await scenario.silence(ABSENT_LIMIT_MS - 1000);
		await scenario.comesBack();
		scenario.join();
		await scenario.silence(2000);
		expect(scenario.ended).toEqual([]);
		await away(scenario);
		await scenario.silence(ABSENT_LIMIT_MS - 1);
		expect(scenario.ended).toEqual([]);
	});

	it('does not come early: an absent caller is not idle', async () => {
		const scenario = await new CallScenario({ agent: { limits: { idleTimeoutMs: 5000 } } }).connected();
		await away(scenario);
		await scenario.silence(60_000);
		expect(scenario.ended).toEqual([]);
	});

	it('comes at once by a hang-up, and where the runtime shuts down', async () => {
		const scenario = await new CallScenario().connected();
		await away(scenario);
		scenario.call.end('the caller hung up');
		expect(scenario.ended).toEqual([undefined]);
		expect(scenario.dispatched.at(-1)).toMatchObject({ reason: 'the caller hung up' });
		await expect(scenario.call.connect('late')).rejects.toMatchObject({ code: 'VOICE_ERR_CALL_UNKNOWN' });
	});

	it('comes with the connection where calls are not to wait', async () => {
		const scenario = await new CallScenario({ absentLimitMs: 0 }).connected();
		scenario.link().resolve({ reason: 'The caller hung up.' });
		await settle();
		expect(scenario.ended).toEqual([undefined]);
		expect(scenario.dispatched.at(-1)).toMatchObject({ reason: 'The caller hung up.' });
	});
});
