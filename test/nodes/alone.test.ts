// Guards against: the three nodes being of no use outside of a call.
import type { INodeExecutionData, INodeParameters } from 'n8n-workflow';
import type { ChatAsk } from '../../runtime/contract/control';
import { type Link, type NodeSpec, type RunOptions, STATE_FOLDER, choicesOf, errorOf, execute, hintsOf, itemsOf, loadPackage, ours, workflowOf } from './engine';
import { Refusal, Spoken, StandInRuntime, WAV } from './stand-in-runtime';

const runtime = new StandInRuntime();

beforeAll(async () => {
	await loadPackage();
	await runtime.start(STATE_FOLDER);
});
afterEach(() => runtime.forget());
afterAll(async () => await runtime.stop());

const START: NodeSpec = { name: 'Start', type: 'test.start' };
async function run(node: NodeSpec, items: INodeExecutionData[], options: RunOptions = {}, more: [NodeSpec[], Link[]] = [[], []]) {
	return await execute(workflowOf([START, node, ...more[0]], [['Start', node.name], ...more[1]]), 'Start', items, options);
}

function wav(field: string, data = WAV): INodeExecutionData {
	return {
		json: {},
		binary: { [field]: { data: data.toString('base64'), mimeType: 'audio/wav', fileName: 'a.wav' } },
	};
}

describe('Transcribe', () => {
	const node = (parameters: INodeParameters = {}): NodeSpec => ({ name: 'Transcribe', type: ours('transcribe'), parameters });
	const TRANSCRIPTION = { text: 'hello', understood: true, confidence: 0.8, durationMs: 1200, computeMs: 40, engine: 'pack:listen', replaced: [] };

	test('every recording, in order', async () => {
		runtime.will('transcriptions', TRANSCRIPTION, { ...TRANSCRIPTION, text: 'there' });
		const result = await run(node({ language: 'en' }), [wav('data'), wav('data', Buffer.from('second'))]);
		expect(itemsOf(result, 'Transcribe')).toEqual([
			{ json: { ...TRANSCRIPTION, language: 'en' }, pairedItem: { item: 0 } },
			{ json: { ...TRANSCRIPTION, text: 'there', language: 'en' }, pairedItem: { item: 1 } },
		]);
		expect(runtime.of('transcriptions')).toEqual([WAV, Buffer.from('second')]);
	});

	test('says who answers: auto is chosen together with the model of the Llama Chat that follows', async () => {
		runtime.will('transcriptions', TRANSCRIPTION);
		runtime.will('chat', new Refusal('VOICE_ERR_MODEL_MISSING'));
		const llama: NodeSpec = { name: 'Llama', type: ours('llamaChat'), parameters: { model: { __rl: true, mode: 'path', value: 'server:brain' } } };
		await run(node(), [wav('data')]);
		await run(node(), [wav('data')], {}, [[llama], [['Transcribe', 'Llama']]]);
		const told = runtime.queries.filter(({ call }) => call === 'transcriptions').map(({ query }) => JSON.parse(query.answeredBy ?? '') as unknown);
		expect(told).toMatchObject([{ chat: null, llamaChat: false }, { chat: { model: 'server:brain' }, llamaChat: true }]);
		expect(runtime.of('chat')).toMatchObject([{ transcribe: { model: 'auto', language: 'en' } }]);
	});

	test('says what is missing', async () => {
		expect(errorOf(await run(node(), [{ json: {} }]))).toMatchObject({ message: expect.stringContaining('neither a caller\'s turn nor a binary field "data"') });
		expect(errorOf(await run(node({ source: 'turn' }), [wav('data')]))).toMatchObject({ message: 'This execution was not started by a caller\'s turn.' });
		expect(runtime.asked).toEqual([]);
	});
});

describe('Orpheus Speak', () => {
	const node = (parameters: INodeParameters = {}): NodeSpec => ({ name: 'Speak', type: ours('orpheusSpeak'), parameters });

	test('makes an audio file', async () => {
		runtime.will('speechFile', new Spoken(WAV, { engine: 'flite', replaced: [] }));
		const [item] = itemsOf(await run(node({ destination: 'file', binaryPropertyName: 'speech', speed: 0.8 }), [{ json: { text: 'Hello.' } }]), 'Speak');
		expect(item?.json).toEqual({ text: 'Hello.', engine: 'flite', voice: '', replaced: [] });
		expect(item?.binary?.speech).toMatchObject({ mimeType: 'audio/wav', fileName: 'speech.wav' });
		expect(Buffer.from(item?.binary?.speech?.data ?? '', 'base64')).toEqual(WAV);
		expect(runtime.of('speechFile')).toMatchObject([{ text: 'Hello.', speak: { engine: 'auto', voice: '', fallbacks: [], speed: 0.8, interruptible: true } }]);
	});

	test('a voice that stood in is named once, however many items it spoke', async () => {
		const replaced = [{ from: 'server:gpu', to: 'flite', code: 'VOICE_ERR_ENGINE_UNREACHABLE', why: 'Nothing listens there.' }];
		runtime.will('speechFile', new Spoken(WAV, { engine: 'flite', replaced }));
		const speaker = node({ engine: 'server:gpu', voice: 'tara', fallbacks: { voice: [{ engine: 'flite', voice: 'slt' }] } });
		const result = await run(speaker, [{ json: { text: 'One.' } }, { json: { text: 'Two.' } }]);
		expect(itemsOf(result, 'Speak').map(({ json }) => json)).toEqual([
			{ text: 'One.', engine: 'flite', voice: 'slt', replaced },
			{ text: 'Two.', engine: 'flite', voice: 'slt', replaced },
		]);
		expect(hintsOf(result, 'Speak')).toEqual(['"flite" replaced the server "gpu" (Nothing listens there).']);
	});

	test('the lists show what the runtime has, and a fallback the voices of its own engine', async () => {
		const voice = (value: string) => ({ value, name: value.toUpperCase() });
		const engine = (value: string, ...voices: object[]) => ({ value, name: value, description: `About ${value}`, voices });
		runtime.will('engines', { transcribe: [], chat: [], speak: [engine('flite', voice('slt')), engine('server:gpu', voice('tara'))] });
		const parameters = { engine: 'server:gpu', voice: '', fallbacks: { voice: [{ engine: 'none', voice: '' }, { engine: 'flite', voice: '' }] } };
		const choices = async (method: string, path: string) => await choicesOf('orpheusSpeak', method, path, parameters);
		expect(await choices('getEngines', 'fallbacks.voice[1].engine')).toEqual([
			{ value: 'flite', name: 'flite', description: 'About flite' },
			{ value: 'server:gpu', name: 'server:gpu', description: 'About server:gpu' },
		]);
		const standard = { name: 'Default', value: '' };
		expect(await choices('getVoices', 'voice')).toEqual([standard, voice('tara')]);
		expect(await choices('getFallbackVoices', 'fallbacks.voice[0].voice')).toEqual([standard]);
		expect(await choices('getFallbackVoices', 'fallbacks.voice[1].voice')).toEqual([standard, voice('slt')]);
	});

	test('the voices of a path on the runtime\'s machine are asked for, also where it is an expression', async () => {
		const kokoro = { value: '/models/kokoro', name: 'kokoro', description: '', voices: [{ value: 'af_heart', name: 'af_heart' }] };
		runtime.will('engines', { transcribe: [], chat: [], speak: [kokoro] });
		for (const engine of ['/models/kokoro', '=/models/kokoro']) {
			expect(await choicesOf('orpheusSpeak', 'getVoices', 'voice', { engine, voice: '' })).toEqual([{ name: 'Default', value: '' }, ...kokoro.voices]);
		}
		expect(runtime.queries.filter(({ call }) => call === 'engines').map(({ query }) => query)).toEqual([{ voicesOf: '/models/kokoro' }, { voicesOf: '/models/kokoro' }]);
	});

	test('run by hand before there is a text, it speaks a sample of the voice, and says so', async () => {
		runtime.will('speechFile', new Spoken(WAV, { engine: 'kokoro', replaced: [] }));
		const result = await run(node({ voice: 'af_heart' }), [{ json: {} }], { mode: 'manual' });
		const [item] = itemsOf(result, 'Speak');
		expect(item?.json).toMatchObject({ sample: true, text: 'Hello, this is Heart. How can I help you today?', voice: 'af_heart' });
		expect(item?.binary?.['data']).toMatchObject({ mimeType: 'audio/wav' });
		expect(hintsOf(result, 'Speak').join()).toContain('spoke a sample');
		expect(runtime.of('speechFile')).toMatchObject([{ speak: { language: 'en' } }]);
		await run(node({ voice: '', language: 'de-AT' }), [{ json: {} }], { mode: 'manual' });
		expect(runtime.of('speechFile')[1]).toMatchObject({ text: 'Wie kann ich Ihnen heute helfen?', speak: { language: 'de-AT' } });
		expect(errorOf(await run(node({ text: '={{ $json.anwser }}' }), [{ json: {} }], { mode: 'manual' })).message).toBe('There is no text to speak.');
	});

	test('an expression that finds nothing is not read aloud as "undefined"', async () => {
		expect(errorOf(await run(node(), [{ json: {} }])).message).toBe('There is no text to speak.');
		expect(errorOf(await run(node({ destination: 'caller' }), [{ json: { text: 'x' } }])).message).toBe('This execution was not started by a caller\'s turn.');
	});
});

describe('Llama Chat', () => {
	const USAGE = { promptTokens: 10, reusedTokens: 4, completionTokens: 3 };
	const says = (text: string, ...toolCalls: object[]) => ({
		text, toolCalls, stopReason: toolCalls.length > 0 ? 'toolCalls' : 'end', usage: USAGE, ttftMs: 5, durationMs: 20, engine: 'server:gpu', replaced: [],
	});
	const calls = (id: string) => ({ id, name: 'look', arguments: { what: id } });

	test('an empty answer is an error with what to do', async () => {
		runtime.will('chat', says(' '));
		const error = errorOf(await run(node(), [{ json: { text: 'hello' } }]));
		expect(error).toMatchObject({ message: "The model's answer is empty.", description: expect.stringMatching(/VOICE_ERR_NO_ANSWER/) });
	});
	const node = (parameters: INodeParameters = {}): NodeSpec => ({
		name: 'Llama',
		type: ours('llamaChat'),
		parameters: {
			instructions: 'Be brief.',
			tools: { workflow: [{ workflowId: { __rl: true, mode: 'id', value: 'wf' }, name: 'look', inputs: { input: [{ name: 'what' }] } }] },
			...parameters,
		},
	});
	const subWorkflow: RunOptions['subWorkflow'] = async (_id, [item]) => ({ executionId: `x-${item?.json.what as string}`, data: [[{ json: { seen: item?.json.what } }]] });
	const PROMPT = [{ json: { text: 'What is there?' } }];

	test('keeps the messages, runs the tools and gives it all out', async () => {
		runtime.will('chat', says('Let me see.', calls('a'), calls('b')), says('Two things.'));
		const [item] = itemsOf(await run(node(), PROMPT, { subWorkflow }), 'Llama');
		expect(item?.json).toMatchObject({
			text: 'Let me see. Two things.',
			stopReason: 'end',
			usage: { promptTokens: 20, reusedTokens: 8, completionTokens: 6 },
			tools: [
				{ name: 'look', arguments: { what: 'a' }, ok: true, result: { seen: 'a' }, executionId: 'x-a' },
				{ name: 'look', arguments: { what: 'b' }, ok: true, result: { seen: 'b' }, executionId: 'x-b' },
			],
		});
		const [first, second] = runtime.of('chat') as ChatAsk[];
		expect(first?.transcribe).toBeNull();
		expect(first?.messages).toEqual([{ role: 'system', content: 'Be brief.' }, { role: 'user', content: 'What is there?' }]);
		expect(first?.tools).toMatchObject([{ name: 'look', parameters: { properties: { what: { type: 'string' } }, required: ['what'] } }]);
		expect(second?.messages.slice(2)).toEqual([
			{ role: 'assistant', content: 'Let me see.', toolCalls: [{ ...calls('a'), result: { seen: 'a' } }, { ...calls('b'), result: { seen: 'b' } }] },
		]);
		expect(item?.json.messages).toEqual([...(second?.messages.slice(1) ?? []), { role: 'assistant', content: 'Two things.', toolCalls: [] }]);
	});

	test('an input with one choice only is given to the workflow, and the model is not asked for it', async () => {
		runtime.will('chat', says('', calls('a')), says('Done.'));
		const seen: unknown[] = [];
		const tools = { workflow: [{ workflowId: { __rl: true, mode: 'id', value: '={{ $workflow.id }}' }, name: 'look', inputs: { input: [{ name: 'tool', choices: 'look' }, { name: 'what' }] } }] };
		itemsOf(
			await run(node({ tools }), PROMPT, {
				subWorkflow: async (id, [item]) => {
					seen.push([id, item?.json]);
					return { executionId: 'x', data: [[{ json: {} }]] };
				},
			}),
			'Llama',
		);
		expect(seen).toEqual([['workflow-1', { tool: 'look', what: 'a' }]]);
		expect((runtime.of('chat') as ChatAsk[])[0]?.tools).toMatchObject([{ parameters: { properties: { what: { type: 'string' } }, required: ['what'] } }]);
		expect((runtime.of('chat') as ChatAsk[])[0]?.tools[0]?.parameters.properties).not.toHaveProperty('tool');
	});

	test('a model that was replaced in any of its answers is told of', async () => {
		const replaced = [{ from: 'server:gpu', to: 'pack:answer', code: 'VOICE_ERR_ENGINE_UNREACHABLE', why: 'Nothing listens there.' }];
		runtime.will('chat', { ...says('', calls('a')), engine: 'pack:answer', replaced }, { ...says('Done.'), engine: 'pack:answer', replaced: [] });
		const result = await run(node(), PROMPT, { subWorkflow });
		expect(itemsOf(result, 'Llama')[0]?.json).toMatchObject({ text: 'Done.', engine: 'pack:answer', replaced });
		expect(hintsOf(result, 'Llama')).toEqual(['The offline pack replaced the server "gpu" (Nothing listens there).']);
	});

	test('its messages can be given back to it', async () => {
		runtime.will('chat', says('Hi!'));
		const before = [{ role: 'user', content: 'Hello' }, { role: 'assistant', content: 'Hi.', toolCalls: [] }];
		for (const messages of [before, JSON.stringify(before)]) {
			runtime.asked.length = 0;
			itemsOf(await run(node({ options: { messages } }), PROMPT), 'Llama');
			expect((runtime.of('chat')[0] as ChatAsk).messages).toEqual([{ role: 'system', content: 'Be brief.' }, ...before, { role: 'user', content: 'What is there?' }]);
		}
		expect(errorOf(await run(node({ options: { messages: '{"role"' } }), PROMPT)).message).toContain('"Options" is not valid: messages');
	});

	test('a model that calls for ever is made to answer, and stopped', async () => {
		runtime.will('chat', says('', calls('a'), calls('b')), says('That is all.'));
		const [item] = itemsOf(await run(node({ options: { maxToolCalls: 1 } }), PROMPT, { subWorkflow }), 'Llama');
		expect(item?.json.tools).toMatchObject([{ ok: true }, { ok: false, result: { code: 'VOICE_ERR_TOOL_LIMIT' } }]);
		expect((runtime.of('chat') as ChatAsk[]).map(({ tools }) => tools.length)).toEqual([1, 0]);
		runtime.will('chat', says('', calls('a')));
		expect(errorOf(await run(node({ options: { maxToolCalls: 1 } }), PROMPT, { subWorkflow })).message).toContain('It only made tool calls, after the 1 that it may make');
	});

	test('a call that cannot be run is given back to the model, which does better', async () => {
		const broken = { ...calls('a'), problem: 'Its arguments cannot be read.' };
		runtime.will('chat', says('', broken, { id: 'b', name: 'quote', arguments: {} }), says('', calls('c')), says('Done.'));
		const [item] = itemsOf(await run(node(), PROMPT, { subWorkflow }), 'Llama');
		expect(item?.json).toMatchObject({
			text: 'Done.',
			tools: [
				{ ok: false, result: { code: 'VOICE_ERR_TOOL_ARGUMENTS' } },
				{ ok: false, result: { code: 'VOICE_ERR_TOOL_UNKNOWN' } },
				{ ok: true, result: { seen: 'c' } },
			],
		});
	});
});

test('the package loads with all its nodes, their icons and codex files, and the credential', async () => {
	const loader = await loadPackage();
	expect(Object.keys(loader.nodeTypes).sort()).toEqual(['llamaChat', 'orpheusSpeak', 'transcribe', 'voiceSessionAction', 'voiceSessionTrigger']);
	for (const { type } of Object.values(loader.nodeTypes)) {
		const { description } = type as unknown as { description: { iconUrl: unknown; codex: unknown } };
		expect(description.iconUrl).toMatchObject({ light: expect.stringMatching(/\.svg$/), dark: expect.stringMatching(/\.dark\.svg$/) });
		expect(description.codex).toMatchObject({ categories: expect.arrayContaining(['AI']) });
	}
	expect(loader.credentialTypes.voiceRuntimeApi?.type.test).toMatchObject({ request: { url: '/v1/health' } });
});
