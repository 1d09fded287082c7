// Guards against: a tool that the caller's token does not allow, offered to the model, run because the model or a forged
// request of a node asks for it, in a turn or beside it; a token's limits and identity that get lost, or into the model's text.
import { openSession } from '../../contract/control';
import { VoiceError } from '../../contract/errors';
import type { CallPermit } from '../../contract/join-token';
import { HttpDoor } from '../http/http-door.fixture';
import { callRequest, permittedTools } from './call-request';
import { CallScenario, settle, toolCallOf } from './call-scenario.fixture';

const CALLER = { id: 'ann@example.com', name: 'Ann', data: { customer: 7 } };
const tool = (name: string) => ({ name, description: '', parameters: {}, sayWhileRunning: '' });
const TOOLS = [tool('list'), tool('book'), tool('cancel')];

describe('in a call', () => {
	beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
	afterEach(() => jest.useRealTimers());

	async function asked(permit: CallPermit) {
		const scenario = await new CallScenario({ permit }).connected();
		const turn = await scenario.says('cancel it');
		const reply = scenario.asksReply(turn, { tools: TOOLS });
		await settle();
		return { scenario, turn, reply };
	}

	it.each<[string, string[] | undefined, string[]]>([
		['two', ['book', 'list', 'other'], ['list', 'book']],
		['none', [], []],
		['all', undefined, ['list', 'book', 'cancel']],
	])('a token for %s: these are offered, and no more', async (_what, tools, offered) => {
		const { scenario } = await asked({ caller: CALLER, ...(tools && { tools }) });
		expect(scenario.model().params.tools.map(({ name }: { name: string }) => name)).toEqual(offered);
	});

	it('what the model asks for all the same is not run, and no result of it is taken', async () => {
		const { scenario, turn, reply } = await asked({ caller: CALLER, tools: ['list'] });
		await scenario.writes('', [toolCallOf('c1', 'cancel'), toolCallOf('c2', 'list')]);
		await expect(reply).resolves.toEqual({ status: 'toolCalls', calls: [expect.objectContaining({ id: 'c2' })] });
		await expect(scenario.givesResults(turn, ['c1', 'c2'])).rejects.toMatchObject({ code: 'VOICE_ERR_BAD_REQUEST' });
		const rest = scenario.givesResults(turn, ['c2']);
		await settle();
		expect(JSON.stringify(scenario.model().params.messages)).toContain('There is no tool named');
		await scenario.writes('I cannot cancel it.');
		await expect(rest).resolves.toMatchObject({ status: 'done' });
	});

	it('a node that asks again with more tools gets no more', async () => {
		const { scenario, turn, reply } = await asked({ caller: CALLER, tools: ['list'] });
		scenario.model().reject(new VoiceError('VOICE_ERR_MODEL_FAILED', 'broken'));
		await expect(reply).rejects.toBeDefined();
		void scenario.asksReply(turn, { tools: [...TOOLS, tool('refund')] });
		await settle();
		expect(scenario.model().params.tools).toMatchObject([{ name: 'list' }]);
	});

	it('who calls is told to the workflow, with each event, and never to the model', async () => {
		const { scenario, reply } = await asked({ caller: CALLER, tools: ['list'] });
		await scenario.writes('Well.');
		await reply;
		scenario.call.end('over');
		await settle();
		expect(scenario.dispatched.map(({ event, caller, allowedTools }) => ({ event, caller, allowedTools }))).toEqual(
			['sessionStarted', 'turn', 'sessionEnded'].map((event) => ({ event, caller: CALLER, allowedTools: ['list'] })),
		);
		expect(JSON.stringify(scenario.inference.of('chat').map(({ params }) => params))).not.toContain('ann@example.com');
	});
});

describe('beside a turn', () => {
	it('a separate conversation of a call has the tools of its caller', async () => {
		const door = await HttpDoor.open();
		door.calls.permitOf.mockReturnValue({ caller: CALLER, tools: ['list'] });
		door.whenAsked = (call) => call.reject(new Error('enough seen'));
		const body = { chat: {}, messages: [{ role: 'user', content: 'hello' }], tools: TOOLS };
		await door.askWithKey('POST', '/v1/chat', { ...body, turnId: `t_${'t'.repeat(24)}` });
		await door.askWithKey('POST', '/v1/chat', body);
		await door.close();
		expect(door.calls.permitOf).toHaveBeenCalledTimes(1);
		expect(door.asked.map(({ params }) => (params.tools as Array<{ name: string }>).map(({ name }) => name))).toEqual([['list'], ['list', 'book', 'cancel']]);
	});
});

test('a tool is allowed by its whole name only', () => {
	expect(permittedTools([tool('constructor'), tool('lists'), tool('List')], { tools: ['list'] })).toEqual([]);
});

test('the shorter limit ends the call, and the keys go no further', () => {
	const opened = (maxCallDurationMs: number) =>
		openSession.parse({
			offer: 'offer',
			agent: { limits: { maxCallDurationMs } },
			source: { workflowId: 'w', node: 'Trigger', mode: 'production', turnUrl: 'http://localhost/turn' },
			join: { token: 'a token', keys: { kind: 'secrets', secrets: [{ id: '', secret: 's'.repeat(32) }] }, agent: 'voice' },
		});
	const limit = (own: number, maxCallMs?: number) => callRequest(opened(own), { caller: CALLER, ...(maxCallMs === undefined ? {} : { maxCallMs }) }).agent.limits.maxCallDurationMs;
	expect([limit(60_000, 30_000), limit(60_000, 90_000), limit(60_000)]).toEqual([30_000, 60_000, 60_000]);
	expect(callRequest(opened(60_000), { caller: CALLER })).not.toHaveProperty('join');
});
