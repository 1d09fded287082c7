// Guards against: an execution that was begun early for nothing and goes on, fails, tells the caller of a failure, or cannot be told from others.
import type { INodeExecutionData } from 'n8n-workflow';
import type { TurnSpeculation } from '../../runtime/contract/turn';
import { type Link, type NodeSpec, STATE_FOLDER, execute, itemsOf, loadPackage, ours, workflowOf } from './engine';
import { Refusal, SESSION, Spoken, StandInRuntime, TURN, WAV } from './stand-in-runtime';

const runtime = new StandInRuntime();

beforeAll(async () => {
	await loadPackage();
	await runtime.start(STATE_FOLDER);
});
afterEach(() => runtime.forget());
afterAll(async () => await runtime.stop());

const speculation: TurnSpeculation = { mode: 'modelAndVoice', early: true, note: '', began: 1, superseded: 0, tokensThrownAway: 0 };
const EVENT: INodeExecutionData = {
	json: { event: 'turn', sessionId: SESSION, turnId: TURN, turn: 1, heard: 'book it', understood: true, at: '2026-01-01T00:00:00.000Z', durationMs: 900, speculation },
};
const GONE = new Refusal('VOICE_ERR_TURN_SUPERSEDED');
const TRANSCRIPT = { engine: 'pack:listen', replaced: [], text: 'book it', understood: true, confidence: 0.9, lookAhead: true, note: '', timings: {} };
const USAGE = { promptTokens: 10, reusedTokens: 5, completionTokens: 3 };
const DONE = { status: 'done', text: 'Done.', interrupted: false, tools: [], lookAhead: true, note: '', usage: USAGE, timings: {}, engine: 'pack:answer', replaced: [] };

function nodes(more: NodeSpec['more'] = {}): NodeSpec[] {
	return [
		{ name: 'Voice', type: ours('voiceSessionTrigger') },
		{ name: 'Transcribe', type: ours('transcribe'), more },
		{ name: 'Llama', type: ours('llamaChat'), more },
		{ name: 'Speak', type: ours('orpheusSpeak'), more },
		{ name: 'After', type: 'test.between' },
	];
}

async function run(all = nodes(), more: Link[] = []) {
	const links: Link[] = all.slice(1).map((node, index) => [all[index]?.name ?? '', node.name]);
	const result = await execute(workflowOf(all, [...links, ...more]), 'Voice', [EVENT], { mode: 'trigger' });
	const { runData, metadata } = result.data.resultData;
	return { status: result.status, ran: Object.keys(runData), metadata };
}

beforeEach(() => {
	runtime.will('transcript', TRANSCRIPT);
	runtime.will('reply', DONE);
});

test.each([
	['Transcribe', 'transcript'],
	['Llama', 'reply'],
	['Speak', 'speech'],
])('ends in the node that waits (%s), as a success that says so', async (node, call) => {
	runtime.will(call, GONE);
	const { status, ran, metadata } = await run();
	expect([status, ran.at(-1), metadata]).toEqual(['success', node, { voiceTurn: 'superseded' }]);
	expect(runtime.of('failure')).toEqual([]);
});

test.each([{ onError: 'continueRegularOutput' }, { onError: 'continueErrorOutput' }, { retryOnFail: true, waitBetweenTries: 1 }] as const)('whatever the node does about failures: %j', async (more) => {
	runtime.will('reply', GONE);
	const { status, ran, metadata } = await run([...nodes(more), { name: 'On Error', type: 'test.between' }].slice(0, 6), [['Llama', 'On Error', 'main', 1]]);
	expect([status, ran, metadata]).toEqual(['success', ['Voice', 'Transcribe', 'Llama'], { voiceTurn: 'superseded' }]);
	expect(runtime.of('reply')).toHaveLength(1);
});

describe('a node that fails by itself before it has asked for anything', () => {
	const broken = nodes().map((node) => (node.name === 'Llama' ? { ...node, parameters: { options: { maxToolCalls: 'many' } } } : node));

	test('has failed for nobody where the caller goes on', async () => {
		runtime.will('claim', GONE);
		const { status, ran, metadata } = await run(broken);
		expect([status, ran.at(-1), metadata]).toEqual(['success', 'Llama', { voiceTurn: 'superseded' }]);
		expect(runtime.of('failure')).toEqual([]);
	});

	test('fails as ever where the turn counts', async () => {
		const { status } = await run(broken);
		expect(status).toBe('error');
		expect(runtime.of('claim')).toMatchObject([{ executionId: 'execution-1', node: 'Llama' }]);
		expect(runtime.of('failure')).toHaveLength(1);
	});
});

test('run again by hand, it is a replay as of every turn that is over', async () => {
	runtime.will('claim', GONE);
	const all = nodes();
	const links: Link[] = all.slice(1).map((node, index) => [all[index]?.name ?? '', node.name]);
	runtime.will('chat', { text: 'Done.', toolCalls: [], stopReason: 'end', usage: USAGE, ttftMs: 1, durationMs: 2, engine: 'pack:answer', replaced: [] });
	runtime.will('speechFile', new Spoken(WAV, { engine: 'flite', replaced: [] }));
	const result = await execute(workflowOf(all, links), 'Voice', [EVENT], { mode: 'retry' });
	expect(itemsOf(result, 'Speak')[0]?.json).toMatchObject({ replayed: true, text: 'Done.' });
	expect(result.data.resultData.metadata).toBe(undefined);
});
