// Guards against: a tool that is run with what the caller has not said, or with what was heard on a bad line only; and a model that insists on it.
import { replyAsk, type ReplyAsk } from '../../contract/control';
import type { LinkFigures } from '../../contract/link';
import { CallScenario, settle } from '../calls/call-scenario.fixture';

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

const TOOLS: ReplyAsk['tools'] = replyAsk.parse({
	executionId: 'e',
	node: 'n',
	prompt: '',
	tools: [{ name: 'book', parameters: { type: 'object', properties: { title: { type: 'string' }, day: { type: 'string' }, time: { type: 'string' } } }, sayWhileRunning: 'One moment.' }],
}).tools;

function booking(id: string, time: string) {
	return { id, name: 'book', arguments: { title: 'dentist', day: 'tomorrow', time } };
}

async function asked(said: string, ask: Partial<ReplyAsk> = {}, before: (scenario: CallScenario) => void = () => undefined) {
	const scenario = await new CallScenario().connected();
	before(scenario);
	const turn = await scenario.says(said);
	const reply = scenario.asksReply(turn, { tools: TOOLS, ...ask });
	await settle();
	return { scenario, turn, reply };
}

function lastResult(scenario: CallScenario): unknown {
	const message = scenario.model().params.messages.at(-1);
	return message?.role === 'assistant' ? message.toolCalls.at(-1)?.result : undefined;
}

it('does not reach the node: the model is told, asks, and books what the caller says then', async () => {
	const { scenario, reply } = await asked('book a dentist tomorrow');
	await scenario.writes('', [booking('c1', 'nine')]);
	expect(scenario.page('tool.started')).toEqual([]);
	expect(lastResult(scenario)).toMatchObject({ status: 'not said', what: 'time' });
	await scenario.writes('At what time?');
	await expect(reply).resolves.toMatchObject({ status: 'done', text: 'At what time?', tools: [{ result: { ok: false, result: { status: 'not said' } } }] });
	await scenario.plays();
	const next = await scenario.says('at three p m');
	const second = scenario.asksReply(next, { tools: TOOLS }, 'e2');
	await settle();
	await scenario.writes('', [booking('c2', '15:00')]);
	await expect(second).resolves.toEqual({ status: 'toolCalls', calls: [booking('c2', '15:00')] });
});

it('a model that insists is offered no tools, and has to answer in words', async () => {
	const { scenario, reply } = await asked('book a dentist tomorrow');
	await scenario.writes('', [booking('c1', 'nine')]);
	expect(scenario.model().params.tools).toHaveLength(1);
	await scenario.writes('', [booking('c2', 'ten')]);
	expect(scenario.model().params.tools).toEqual([]);
	await scenario.writes('At what time?');
	await expect(reply).resolves.toMatchObject({ status: 'done', text: 'At what time?' });
	expect(scenario.page('tool.started')).toEqual([]);
});

it('one that gives nothing else fails, and says what it was about', async () => {
	const { scenario, reply } = await asked('book a dentist tomorrow');
	for (const id of ['c1', 'c2', 'c3']) await scenario.writes('', [booking(id, 'nine')]);
	await expect(reply).rejects.toMatchObject({ code: 'VOICE_ERR_TOOL_NOT_SAID' });
});

it('what was said is run beside it', async () => {
	const { scenario, reply } = await asked('book a dentist tomorrow at ten');
	await scenario.writes('', [booking('c1', 'nine'), booking('c2', 'ten')]);
	await expect(reply).resolves.toEqual({ status: 'toolCalls', calls: [booking('c2', 'ten')] });
});

it('is run as it comes where the node says so', async () => {
	const { scenario, reply } = await asked('book a dentist tomorrow', { checkInputs: false });
	await scenario.writes('', [booking('c1', 'nine')]);
	await expect(reply).resolves.toMatchObject({ status: 'toolCalls' });
});

const figures = (lostIn: number, more: Partial<LinkFigures> = {}) => ({ type: 'link' as const, at: 0, ms: 1000, lostIn, concealed: 0, concealedMs: 0, stretched: 0, jitterMs: 5, roundTripMs: 40, lostOut: null, ...more });

it.each([
	[0.3, 'unclear'],
	[0.1, undefined],
])('with %d of the packets lost, what was heard is asked back: %s', async (lost, status) => {
	const { scenario, reply } = await asked('book a dentist tomorrow at ten', {}, (each) => each.link().emit(figures(lost)));
	await scenario.writes('', [booking('c1', 'ten')]);
	if (status === undefined) return await expect(reply).resolves.toMatchObject({ status: 'toolCalls' });
	expect(lastResult(scenario)).toMatchObject({ status, what: 'day, time' });
	await scenario.writes('Tomorrow at ten, right?');
	await scenario.plays();
	const next = await scenario.says('yes');
	const second = scenario.asksReply(next, { tools: TOOLS }, 'e2');
	await settle();
	await scenario.writes('', [booking('c2', 'ten')]);
	await expect(second).resolves.toMatchObject({ status: 'toolCalls' });
});

it.each([
	['in the last of three seconds', [0, 0, 0.3]],
	['in the first of three', [0.3, 0, 0]],
])('packets that were lost %s are enough to ask back', async (_when, seconds) => {
	const scenario = await new CallScenario().connected();
	await scenario.speaks('book a dentist tomorrow at ten');
	scenario.link().emit(...seconds.map((lost) => figures(lost)));
	await scenario.silence(1500);
	const turn = scenario.turn(scenario.started.at(-1) ?? '');
	void scenario.asksReply(turn, { tools: TOOLS }).catch(() => undefined);
	await settle();
	await scenario.writes('', [booking('c1', 'ten')]);
	expect(lastResult(scenario)).toMatchObject({ status: 'unclear', what: 'day, time' });
});

it.each<[string, Array<Partial<LinkFigures>>, 'unclear' | undefined]>([
	['a word in one piece', [{ concealed: 0.16, concealedMs: 160 }], 'unclear'],
	['a word in one piece, right after the speech began', [{ ms: 200, concealed: 0.8, concealedMs: 160 }, { ms: 900 }], 'unclear'],
	['a quarter of a second, piece by piece', [{ ms: 500, concealed: 0.26, concealedMs: 40 }, { ms: 500, concealed: 0.26, concealedMs: 40 }], 'unclear'],
	['a sixth of all', [{ concealed: 0.16, concealedMs: 40 }, { concealed: 0.16, concealedMs: 40 }], 'unclear'],
	['nothing, but all of it was hurried to make up for what came late', [{ stretched: 0.3 }], 'unclear'],
	['a tenth, piece by piece', [{ concealed: 0.1, concealedMs: 30 }, { concealed: 0.1, concealedMs: 30 }], undefined],
	['one packet of the two that came in a glance', [{ ms: 40, concealed: 0.5, concealedMs: 20, lostIn: 0.5 }, { ms: 960 }], undefined],
])('where no packet was lost for good, and what was made up in place of late ones is %s', async (_what, all, status) => {
	const scenario = await new CallScenario().connected();
	await scenario.speaks('book a dentist tomorrow at ten');
	scenario.link().emit(...all.map((each) => figures(each.lostIn ?? 0, each)));
	await scenario.silence(1500);
	const reply = scenario.asksReply(scenario.turn(scenario.started.at(-1) ?? ''), { tools: TOOLS });
	reply.catch(() => undefined);
	await settle();
	await scenario.writes('', [booking('c1', 'ten')]);
	if (status) expect(lastResult(scenario)).toMatchObject({ status, what: 'day, time' });
	else await expect(reply).resolves.toMatchObject({ status: 'toolCalls' });
});

it('who was cut off in mid-sentence and is back over another link is asked', async () => {
	const scenario = await new CallScenario().connected();
	scenario.link().emit({ type: 'speechStarted', at: 64, speechAt: 0 });
	scenario.inference.last('listen').emit({ type: 'partial', text: 'book a dentist' });
	await scenario.silence(300);
	scenario.link().resolve({ reason: 'The connection to the caller was lost.' });
	await jest.advanceTimersByTimeAsync(700);
	await scenario.comesBack();
	scenario.join();
	await settle();
	const turn = await scenario.says('book a dentist tomorrow at ten');
	void scenario.asksReply(turn, { tools: TOOLS }).catch(() => undefined);
	await settle();
	await scenario.writes('', [booking('c1', 'ten')]);
	expect(lastResult(scenario)).toMatchObject({ status: 'unclear' });
});

it('what is made up after the last word says nothing of it', async () => {
	const { scenario, reply } = await asked('book a dentist tomorrow at ten');
	scenario.link().emit(figures(0, { ms: 100, concealed: 1, concealedMs: 400 }));
	await scenario.writes('', [booking('c1', 'ten')]);
	await expect(reply).resolves.toMatchObject({ status: 'toolCalls' });
});

it('the second in which the caller ended counts, though it is over after the turn has begun', async () => {
	const scenario = await new CallScenario().connected();
	await scenario.speaks('book a dentist tomorrow at ten');
	while (scenario.started.length === 0) await scenario.silence(20);
	scenario.link().emit(figures(0.3));
	void scenario.asksReply(scenario.turn(scenario.started[0] ?? ''), { tools: TOOLS }).catch(() => undefined);
	await settle();
	await scenario.writes('', [booking('c1', 'ten')]);
	expect(lastResult(scenario)).toMatchObject({ status: 'unclear' });
});

it('seconds later a bad line says nothing of what was said before', async () => {
	const { scenario, reply } = await asked('book a dentist tomorrow at ten');
	await jest.advanceTimersByTimeAsync(3_000);
	scenario.link().emit(figures(0.3));
	await scenario.writes('', [booking('c1', 'ten')]);
	await expect(reply).resolves.toMatchObject({ status: 'toolCalls' });
});

it('what was said on a bad line long ago is asked back still', async () => {
	const scenario = await new CallScenario().connected();
	for (let n = 0; n < 10; n++) {
		scenario.link().emit(figures(n === 0 ? 0.3 : 0));
		const turn = await scenario.says(n === 0 ? 'a dentist tomorrow at ten please' : 'well let me think');
		void scenario.asksReply(turn, {}, `before ${n}`);
		await settle();
		await scenario.writes('Shall I book it?');
		await scenario.plays();
	}
	const turn = await scenario.says('now book it');
	void scenario.asksReply(turn, { tools: TOOLS }).catch(() => undefined);
	await settle();
	await scenario.writes('', [booking('c1', 'ten')]);
	expect(lastResult(scenario)).toMatchObject({ status: 'unclear', what: 'day, time' });
});
