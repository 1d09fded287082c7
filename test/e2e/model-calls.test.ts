// Guards against a caller who hears tool syntax, or silence and an apology, because of what a model wrote or a tool gave:
// tools that it does not have, more calls than allowed, broken arguments, a result of megabytes.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { CallReport } from '../../runtime/cli/call/report';
import type { Execution } from '../../deploy/local/host/executions';
import { FixtureServer, type Routes } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import { call } from './headless-caller';
import { type World, changeNode, outputOf, startWorld } from './world';

interface Asked {
	readonly messages: ReadonlyArray<{ readonly role: string; readonly content: string | null }>;
	readonly tools?: readonly unknown[];
	readonly max_tokens: number;
}
type Delta = { readonly content: string } | { readonly calls: readonly string[] };

const ROWS = 30_000;
/** What the model writes in each turn, step by step. */
const SCRIPT: ReadonlyArray<readonly Delta[]> = [
	[{ content: 'Let me look. <function=get_weather>{"city": "Paris"}</function>' }, { content: 'I have no weather.' }],
	[{ calls: ['{"count": 1}', '{"count": 2}', '{"count": 3}', '{"count": 4}'] }, { content: 'Here are three lists.' }],
	[{ calls: ["```json\n{'count': '2',}\n```"] }, { content: 'You have two.' }],
	[{ calls: ['{"count": 5, "note": "only the fi'] }, { calls: ['{"count": 5}'] }, { content: 'You have five.' }],
	[{ calls: [`{"count": ${ROWS}}`] }, { content: 'There are too many.' }],
	[{ content: 'You asked for the weather first.' }],
];
const REPLIES = ['Let me look. I have no weather.', 'Here are three lists.', 'You have two.', 'You have five.', 'There are too many.', 'You asked for the weather first.'];

const asked: Asked[] = [];

const steps = new Map<number, number>();

/** The next step of the newest turn. */
function stepOf({ messages }: Asked): Delta {
	const turn = messages.filter(({ role }) => role === 'user').length;
	const step = steps.get(turn) ?? 0;
	steps.set(turn, step + 1);
	return SCRIPT[turn - 1]?.[step] ?? { content: 'Nothing is left to say.' };
}

const writing: Routes = {
	'POST /v1/chat/completions': async ({ json }, reply) => {
		const body = json as Asked;
		const step: Delta = body.max_tokens === 1 ? { content: 'Hello' } : stepOf(body);
		if (body.max_tokens > 1) asked.push(body);
		const write = async (delta: object, finish: string | null = null): Promise<void> =>
			await reply.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
		reply.begin(200, { 'content-type': 'text/event-stream' });
		if ('content' in step) for (const piece of step.content.match(/[^]{1,3}/g) ?? []) await write({ content: piece });
		else for (const [index, given] of step.calls.entries()) await write({ tool_calls: [{ index, id: `c${index}`, function: { name: 'list_customers', arguments: given } }] });
		await write({}, 'content' in step ? 'stop' : 'tool_calls');
	},
};

/** Gives as many customers as it is asked for. */
const TOOL = {
	name: 'List customers',
	nodes: [
		{
			name: 'When called', type: 'n8n-nodes-base.executeWorkflowTrigger', typeVersion: 1.1, position: [0, 0],
			parameters: { inputSource: 'workflowInputs', workflowInputs: { values: [{ name: 'count', type: 'number' }] } },
		},
		{
			name: 'Customers', type: 'n8n-nodes-base.code', typeVersion: 2, position: [200, 0],
			parameters: { jsCode: 'return Array.from({ length: $input.first().json.count }, (_, id) => ({ json: { id, name: `Customer ${id}`, note: "x".repeat(50) } }));' },
		},
	],
	connections: { 'When called': { main: [[{ node: 'Customers', type: 'main', index: 0 }]] } },
	settings: {},
};

let folder: string;
let server: FixtureServer;
let world: World;
let report: CallReport;
let turns: Execution[];

function locator(mode: string, value: string) {
	return { __rl: true, mode, value };
}

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-calls-'));
	server = await FixtureServer.start(writing);
	const configFile = path.join(folder, 'servers.json');
	await writeFile(configFile, JSON.stringify({ scripted: { baseUrl: server.url, chat: { model: 'm' } } }), { mode: 0o600 });
	world = await startWorld({ VOICE_LOOP_SERVERS: configFile });
	const tool = await world.n8n.importWorkflow(TOOL);
	await world.n8n.publish(tool);
	const row = {
		workflowId: locator('id', tool), name: 'list_customers', description: 'Lists customers.',
		inputs: { input: [{ name: 'count', type: 'number', required: true }, { name: 'note', type: 'string', required: false }] },
	};
	await changeNode(world, 'Voice Session Trigger', { options: { agentName: 'Customers', greeting: '' } });
	await changeNode(world, 'Llama Chat', { model: locator('path', 'server:scripted'), tools: { workflow: [row] }, options: { maxToolCalls: 3 } });
	report = await call(world, ...REPLIES.flatMap(() => ['--say', 'what can you do'])).report;
	turns = await world.turns(REPLIES.length);
}, 300_000);

afterAll(async () => {
	await world?.end();
	await server?.stop();
	await rm(folder, { recursive: true, force: true });
});

function toolsOf(turn: number): unknown {
	return outputOf(turns[turn], 'Llama Chat').tools;
}

test('every turn is answered, and the caller hears words only', () => {
	expect(report.errors).toEqual([]);
	expect(report.turns.map(({ reply, answered }) => ({ reply, answered }))).toEqual(REPLIES.map((reply) => ({ reply, answered: true })));
	expect(turns.map(({ status }) => status)).toEqual(REPLIES.map(() => 'success'));
	expect(turns.map((turn) => outputOf(turn, 'Orpheus Speak').heard)).toEqual(REPLIES);
});

test('a tool that the agent does not have is not spoken: the model is told, and goes on', () => {
	expect(toolsOf(0)).toMatchObject([{ name: 'get_weather', arguments: { city: 'Paris' }, ok: false, result: { code: 'VOICE_ERR_TOOL_UNKNOWN' } }]);
});

test('of four calls at once with a limit of three, three are run, and the model has to answer', () => {
	expect(toolsOf(1)).toMatchObject([
		{ ok: true, arguments: { count: 1 }, executionId: expect.any(String) },
		{ ok: true, arguments: { count: 2 } },
		{ ok: true, arguments: { count: 3 } },
		{ ok: false, arguments: { count: 4 }, result: { code: 'VOICE_ERR_TOOL_LIMIT' } },
	]);
	const answer = asked.find((body) => body.tools === undefined);
	expect(answer?.messages.at(-1)?.content).toContain('not run');
});

test('broken arguments that can mean one thing are mended, those that may have lost something are given back', () => {
	expect(toolsOf(2)).toMatchObject([{ ok: true, arguments: { count: '2' }, result: [{ id: 0 }, { id: 1 }] }]);
	expect(toolsOf(3)).toMatchObject([
		{ ok: false, arguments: {}, result: { code: 'VOICE_ERR_TOOL_ARGUMENTS', error: expect.stringContaining('end in the middle') } },
		{ ok: true, arguments: { count: 5 } },
	]);
});

test('a result of megabytes costs no words: the model reads its first rows, and the editor says so', () => {
	const [listed] = toolsOf(4) as Array<{ ok: boolean; result: unknown[] }>;
	expect(listed).toMatchObject({ ok: true, result: expect.arrayContaining([expect.objectContaining({ id: 9 }), expect.stringMatching(/^and 29,\d\d\d more$/)]) });
	const hints = turns[4]?.runs['Llama Chat']?.at(-1)?.hints ?? [];
	expect(hints).toMatchObject([{ message: expect.stringContaining('The tool "list_customers" gave ') }]);
	// All that was said before still stands before the model in the next turn.
	const last = asked.at(-1);
	expect(last?.messages.filter(({ role }) => role === 'user')).toHaveLength(6);
	expect(last?.messages.filter(({ role, content }) => role === 'assistant' && content !== null).map(({ content }) => content)).toEqual(
		expect.arrayContaining(['Let me look.', 'I have no weather.', 'Here are three lists.', 'You have five.', 'There are too many.']),
	);
	expect(JSON.stringify(last?.messages)).not.toMatch(/<function=/);
});

test('an agent without tools on the offline pack is never heard to call one', async () => {
	await changeNode(world, 'Llama Chat', { model: locator('list', 'pack:answer'), tools: {}, options: {} });
	const { turns: [turn] } = await call(world, '--say', 'book a dentist appointment tomorrow at three p m').report;
	expect(turn?.reply ?? '').not.toMatch(/function|book_appointment|[{}<>=]/);
	expect(turn?.reply).toMatch(/\w/);
}, 120_000);
