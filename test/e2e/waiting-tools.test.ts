// Guards against: a tool that waits (for a person, a form, a time) taken for done, which puts the caller's execution to wait and leaves
// the caller in silence; and a result lost that comes after the tool's time limit.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FixtureServer, type FixtureReply } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import type { CallReport } from '../../runtime/cli/call/report';
import type { Execution } from '../../deploy/local/host/executions.ts';
import { call } from './headless-caller';
import { type World, changeNode, outputOf, startWorld } from './world';

interface WireMessage {
	readonly role: string;
	readonly content: string | null;
}

/** What the caller says, and the tools that the model then asks for. */
const TURNS = [
	{ says: 'hello', tools: ['approval'] },
	{ says: 'what can you do', tools: ['form'] },
	{ says: 'thank you', tools: ['late', 'sleeps'] },
	{ says: 'what is on my calendar tomorrow', tools: [] },
];

let folder: string;
let world: World;
let server: FixtureServer;
let report: CallReport;
let turns: Execution[];
/** All that the model was shown, ask by ask. */
const shown: WireMessage[][] = [];
const ids: Record<string, string> = {};
/** The tool to ask for outside of the call. */
let asksFor = '';

/** Asks for the tools of this turn, and then says what has become of them. */
async function chat(messages: readonly WireMessage[], reply: FixtureReply): Promise<void> {
	shown.push([...messages]);
	const said = messages.findLastIndex(({ role }) => role === 'user');
	const results = messages.slice(said).flatMap(({ role, content }) => (role === 'tool' ? [content ?? ''] : []));
	const asked = messages[said]?.content === 'go' ? [asksFor] : TURNS[messages.filter(({ role }) => role === 'user').length - 1]?.tools;
	const wanted = results.length > 0 ? [] : (asked ?? []);
	const write = async (delta: object, finish: string | null = null): Promise<void> =>
		await reply.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
	reply.begin(200, { 'content-type': 'text/event-stream' });
	if (wanted.length > 0) {
		const calls = wanted.map((name, index) => ({ index, id: `call_${index}`, type: 'function', function: { name, arguments: '{}' } }));
		await write({ tool_calls: calls }, 'tool_calls');
	} else {
		await write({ content: /still running/.test(results.join()) ? 'It is still running.' : 'It is done.' }, 'stop');
	}
	await reply.write('data: [DONE]\n\n');
}

/** What a person does who gets the address of a workflow that waits. */
async function answerAfter(ms: number, url: string, form?: FormData): Promise<void> {
	await sleep(ms);
	const response = await fetch(url, form ? { method: 'POST', body: form } : {});
	if (!response.ok) throw new Error(`the workflow was not resumed: ${response.status} ${await response.text()}`);
}

function node(name: string, type: string, typeVersion: number, parameters: Record<string, unknown>) {
	return { name, type: `n8n-nodes-base.${type}`, typeVersion, position: [0, 0], webhookId: `${name}-webhook`, parameters };
}

/** Tells where it waits, waits, and gives something that it did not have before. */
function waitingTool(name: string, wait: Record<string, unknown>, settings: Record<string, unknown> = {}) {
	const nodes = [
		node('Start', 'executeWorkflowTrigger', 1.1, { inputSource: 'passthrough' }),
		node('Tell', 'httpRequest', 4.2, {
			method: 'POST',
			url: `${server.url}/waits/${name}`,
			sendBody: true,
			specifyBody: 'json',
			jsonBody: '={{ JSON.stringify({ resume: $execution.resumeUrl, form: $execution.resumeFormUrl }) }}',
			options: {},
		}),
		{ ...node('Wait', 'wait', 1.1, wait), webhookId: `wait-${name}` },
		node('Answer', 'set', 3.4, { mode: 'raw', jsonOutput: JSON.stringify({ answer: `the ${name} is given` }), options: {} }),
	];
	const chain = nodes.slice(1).map((next, index) => [nodes[index]?.name ?? '', { main: [[{ node: next.name, type: 'main', index: 0 }]] }]);
	return { name: `Waits: ${name}`, nodes, connections: Object.fromEntries(chain) as Record<string, unknown>, settings };
}

function row(name: string, timeLimit: number) {
	return { workflowId: { __rl: true, mode: 'id', value: ids[name] }, name, description: name, inputs: {}, sayWhileRunning: '', timeLimit };
}

const WEBHOOK = { resume: 'webhook', options: {} };
const FORM = { resume: 'form', formTitle: 'Please', formFields: { values: [{ fieldLabel: 'name' }] }, options: {} };

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-waiting-'));
	const told = (url: unknown, ms: number, form?: FormData): void => void answerAfter(ms, String(url), form).catch(console.error);
	const waits = (ms: number) => async ({ json }: { json: unknown }, reply: FixtureReply): Promise<void> => {
		told((json as { resume: string }).resume, ms);
		await reply.json(200, {});
	};
	server = await FixtureServer.start({
		'POST /v1/chat/completions': async ({ json }, reply) => await chat((json as { messages: WireMessage[] }).messages, reply),
		'POST /waits/approval': waits(1500),
		'POST /waits/late': waits(3500),
		'POST /waits/unsaved': waits(500),
		'POST /waits/connected': waits(500),
		'POST /waits/sleeps': async (_request, reply) => await reply.json(200, {}),
		'POST /waits/form': async ({ json }, reply) => {
			const answers = new FormData();
			answers.set('field-0', 'Ada');
			told((json as { form: string }).form, 1000, answers);
			await reply.json(200, {});
		},
	});
	const config = path.join(folder, 'servers.json');
	await writeFile(config, JSON.stringify({ fixture: { baseUrl: server.url, chat: { model: 'm' } } }), { mode: 0o600 });
	world = await startWorld({ VOICE_LOOP_SERVERS: config });
	const tools = {
		approval: waitingTool('approval', WEBHOOK),
		form: waitingTool('form', FORM),
		late: waitingTool('late', WEBHOOK),
		sleeps: waitingTool('sleeps', { resume: 'timeInterval', amount: 70, unit: 'seconds' }),
		unsaved: waitingTool('unsaved', WEBHOOK, { saveDataSuccessExecution: 'none' }),
		connected: waitingTool('connected', WEBHOOK),
	};
	for (const [name, tool] of Object.entries(tools)) {
		ids[name] = await world.n8n.importWorkflow(tool);
		await world.n8n.publish(ids[name] ?? '');
	}
	await changeNode(world, 'Voice Session Trigger', { options: { greeting: '', emitCallEvents: false } });
	await changeNode(world, 'Llama Chat', {
		model: { __rl: true, mode: 'path', value: 'server:fixture' },
		tools: { workflow: [row('approval', 30), row('form', 30), row('late', 1), row('sleeps', 1)] },
		options: {},
	});
	report = await call(world, ...TURNS.flatMap(({ says }) => ['--say', says])).report;
	turns = await world.turns(TURNS.length);
}, 300_000);

afterAll(async () => {
	await world?.end();
	await server?.stop();
	await rm(folder, { recursive: true, force: true });
});

test("no execution of the caller waits: each speaks its answer and succeeds", () => {
	expect(turns.map(({ status }) => status)).toEqual(['success', 'success', 'success', 'success']);
	expect(turns.map((turn) => outputOf(turn, 'Orpheus Speak').heard)).toEqual(['It is done.', 'It is done.', 'It is still running.', 'It is done.']);
	expect(report.turns.map(({ answered }) => answered)).toEqual([true, true, true, true]);
});

test.each([
	[0, 'approval', 1500],
	[1, 'form', 1000],
])('within its time limit, a tool that waits is waited for (turn %i: %s)', (turn, name, waitsMs) => {
	const [record] = outputOf(turns[turn], 'Llama Chat').tools as Array<{ durationMs: number }>;
	expect(record).toMatchObject({ name, ok: true, result: { answer: `the ${name} is given` }, executionId: expect.stringMatching(/./) });
	expect(record?.durationMs).toBeGreaterThan(waitsMs);
});

test('after its time limit the model is told that the tool still runs', () => {
	expect(outputOf(turns[2], 'Llama Chat').tools).toMatchObject([
		{ name: 'late', ok: false, pending: true, result: { status: 'still running', code: 'VOICE_ERR_TOOL_TIMEOUT' } },
		{ name: 'sleeps', ok: false, pending: true },
	]);
});

test('the result that comes later is what the model reads in the next turn', () => {
	const last = shown.at(-1) ?? [];
	expect(last.at(-1)?.role).toBe('user');
	const results = last.flatMap(({ role, content }) => (role === 'tool' ? [content ?? ''] : []));
	expect(results.map((result) => /is given|still running/.exec(result)?.[0])).toEqual(['is given', 'is given', 'is given', 'still running']);
	expect(results[2]).toContain('the late is given');
});

test('a tool that waits goes on by itself, and n8n does not go on with the caller when it has finished', async () => {
	const [sleeping] = await world.n8n.executions(ids.sleeps ?? '');
	expect(sleeping?.status).toBe('waiting');
	const [late] = await world.n8n.executions(ids.late ?? '');
	expect(late?.status).toBe('success');
	expect(await world.n8n.executions(world.agentId)).toHaveLength(turns.length);
});

describe('outside of a call', () => {
	/** Published, and answers what it is POSTed. */
	async function prompter(name: string, parameters: Record<string, unknown>, connected: Array<ReturnType<typeof node>> = [], behind: Record<string, string> = {}): Promise<string> {
		const llama = { name: 'Llama Chat', type: 'n8n-nodes-voice-loop.llamaChat', typeVersion: 1, position: [200, 0] };
		const id = await world.n8n.importWorkflow({
			name,
			nodes: [
				node('Webhook', 'webhook', 2, { path: name, httpMethod: 'POST', responseMode: 'lastNode', options: {} }),
				{ ...llama, parameters: { instructions: '', prompt: 'go', model: { __rl: true, mode: 'path', value: 'server:fixture' }, options: {}, ...parameters } },
				...connected,
			],
			connections: {
				Webhook: { main: [[{ node: 'Llama Chat', type: 'main', index: 0 }]] },
				...Object.fromEntries(connected.map((tool) => [tool.name, { ai_tool: [[{ node: behind[tool.name] ?? 'Llama Chat', type: 'ai_tool', index: 0 }]] }])),
			},
		});
		await world.n8n.publish(id);
		return id;
	}

	async function run(id: string, name: string): Promise<Execution> {
		await fetch(`${world.n8n.url}/webhook/${name}`, { method: 'POST' });
		const [execution] = await world.n8n.executions(id);
		if (!execution) throw new Error('nothing ran');
		return execution;
	}

	test('a result that n8n has not kept is told as one, with what to do', async () => {
		asksFor = 'unsaved';
		const execution = await run(await prompter('unsaved', { tools: { workflow: [row('unsaved', 30)] } }), 'unsaved');
		expect(execution.status).toBe('success');
		expect(outputOf(execution, 'Llama Chat').tools).toMatchObject([{ name: 'unsaved', ok: false, result: { code: 'VOICE_ERR_TOOL_UNSAVED' } }]);
	});

	test("n8n's own workflow tool is waited for, too", async () => {
		asksFor = 'connected';
		const tool = {
			...node('connected', '', 2.2, { description: 'connected', workflowId: { __rl: true, mode: 'id', value: ids.connected }, workflowInputs: { mappingMode: 'defineBelow', value: {}, schema: [] } }),
			type: '@n8n/n8n-nodes-langchain.toolWorkflow',
		};
		const execution = await run(await prompter('connected', {}, [tool]), 'connected');
		expect(execution.status).toBe('success');
		expect(JSON.stringify(outputOf(execution, 'Llama Chat').tools)).toContain('the connected is given');
	});

	const at = (value: string) => ({ __rl: true, mode: 'id', value });
	const asking = { authentication: 'webhook', resource: 'message', operation: 'sendAndWait', message: 'May I?', guildId: at('1'), channelId: at('2') };

	test('a tool that could only wait in this execution is refused before anybody is asked', async () => {
		const execution = await run(await prompter('asking', {}, [node('Ask the boss', 'discordTool', 2, asking)]), 'asking');
		expect(execution).toMatchObject({ status: 'error', error: expect.stringContaining('"Ask the boss" sends a message and waits') });
	});

	test("so is one behind n8n's human review, which would give nothing and do nothing", async () => {
		const code = { ...node('book', '', 1.3, { description: 'Books it.', jsCode: 'return "booked"' }), type: '@n8n/n8n-nodes-langchain.toolCode' };
		const execution = await run(await prompter('reviewed', {}, [node('Review', 'discordHitlTool', 2, asking), code], { book: 'Review' }), 'reviewed');
		expect(execution).toMatchObject({ status: 'error', error: expect.stringMatching(/"book" is connected through "Review", which waits for a person/) });
	});
});
