// Guards against: a caller who waits for the result of a tool whose n8n is gone, and a turn given up whose tool still runs.
import { CallScenario, settle, toolCallOf } from '../calls/call-scenario.fixture';
import type { Turn } from './turn';

const GONE = { kind: 'failed', error: { code: 'VOICE_ERR_WORKFLOW_GONE', message: 'n8n stopped while it ran a tool. What the tool has done is not known.' } };

beforeEach(() => jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] }));
afterEach(() => jest.useRealTimers());

/** A turn whose node was given a tool to run. `filler`: what the agent says meanwhile. */
async function withTool({ filler = '', tells = true }: { filler?: string; tells?: boolean } = {}): Promise<{ scenario: CallScenario; turn: Turn }> {
	const scenario = await new CallScenario().connected();
	const turn = await scenario.says('book me in');
	const tool = { name: 'book', description: 'Books it.', parameters: { type: 'object', properties: {} }, sayWhileRunning: filler };
	const reply = scenario.asksReply(turn, { tools: [tool], tellsOfTools: tells });
	await settle();
	await scenario.writes('', [toolCallOf('c1')]);
	await expect(reply).resolves.toMatchObject({ status: 'toolCalls' });
	return { scenario, turn };
}

/** The caller goes on: what the model is shown of the tool. */
async function shownNext(scenario: CallScenario): Promise<string> {
	const next = await scenario.says('has that worked');
	void scenario.asksReply(next, {}, 'e2');
	await settle();
	return JSON.stringify(scenario.model().params.messages.flatMap((message) => (message.role === 'assistant' ? message.toolCalls : [])));
}

it('waits for tools for as long as their node says that they run, across its asking again', async () => {
	const { scenario, turn } = await withTool();
	for (let times = 0; times < 60; times++) {
		const told = scenario.toolsRun(turn, new AbortController().signal);
		await scenario.silence(20_000);
		await told;
	}
	expect(turn.ended).toBeUndefined();
	const step = scenario.givesResults(turn, ['c1']);
	await settle();
	await scenario.writes('It is booked.');
	await expect(step).resolves.toMatchObject({ status: 'done', text: 'It is booked.' });
});

it.each<[string, (scenario: CallScenario) => void]>([
	['with its connection', () => undefined],
	['and its trigger has closed first', (scenario) => scenario.call.workflowGone('w')],
])('an n8n that dies %s is known to be gone in three seconds, and the model reads that the result is not known yet', async (_name, before) => {
	const { scenario, turn } = await withTool();
	const gone = new AbortController();
	void scenario.toolsRun(turn, gone.signal);
	await settle();
	before(scenario);
	expect(turn.ended).toBeUndefined();
	gone.abort();
	await settle();
	expect(turn.ended).toBeUndefined();
	await scenario.silence(3000);
	expect(turn.ended).toMatchObject(GONE);
	expect(scenario.page('error')).toMatchObject([{ error: { code: 'VOICE_ERR_WORKFLOW_GONE' } }]);
	await scenario.plays();
	expect(await shownNext(scenario)).toContain('not known yet');
});

it('an n8n that dies while the agent says that it looks is known to be gone after that', async () => {
	const { scenario, turn } = await withTool({ filler: 'One moment.' });
	const gone = new AbortController();
	void scenario.toolsRun(turn, gone.signal);
	await settle();
	scenario.call.workflowGone('w');
	gone.abort();
	await scenario.plays();
	await scenario.silence(10_000);
	expect(turn.ended).toMatchObject(GONE);
});

it('a node that asks again after its connection broke has its results taken', async () => {
	const { scenario, turn } = await withTool();
	const broken = new AbortController();
	void scenario.toolsRun(turn, broken.signal);
	await settle();
	broken.abort();
	await scenario.silence(250);
	const again = new AbortController();
	void scenario.toolsRun(turn, again.signal);
	scenario.call.workflowGone('w');
	await scenario.silence(15_000);
	expect(turn.ended).toBeUndefined();
	void scenario.givesResults(turn, ['c1']);
	await settle();
	await scenario.writes('It is booked.');
	again.abort();
	await scenario.plays();
	expect(turn.ended).toEqual({ kind: 'spoken' });
});

it('a machine that lost its power and closed nothing is known to be gone when it does not ask again', async () => {
	const { scenario, turn } = await withTool();
	void scenario.toolsRun(turn, new AbortController().signal);
	await scenario.silence(29_000);
	expect(turn.ended).toBeUndefined();
	await scenario.silence(1000);
	expect(turn.ended).toMatchObject(GONE);
});

it('results that come after all go into the history, and are taken once', async () => {
	const { scenario, turn } = await withTool();
	const gone = new AbortController();
	void scenario.toolsRun(turn, gone.signal);
	await settle();
	gone.abort();
	await scenario.silence(3000);
	expect(turn.ended).toMatchObject(GONE);
	await scenario.plays();
	await expect(scenario.givesResults(turn, ['c1'])).resolves.toMatchObject({ status: 'done', interrupted: true });
	expect(await shownNext(scenario)).toContain('"result":"done"');
});

it('an execution that does not own the turn keeps nothing alive', async () => {
	const { scenario, turn } = await withTool();
	await expect(scenario.toolsRun(turn, new AbortController().signal, 'another')).rejects.toMatchObject({ code: 'VOICE_ERR_TURN_CLAIMED' });
	await scenario.silence(10_000);
	expect(turn.ended).toMatchObject(GONE);
});

it('the tools of a node of an older version, which says nothing, are waited for', async () => {
	const { scenario, turn } = await withTool({ tells: false });
	await scenario.silence(60_000);
	expect(turn.ended).toBeUndefined();
	scenario.call.workflowGone('w');
	expect(turn.ended).toMatchObject({ kind: 'failed', error: { code: 'VOICE_ERR_WORKFLOW_GONE' } });
});
