// Guards against: an execution of a caller's turn that asks the runtime for something else than the workflow shows,
// loses a tool's result, leaves the caller waiting when a node fails, or does not stop when it is stopped.
import { type INodeExecutionData, type INodeParameters, createRunExecutionData } from 'n8n-workflow';
import type { ReplyAsk, SpeechAsk, ToolResultsAsk } from '../../runtime/contract/control';
import { Execution, type Link, type NodeSpec, type RunOptions, STATE_FOLDER, errorOf, execute, hintsOf, itemsOf, loadPackage, ours, workflowOf } from './engine';
import { KEY, Refusal, SESSION, StandInRuntime, TURN } from './stand-in-runtime';

const runtime = new StandInRuntime();

beforeAll(async () => {
	await loadPackage();
	await runtime.start(STATE_FOLDER);
});
afterEach(() => runtime.forget());
afterAll(async () => await runtime.stop());

const EVENT: INodeExecutionData = {
	json: { event: 'turn', sessionId: SESSION, turnId: TURN, turn: 1, heard: 'book it', understood: true, at: '2026-01-01T00:00:00.000Z', durationMs: 900 },
};
const IDS = { sessionId: SESSION, turnId: TURN };
function ASKER(node: string) {
	return { executionId: 'execution-1', node, run: 0, item: 0, request: expect.any(String) };
}
const BY_PACK = { engine: 'pack:listen', replaced: [] };
const BY_FLITE = { engine: 'flite', replaced: [{ from: 'server:gpu', to: 'flite', code: 'VOICE_ERR_ENGINE_UNREACHABLE', why: 'The server "gpu" cannot be reached.' }] };
const TRANSCRIPT = { ...BY_PACK, text: 'book it', understood: true, confidence: 0.9, lookAhead: true, note: '', timings: { eou_delay: 200 } };
const SPEECH = { engine: 'flite', replaced: [], heard: 'Done.', text: 'Done.', interrupted: false, lookAhead: true, note: '', reachedLimit: false, spokenMs: 500, gaps: { count: 0, totalMs: 0, longestMs: 0, causes: {} }, timings: { e2e_latency: 700 } };
const USAGE = { promptTokens: 10, reusedTokens: 5, completionTokens: 3 };
function done(more: object = {}) {
	return {
		status: 'done', text: 'Done.', interrupted: false, tools: [], lookAhead: true, note: '', usage: USAGE, timings: { ttft: 80 }, engine: 'server:gpu', replaced: [], ...more,
	};
}

const TRIGGER: NodeSpec = { name: 'Voice', type: ours('voiceSessionTrigger') };
const TRANSCRIBE: NodeSpec = { name: 'Transcribe', type: ours('transcribe') };
const SPEAK: NodeSpec = { name: 'Speak', type: ours('orpheusSpeak') };
function locator(value: string) {
	return { __rl: true, mode: 'list', value };
}
function llama(parameters: INodeParameters = {}, more: NodeSpec['more'] = {}): NodeSpec {
	return { name: 'Llama', type: ours('llamaChat'), parameters, more };
}

async function run(nodes: NodeSpec[], links: Link[], options: RunOptions = {}) {
	return await execute(workflowOf(nodes, links), 'Voice', [EVENT], { mode: 'webhook', ...options });
}

function chain(...nodes: NodeSpec[]): Link[] {
	return nodes.slice(1).map((node, index) => [nodes[index]?.name ?? '', node.name]);
}

test('the whole turn: transcript, reply, speech, each told what it needs', async () => {
	runtime.will('transcript', TRANSCRIPT);
	runtime.will('reply', done());
	runtime.will('speech', SPEECH);
	const nodes = [
		TRIGGER,
		{ ...TRANSCRIBE, parameters: { hints: 'Alvarez', fallbacks: { model: [{ model: locator('auto') }, {}] } } },
		llama({ instructions: 'Be brief.', model: locator('server:gpu'), fallbacks: { model: [{ model: locator('auto') }] }, options: { temperature: 0.5, maxToolCalls: 2, sayWhenUnclear: 'Pardon?', checkToolInputs: false } }),
		{ ...SPEAK, parameters: { engine: 'server:gpu', voice: 'tara', language: 'en-GB', speed: 1.2, orpheus: { temperature: 0.4 }, fallbacks: { voice: [{ engine: 'kokoro', voice: 'af' }, {}] } } },
	];
	const result = await run(nodes, chain(...nodes));
	expect(itemsOf(result, 'Transcribe')).toEqual([{ json: { ...IDS, ...TRANSCRIPT, language: 'en' }, pairedItem: { item: 0 } }]);
	expect(itemsOf(result, 'Llama')[0]?.json).toEqual({
		...IDS, text: 'Done.', interrupted: false, tools: [], lookAhead: true, note: '', usage: USAGE, timings: { ttft: 80 }, engine: 'server:gpu', replaced: [],
	});
	expect(itemsOf(result, 'Speak')).toEqual([{ json: { ...IDS, ...SPEECH }, pairedItem: { item: 0 } }]);
	const speak = {
		engine: 'server:gpu',
		voice: 'tara',
		// A row that nobody changed is the node's default: n8n does not save those.
		fallbacks: [{ engine: 'kokoro', voice: 'af' }, { engine: 'auto', voice: '' }],
		orpheus: { model: 'auto', decoder: 'auto', temperature: 0.4, topP: 0.9, topK: 40, repetitionPenalty: 1.1 },
		language: 'en-GB',
		speed: 1.2,
		callerNeedsTime: false,
		longestSpeech: 60,
		interruptible: true,
	};
	expect(runtime.asked).toEqual([
		{ call: 'transcript', body: { ...ASKER('Transcribe'), settings: { model: 'auto', fallbacks: ['auto', 'auto'], language: 'en', hints: ['Alvarez'] } } },
		{
			call: 'reply',
			body: {
				...ASKER('Llama'),
				prompt: 'book it',
				understood: true,
				instructions: 'Be brief.',
				sayWhenUnclear: 'Pardon?',
				chat: { model: 'server:gpu', fallbacks: ['auto'], sampling: { temperature: 0.5, topP: 0.9, topK: 40, maxTokens: 256 } },
				tools: [],
				maxToolCalls: 2,
				checkInputs: false,
				speak,
				speakNote: '',
				tellsOfTools: true,
			},
		},
		{ call: 'speech', body: { ...ASKER('Speak'), text: 'Done.', speak, waitForEnd: true } },
	]);
});

test('an engine that was replaced is in the output, and the editor says why', async () => {
	runtime.will('transcript', { ...TRANSCRIPT, ...BY_FLITE, engine: 'pack:listen' });
	runtime.will('reply', done(BY_FLITE));
	runtime.will('speech', { ...SPEECH, ...BY_FLITE });
	const nodes = [TRIGGER, TRANSCRIBE, llama(), SPEAK];
	const result = await run(nodes, chain(...nodes));
	for (const name of ['Transcribe', 'Llama', 'Speak']) expect(itemsOf(result, name)[0]?.json.replaced).toEqual(BY_FLITE.replaced);
	expect(hintsOf(result, 'Transcribe')).toEqual(['The offline pack replaced the server "gpu" (The server "gpu" cannot be reached).']);
	expect(hintsOf(result, 'Llama')).toEqual(['"flite" replaced the server "gpu" (The server "gpu" cannot be reached).']);
	expect(hintsOf(result, 'Speak')).toEqual(hintsOf(result, 'Llama'));
	runtime.will('speech', SPEECH);
	expect(hintsOf(await run([TRIGGER, SPEAK], chain(TRIGGER, SPEAK)), 'Speak')).toEqual([]);
});

test('a node in between that replaces the item does not lose the turn', async () => {
	runtime.will('speech', SPEECH);
	const set: NodeSpec = { name: 'Other words', type: 'test.replace' };
	const workflow = workflowOf([TRIGGER, set, SPEAK], [['Voice', 'Other words'], ['Other words', 'Speak']]);
	const run = await execute(workflow, 'Voice', [EVENT], { mode: 'webhook' });
	expect(itemsOf(run, 'Speak')[0]?.json).toMatchObject(IDS);
	expect(runtime.of('speech')).toMatchObject([{ text: 'other words' }]);
});

describe('look-ahead to the voice', () => {
	const ask = async (nodes: NodeSpec[], links: Link[]): Promise<ReplyAsk> => {
		runtime.will('reply', done());
		runtime.will('speech', SPEECH);
		itemsOf(await run(nodes, links), 'Llama');
		return runtime.of('reply')[0] as ReplyAsk;
	};

	test.each<[string, NodeSpec[], Link[], RegExp]>([
		['no Orpheus Speak', [TRIGGER, llama()], [['Voice', 'Llama']], /No Orpheus Speak/],
		['another text', [TRIGGER, llama(), { ...SPEAK, parameters: { text: '={{ $json.text + "!" }}' } }], [['Voice', 'Llama'], ['Llama', 'Speak']], /different text/],
		['a computed voice', [TRIGGER, llama(), { ...SPEAK, parameters: { voice: '={{ "s" + "lt" }}' } }], [['Voice', 'Llama'], ['Llama', 'Speak']], /"voice" of "Speak" is an expression/],
		['a computed language', [TRIGGER, llama(), { ...SPEAK, parameters: { language: '={{ "f" + "r" }}' } }], [['Voice', 'Llama'], ['Llama', 'Speak']], /"language" of "Speak" is an expression/],
		['a computed fallback', [TRIGGER, llama(), { ...SPEAK, parameters: { fallbacks: { voice: [{ engine: '={{ "flite" }}', voice: '' }] } } }], [['Voice', 'Llama'], ['Llama', 'Speak']], /"fallbacks" of "Speak" is an expression/],
		['a computed setting of Orpheus', [TRIGGER, llama(), { ...SPEAK, parameters: { orpheus: { topK: '={{ 20 + 20 }}' } } }], [['Voice', 'Llama'], ['Llama', 'Speak']], /"orpheus" of "Speak" is an expression/],
		['a node in between', [TRIGGER, llama(), { name: 'If', type: 'test.between' }, SPEAK], [['Voice', 'Llama'], ['Llama', 'If'], ['If', 'Speak']], /is between/],
		['two voices', [TRIGGER, llama(), SPEAK, { ...SPEAK, name: 'Speak 2' }], [['Voice', 'Llama'], ['Llama', 'Speak'], ['Llama', 'Speak 2']], /Several/],
		['a file', [TRIGGER, llama(), { ...SPEAK, parameters: { destination: 'file' } }], [['Voice', 'Llama']], /No Orpheus Speak/],
		['one that is switched off', [TRIGGER, llama(), { ...SPEAK, more: { disabled: true } }], [['Voice', 'Llama'], ['Llama', 'Speak']], /No Orpheus Speak/],
	])('%s: none, and the node says why', async (_name, nodes, links, note) => {
		expect(await ask(nodes, links)).toMatchObject({ speak: null, speakNote: expect.stringMatching(note) });
	});

	test('a voice that no list has is typed in as a text, and is the same to Llama Chat and to its own node', async () => {
		const speak = { ...SPEAK, parameters: { engine: '=/voices/kokoro', voice: '=af', fallbacks: { voice: [{ engine: '=server:gpu', voice: '' }] } } };
		const expected = { engine: '/voices/kokoro', voice: 'af', fallbacks: [{ engine: 'server:gpu', voice: '' }] };
		expect(await ask([TRIGGER, llama(), speak], [['Voice', 'Llama'], ['Llama', 'Speak']])).toMatchObject({ speak: expected, speakNote: '' });
		expect(runtime.of('speech')).toMatchObject([{ speak: expected }]);
	});
});

describe('tools', () => {
	const ROW = {
		workflowId: { __rl: true, mode: 'list', value: 'wf-book' },
		name: 'book_appointment',
		description: 'Books it.',
		inputs: { input: [{ name: 'day', type: 'string', description: 'YYYY-MM-DD' }, { name: 'kind', type: 'string', choices: 'dentist, haircut', required: false }] },
		sayWhileRunning: 'One moment.',
	};
	const call = (id: string, name: string, args: object) => ({ id, name, arguments: args });
	const asks = (...calls: object[]) => ({ status: 'toolCalls', calls });
	const nodes = (parameters: INodeParameters): NodeSpec[] => [TRIGGER, llama(parameters)];
	const LINKS: Link[] = [['Voice', 'Llama']];
	const results = (): ToolResultsAsk[] => runtime.of('toolResults') as ToolResultsAsk[];

	test('a sibling workflow runs once with its inputs, and its item is the result', async () => {
		const ran: unknown[] = [];
		const record = { call: call('c1', 'book_appointment', { day: '2026-03-02' }), result: { id: 'c1', ok: true, result: { booked: true }, durationMs: 12.4, executionId: '77' } };
		runtime.will('reply', asks(call('c1', 'book_appointment', { day: '2026-03-02' })));
		runtime.will('toolResults', done({ tools: [record] }));
		const result = await run(nodes({ tools: { workflow: [ROW] } }), LINKS, {
			subWorkflow: async (id, items, parent) => {
				ran.push({ id, items, parent });
				return { executionId: '77', data: [[{ json: { booked: true } }]] };
			},
		});
		expect(itemsOf(result, 'Llama')[0]?.json.tools).toEqual([
			{ name: 'book_appointment', arguments: { day: '2026-03-02' }, ok: true, result: { booked: true }, durationMs: 12, executionId: '77' },
		]);
		expect(ran).toEqual([
			{ id: 'wf-book', items: [{ json: { day: '2026-03-02' } }], parent: expect.objectContaining({ executionId: 'execution-1', workflowId: 'workflow-1' }) },
		]);
		expect(runtime.of('reply')).toMatchObject([
			{
				tools: [
					{
						name: 'book_appointment',
						description: 'Books it.',
						sayWhileRunning: 'One moment.',
						parameters: {
							type: 'object',
							properties: { day: { type: 'string', description: 'YYYY-MM-DD' }, kind: { type: 'string', enum: ['dentist', 'haircut'] } },
							required: ['day'],
						},
					},
				],
			},
		]);
		expect(results()).toEqual([
			{ ...ASKER('Llama'), results: [{ id: 'c1', ok: true, result: { booked: true }, durationMs: expect.any(Number), executionId: '77' }] },
		]);
	});

	test('the runtime is told that tools run for as long as they do, and not longer', async () => {
		runtime.will('reply', asks(call('c1', 'book_appointment', { day: 'x' })));
		const over = new Promise<void>((resolve) => (runtime.toolsNotRunning = resolve));
		runtime.will('toolResults', done());
		const told: number[] = [];
		itemsOf(
			await run(nodes({ tools: { workflow: [ROW] } }), LINKS, {
				subWorkflow: async () => {
					while (runtime.of('toolsRunning').length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
					told.push(results().length);
					return { executionId: '77', data: [[{ json: { booked: true } }]] };
				},
			}),
			'Llama',
		);
		await over;
		expect(told).toEqual([0]);
		expect(runtime.of('reply')).toMatchObject([{ tellsOfTools: true }]);
		expect(runtime.of('toolsRunning')).toMatchObject([ASKER('Llama')]);
	});

	test('several calls at once, and round after round', async () => {
		runtime.will('reply', asks(call('c1', 'book_appointment', { day: 'a' }), call('c2', 'book_appointment', { day: 'b' })));
		runtime.will('toolResults', asks(call('c3', 'book_appointment', { day: 'c' })), done());
		const both = new Set<string>();
		let letBothEnd = (): void => undefined;
		const bothRunning = new Promise<void>((resolve) => (letBothEnd = resolve));
		itemsOf(
			await run(nodes({ tools: { workflow: [ROW] } }), LINKS, {
				subWorkflow: async (_id, [item]) => {
					const day = item?.json.day as string;
					both.add(day);
					if (both.size === 2) letBothEnd();
					await bothRunning;
					return { executionId: day, data: [[{ json: { day } }, { json: { more: 1 } }]] };
				},
			}),
			'Llama',
		);
		expect(results().map((ask) => ask.results.map(({ id, result }) => ({ id, result })))).toEqual([
			[{ id: 'c1', result: [{ day: 'a' }, { more: 1 }] }, { id: 'c2', result: [{ day: 'b' }, { more: 1 }] }],
			[{ id: 'c3', result: [{ day: 'c' }, { more: 1 }] }],
		]);
	});

	test.each([
		['is not published', { day: 'x' }, async () => Promise.reject(new Error('Workflow is not active and cannot be executed.')), 'VOICE_ERR_TOOL_FAILED', /not active/],
		['lacks an input', {}, async () => ({ executionId: '1', data: [[]] }), 'VOICE_ERR_TOOL_ARGUMENTS', /day is not valid: Required/],
		['gets a choice that is none', { day: 'x', kind: 'tattoo' }, async () => ({ executionId: '1', data: [[]] }), 'VOICE_ERR_TOOL_ARGUMENTS', /kind is not valid/],
	])('a workflow that %s is a result, not the end of the turn', async (_name, args, subWorkflow, code, message) => {
		runtime.will('reply', asks(call('c1', 'book_appointment', args)));
		runtime.will('toolResults', done());
		itemsOf(await run(nodes({ tools: { workflow: [ROW] } }), LINKS, { subWorkflow }), 'Llama');
		expect(results()[0]?.results).toMatchObject([{ id: 'c1', ok: false, result: { code, error: expect.stringMatching(message) } }]);
		expect(runtime.of('failure')).toEqual([]);
	});

	test('a workflow that hangs is told so after its time limit', async () => {
		runtime.will('reply', asks(call('c1', 'book_appointment', { day: 'x' })));
		runtime.will('toolResults', done());
		itemsOf(await run(nodes({ tools: { workflow: [{ ...ROW, timeLimit: 1 }] } }), LINKS, { subWorkflow: async () => await new Promise(() => undefined) }), 'Llama');
		expect(results()[0]?.results).toMatchObject([{ ok: false, result: { code: 'VOICE_ERR_TOOL_TIMEOUT' } }]);
	});

	describe('a workflow that waits', () => {
		const waits = async () => await Promise.resolve({ executionId: '77', data: [[{ json: { asked: 'the boss' } }]], waitTill: new Date() });
		const stored = (more: object) => createRunExecutionData(more);
		const answer = { lastNodeExecuted: 'Last', runData: { Last: [{ data: { main: [[], [{ json: { approved: true } }]] } }] } };
		const first = async (options: RunOptions, row: object = {}) => {
			runtime.will('reply', asks(call('c1', 'book_appointment', { day: 'x' })));
			runtime.will('toolResults', done());
			const result = await run(nodes({ tools: { workflow: [{ ...ROW, ...row }] } }), LINKS, { subWorkflow: waits, ...options });
			itemsOf(result, 'Llama');
			return { result, given: results()[0]?.results[0] };
		};

		test('is waited for: what it gives in the end is the result, and this execution does not wait', async () => {
			const looks = [
				stored({ resultData: answer, waitTill: new Date() }),
				// n8n saves this one's progress: a node is still to come.
				stored({ resultData: answer, executionData: { nodeExecutionStack: [{ node: {}, data: {}, source: null }] } }),
			];
			const parents: unknown[] = [];
			const { result, given } = await first({
				subWorkflow: async (_id, _items, parent) => {
					parents.push(parent);
					return await waits();
				},
				stored: () => looks.shift() ?? stored({ resultData: answer }),
			});
			expect(given).toMatchObject({ id: 'c1', ok: true, result: { approved: true }, executionId: '77' });
			expect(looks).toEqual([]);
			expect(result).toMatchObject({ status: 'success' });
			expect(result.waitTill).toBeUndefined();
			expect(parents).toMatchObject([{ executionId: 'execution-1', shouldResume: false }]);
		});

		test('and then fails, fails with its own words', async () => {
			const { given } = await first({ stored: () => stored({ resultData: { runData: {}, error: new Error('The boss said no.') } }) });
			expect(given).toMatchObject({ ok: false, result: { code: 'VOICE_ERR_TOOL_FAILED', error: 'The boss said no.' } });
		});

		test('and of which n8n keeps nothing, has no result, and says why', async () => {
			const { given } = await first({ stored: () => undefined });
			expect(given).toMatchObject({ ok: false, result: { code: 'VOICE_ERR_TOOL_UNSAVED' } });
		});

		test('for longer than its time limit is pending, and its result is given later', async () => {
			let over = false;
			const { given } = await first({ stored: () => stored({ resultData: answer, ...(over ? {} : { waitTill: new Date() }) }) }, { timeLimit: 1 });
			expect(given).toMatchObject({ id: 'c1', ok: false, pending: true, result: { status: 'still running', code: 'VOICE_ERR_TOOL_TIMEOUT' } });
			expect(runtime.of('lateResults')).toEqual([]);
			over = true;
			await runtime.until('lateResults');
			expect(runtime.of('lateResults')).toMatchObject([{ ...ASKER('Llama'), results: [{ id: 'c1', ok: true, result: { approved: true }, executionId: '77' }] }]);
		});
	});

	test('a connected tool that would put this execution to wait fails, and the execution goes on', async () => {
		runtime.will('reply', asks(call('c1', 'Approval', {})));
		runtime.will('toolResults', done());
		const tool: NodeSpec = { name: 'Approval', type: 'test.approvalTool', parameters: { toolDescription: 'Asks the boss' } };
		const result = await run([TRIGGER, llama(), tool], [['Voice', 'Llama'], ['Approval', 'Llama', 'ai_tool']]);
		expect(itemsOf(result, 'Llama')).toHaveLength(1);
		expect(result.waitTill).toBeUndefined();
		expect(results()[0]?.results).toMatchObject([{ id: 'c1', ok: false, result: { error: expect.stringContaining('this execution cannot wait') } }]);
	});

	test('a connected tool that sends and waits is refused before the model is asked', async () => {
		const tool: NodeSpec = { name: 'Approval', type: 'test.approvalTool', parameters: { operation: 'sendAndWait' } };
		const error = errorOf(await run([TRIGGER, llama(), tool], [['Voice', 'Llama'], ['Approval', 'Llama', 'ai_tool']]));
		expect(error).toMatchObject({ message: expect.stringContaining('"Approval" sends a message and waits'), description: expect.stringMatching(/Workflow Tools.*VOICE_ERR_TOOL_WAITS/) });
		expect(runtime.of('reply')).toEqual([]);
	});

	test('a connected n8n tool is described to the model and called', async () => {
		runtime.will('reply', asks(call('c1', 'Weather', { city: 'Oslo' }), call('c2', 'Weather', { city: 'Atlantis' }), call('c3', 'Weather', {})));
		runtime.will('toolResults', done());
		const tool: NodeSpec = { name: 'Weather', type: 'test.weatherTool', parameters: { city: '={{ $fromAI("city", "Where", "string") }}', toolDescription: 'Tells the weather' } };
		itemsOf(await run([TRIGGER, llama(), tool], [['Voice', 'Llama'], ['Weather', 'Llama', 'ai_tool']]), 'Llama');
		expect(runtime.of('reply')).toMatchObject([
			{ tools: [{ name: 'Weather', parameters: { type: 'object', properties: { city: { type: 'string', description: 'Where' } }, required: ['city'] } }] },
		]);
		expect(results()[0]?.results).toMatchObject([
			{ id: 'c1', ok: true, result: { city: 'Oslo', degrees: 21 } },
			{ id: 'c2', ok: false, result: { error: expect.stringContaining('no such city') } },
			{ id: 'c3', ok: false, result: { code: 'VOICE_ERR_TOOL_ARGUMENTS' } },
		]);
	});

	const textTool = (answer: string): [NodeSpec[], Link[]] => [[TRIGGER, llama(), { name: 'Look', type: 'test.textTool', parameters: { city: answer } }], [['Voice', 'Llama'], ['Look', 'Llama', 'ai_tool']]];

	test.each<[string, string, unknown]>([
		['an account number alone', '12345678901234567890', '12345678901234567890'],
		['a number with a nought', '0049', '0049'],
		['one in an object', '{"account": 12345678901234567890, "balance": 12.5}', { account: '12345678901234567890', balance: 12.5 }],
		['one in a list', '[{"ids": [9007199254740993, 7]}]', { ids: ['9007199254740993', 7] }],
		['a word', 'true', 'true'],
		['a sentence', '{not JSON}', '{not JSON}'],
	])('a connected tool\'s answer keeps every digit: %s', async (_what, answer, result) => {
		runtime.will('reply', asks(call('c1', 'Look', { count: 1 })));
		runtime.will('toolResults', done());
		itemsOf(await run(...textTool(answer)), 'Llama');
		expect(results()[0]?.results).toMatchObject([{ ok: true, result }]);
	});

	test('inputs of mildly wrong types are put right, for workflows and for connected tools', async () => {
		runtime.will('reply', asks(call('c1', 'Look', { count: '2', note: null }), call('c2', 'Look', { count: 'two' })));
		runtime.will('toolResults', done());
		itemsOf(await run(...textTool('')), 'Llama');
		expect(results()[0]?.results).toMatchObject([{ result: { count: 2 } }, { result: { count: 'two' } }]);
		const ran: unknown[] = [];
		runtime.asked.length = 0;
		runtime.will('reply', asks(call('c1', 'book_appointment', { day: 5, kind: 'DENTIST' }), call('c2', 'book_appointment', { day: 'x', kind: null })));
		runtime.will('toolResults', done());
		itemsOf(await run(nodes({ tools: { workflow: [ROW] } }), LINKS, { subWorkflow: async (_id, [item]) => ({ executionId: `${ran.push(item?.json)}`, data: [[]] }) }), 'Llama');
		expect(ran).toEqual([{ day: '5', kind: 'dentist' }, { day: 'x' }]);
	});

	test('a result of 2.5 MB goes to the model as its first rows, and the editor says so', async () => {
		const rows = Array.from({ length: 30_000 }, (_, id) => ({ id, name: `Customer ${id}`, note: 'x'.repeat(50) }));
		runtime.will('reply', asks(call('c1', 'book_appointment', { day: 'x' })));
		runtime.will('toolResults', done());
		const result = await run(nodes({ tools: { workflow: [ROW] } }), LINKS, { subWorkflow: async () => ({ executionId: '1', data: [rows.map((json) => ({ json }))] }) });
		const [given] = results()[0]?.results ?? [];
		expect(JSON.stringify(given).length).toBeLessThan(9000);
		expect(given).toMatchObject({ ok: true, result: expect.arrayContaining([rows[0], rows[9], expect.stringMatching(/^and 29,9\d\d more$/)]) });
		expect(hintsOf(result, 'Llama')).toEqual([expect.stringMatching(/^The tool "book_appointment" gave 2,\d\d\d,\d\d\d characters\. The model reads only the first rows/)]);
	});

	test.each<[string, INodeParameters, RegExp]>([
		['two of one name', { tools: { workflow: [ROW, ROW] } }, /Two tools are named/],
		['a name no model can write', { tools: { workflow: [{ ...ROW, name: 'book it' }] } }, /is not a valid tool name/],
	])('%s: the node fails before the model is asked', async (_name, parameters, message) => {
		const error = errorOf(await run(nodes(parameters), LINKS));
		expect(error.message).toMatch(message);
		expect(error.description).toMatch(/VOICE_ERR_BAD_REQUEST/);
		expect(runtime.asked.map(({ call }) => call)).toEqual(['failure']);
	});
});

describe('when a node fails', () => {
	test('the caller is told at once, and the editor shows what to do', async () => {
		runtime.will('transcript', new Refusal('VOICE_ERR_MODEL_MISSING', 'There is no model /models/none.'));
		const error = errorOf(await run([TRIGGER, TRANSCRIBE], chain(TRIGGER, TRANSCRIBE)));
		expect(error).toMatchObject({ message: 'There is no model /models/none.', description: expect.stringMatching(/Check the model's path.*\(VOICE_ERR_MODEL_MISSING\)/) });
		expect(runtime.of('failure')).toEqual([{ ...ASKER('Transcribe'), code: 'VOICE_ERR_MODEL_MISSING', message: 'There is no model /models/none.', tries: 1, retryAfterMs: 0 }]);
	});

	test.each(['VOICE_ERR_TURN_ENDED', 'VOICE_ERR_TURN_CLAIMED', 'VOICE_ERR_TURN_UNKNOWN'] as const)('%s is not reported back: the runtime said it', async (code) => {
		runtime.will('speech', new Refusal(code));
		errorOf(await run([TRIGGER, SPEAK], chain(TRIGGER, SPEAK)));
		expect(runtime.of('failure')).toEqual([]);
	});

	test('and it is set to continue, the error comes out as data and the turn may go on', async () => {
		runtime.will('reply', new Refusal('VOICE_ERR_INFERENCE_LOST'));
		runtime.will('speech', SPEECH);
		const speak = { ...SPEAK, parameters: { text: '={{ $json.error ? "Sorry." : "" }}' } };
		const nodes = [TRIGGER, llama({}, { onError: 'continueRegularOutput' }), speak];
		const result = await run(nodes, chain(...nodes));
		expect(itemsOf(result, 'Llama')[0]?.json).toMatchObject({ ...IDS, error: { code: 'VOICE_ERR_INFERENCE_LOST' } });
		expect(runtime.of('speech')).toMatchObject([{ text: 'Sorry.' }]);
		expect(runtime.of('failure')).toEqual([]);
	});

	const ERROR = { code: 'VOICE_ERR_BUSY', message: 'Refused by the test.', remedy: expect.stringMatching(/./) };

	test.each<[string, NodeSpec[]]>([['', []], [', also where a node in between has replaced the item', [{ name: 'Other words', type: 'test.replace' }]]])(
		'the error output gets it where the node has one, with what came in%s',
		async (_name, between) => {
			runtime.will('transcript', new Refusal('VOICE_ERR_BUSY'));
			const nodes = [TRIGGER, ...between, { ...TRANSCRIBE, more: { onError: 'continueErrorOutput' } as const }];
			const result = await run(nodes, chain(...nodes));
			expect(itemsOf(result, 'Transcribe', 0)).toEqual([]);
			const cameIn = between.length > 0 ? { text: 'other words' } : EVENT.json;
			expect(itemsOf(result, 'Transcribe', 1).map(({ json }) => json)).toEqual([{ ...cameIn, ...IDS, error: ERROR }]);
			expect(runtime.of('failure')).toEqual([]);
		},
	);

	test('one that was saved before there was an error output, and continues, gives the error out as data', async () => {
		runtime.will('transcript', new Refusal('VOICE_ERR_BUSY'));
		const result = await run([TRIGGER, { ...TRANSCRIBE, more: { continueOnFail: true } }], chain(TRIGGER, TRANSCRIBE));
		expect(itemsOf(result, 'Transcribe').map(({ json }) => json)).toEqual([{ ...IDS, error: ERROR }]);
		expect(runtime.of('failure')).toEqual([]);
	});

	test('for one of several items: the others go on', async () => {
		runtime.will('speech', SPEECH, new Refusal('VOICE_ERR_BUSY'), SPEECH);
		const speak = { ...SPEAK, more: { onError: 'continueErrorOutput' } as const };
		const workflow = workflowOf([TRIGGER, speak], chain(TRIGGER, speak));
		const result = await execute(workflow, 'Voice', [EVENT, EVENT, EVENT], { mode: 'webhook' });
		expect(itemsOf(result, 'Speak', 0)).toHaveLength(2);
		expect(itemsOf(result, 'Speak', 1)).toMatchObject([{ json: { ...IDS, error: ERROR } }]);
	});

	const RETRY = { retryOnFail: true, waitBetweenTries: 1 };

	test.each<[string, NodeSpec['more'], number, number]>([
		['three times', { ...RETRY, maxTries: 3 }, 3, 1],
		['three times where nothing else is said', { ...RETRY }, 3, 1],
		['five times at most', { ...RETRY, maxTries: 9 }, 5, 1],
		['twice at least', { ...RETRY, maxTries: 1 }, 2, 1],
		['once without the setting, whatever its number', { maxTries: 4 }, 1, 0],
	])('n8n tries it %s, and the runtime is told so each time', async (_name, more, tries, retryAfterMs) => {
		runtime.will('transcript', new Refusal('VOICE_ERR_BUSY'));
		errorOf(await run([TRIGGER, { ...TRANSCRIBE, more }], chain(TRIGGER, TRANSCRIBE)));
		const failure = { ...ASKER('Transcribe'), code: 'VOICE_ERR_BUSY', message: 'Refused by the test.', tries, retryAfterMs };
		expect(runtime.of('failure')).toEqual(Array(tries).fill(failure));
	});

	test.each(['continueRegularOutput', 'continueErrorOutput'] as const)('%s: n8n tries it as often, and a later try that does well is all that comes out', async (onError) => {
		runtime.will('transcript', new Refusal('VOICE_ERR_BUSY'), new Refusal('VOICE_ERR_BUSY'), TRANSCRIPT);
		const result = await run([TRIGGER, { ...TRANSCRIBE, more: { ...RETRY, onError } }], chain(TRIGGER, TRANSCRIBE));
		expect(itemsOf(result, 'Transcribe').map(({ json }) => json)).toEqual([{ ...IDS, ...TRANSCRIPT, language: 'en' }]);
		expect(runtime.of('transcript')).toEqual(Array(3).fill({ ...ASKER('Transcribe'), settings: expect.anything() }));
		expect(runtime.of('failure')).toEqual([]);
	});

	test('in a loop each round is a run of its own', async () => {
		runtime.will('speech', SPEECH);
		const workflow = workflowOf([TRIGGER, { name: 'A', type: 'test.between' }, { name: 'B', type: 'test.between' }, SPEAK], [['Voice', 'A'], ['Voice', 'B'], ['A', 'Speak'], ['B', 'Speak']]);
		itemsOf(await execute(workflow, 'Voice', [EVENT], { mode: 'webhook' }), 'Speak');
		expect((runtime.of('speech') as SpeechAsk[]).map(({ run: round, item }) => [round, item])).toEqual([[0, 0], [1, 0]]);
	});

	test('a bad expression is a mistake in the node, and its last try is told', async () => {
		const speak = { ...SPEAK, parameters: { text: '={{ $("Nowhere").item.json.text }}' }, more: { ...RETRY, maxTries: 2 } };
		const error = errorOf(await run([TRIGGER, speak], chain(TRIGGER, speak)));
		expect(error.description).toMatch(/VOICE_ERR_BAD_REQUEST/);
		expect(runtime.of('failure')).toMatchObject(Array(2).fill({ code: 'VOICE_ERR_BAD_REQUEST', tries: 2 }));
		const goesOn = { ...speak, more: { onError: 'continueErrorOutput' } as const };
		const items = itemsOf(await run([TRIGGER, goesOn], chain(TRIGGER, goesOn)), 'Speak', 1);
		expect(items).toMatchObject([{ json: { ...IDS, error: { code: 'VOICE_ERR_BAD_REQUEST', message: expect.stringMatching(/Referenced node/), remedy: expect.not.stringMatching(/bug/) } } }]);
	});
});

test('a stopped execution hangs up on the runtime', async () => {
	runtime.will('speech', new Promise(() => undefined));
	const execution = new Execution(workflowOf([TRIGGER, SPEAK], chain(TRIGGER, SPEAK)), 'Voice', [EVENT], { mode: 'webhook' });
	await runtime.until('speech');
	execution.cancel();
	await execution.done;
	await runtime.until('failure');
	expect(runtime.abandoned).toEqual(['speech']);
	expect(runtime.of('failure')).toMatchObject([{ code: 'VOICE_ERR_CANCELLED' }]);
});

test('a stopped execution is told as one, though its node would go on', async () => {
	runtime.will('speech', new Promise(() => undefined));
	const speak = { ...SPEAK, more: { onError: 'continueRegularOutput' } as const };
	const execution = new Execution(workflowOf([TRIGGER, speak], chain(TRIGGER, speak)), 'Voice', [EVENT], { mode: 'webhook' });
	await runtime.until('speech');
	execution.cancel();
	await execution.done;
	await runtime.until('failure');
	expect(runtime.of('failure')).toMatchObject([{ code: 'VOICE_ERR_CANCELLED' }]);
});

test('the credential\'s runtime is used where there is one', async () => {
	runtime.will('speech', SPEECH);
	const credentials = { voiceRuntimeApi: { id: '1', name: 'Elsewhere' } };
	const speak = { ...SPEAK, more: { credentials } };
	const elsewhere = await run([TRIGGER, speak], chain(TRIGGER, speak), { credential: { url: 'http://127.0.0.1:9', apiKey: 'k'.repeat(40) } });
	expect(errorOf(elsewhere)).toMatchObject({ message: expect.stringContaining('http://127.0.0.1:9 cannot be reached (nothing is listening there)'), description: expect.stringContaining('VOICE_ERR_RUNTIME_UNREACHABLE') });
	const here = await run([TRIGGER, speak], chain(TRIGGER, speak), { credential: { url: runtime.url, apiKey: KEY } });
	expect(itemsOf(here, 'Speak')).toHaveLength(1);
});
