// Guards against: a turn that is over and cannot be run again. Somebody who builds a workflow pins it, opens an old execution
// in the editor, retries a failed one or runs node by node; only a call that is under way must be left to the runtime.
import type { INodeExecutionData, INodeParameters, WorkflowExecuteMode } from 'n8n-workflow';
import type { ChatAsk } from '../../runtime/contract/control';
import { type Link, type NodeSpec, type RunOptions, STATE_FOLDER, errorOf, execute, hintsOf, itemsOf, loadPackage, ours, workflowOf } from './engine';
import { Refusal, SESSION, Spoken, StandInRuntime, TURN, WAV } from './stand-in-runtime';

const runtime = new StandInRuntime();

beforeAll(async () => {
	await loadPackage();
	await runtime.start(STATE_FOLDER);
});
afterEach(() => runtime.forget());
afterAll(async () => await runtime.stop());

const IDS = { sessionId: SESSION, turnId: TURN };
const TURN_ITEM: INodeExecutionData = {
	json: { event: 'turn', ...IDS, turn: 1, heard: 'book it', understood: true, language: 'de', at: '2026-01-01T00:00:00.000Z', durationMs: 900 },
};
const AUDIO = { audio: { data: WAV.toString('base64'), mimeType: 'audio/wav', fileName: 'utterance.wav' } };
const BY = { engine: 'x', replaced: [] };
const USAGE = { promptTokens: 10, reusedTokens: 0, completionTokens: 3 };
const REPLY = { text: 'Booked.', toolCalls: [], stopReason: 'end', usage: USAGE, ttftMs: 5, durationMs: 20, ...BY };
const TRANSCRIPTION = { text: 'look it', understood: true, confidence: 0.7, durationMs: 900, computeMs: 40, ...BY };

const TRIGGER: NodeSpec = { name: 'Voice', type: ours('voiceSessionTrigger') };
const TRANSCRIBE: NodeSpec = { name: 'Transcribe', type: ours('transcribe') };
const LLAMA: NodeSpec = { name: 'Llama', type: ours('llamaChat') };
const SPEAK: NodeSpec = { name: 'Speak', type: ours('orpheusSpeak') };

async function run(nodes: NodeSpec[], item: INodeExecutionData = TURN_ITEM, options: RunOptions = { mode: 'manual' }) {
	const links: Link[] = nodes.slice(1).map((node, index) => [nodes[index]?.name ?? '', node.name]);
	return await execute(workflowOf(nodes, links), nodes[0]?.name ?? '', [item], options);
}

function over(code: 'VOICE_ERR_TURN_UNKNOWN' | 'VOICE_ERR_TURN_CLAIMED' = 'VOICE_ERR_TURN_UNKNOWN'): void {
	runtime.will('claim', new Refusal(code));
	runtime.will('chat', REPLY);
	runtime.will('speechFile', new Spoken(WAV, BY));
	runtime.will('transcriptions', TRANSCRIPTION);
}

const REPLAYS: Array<[WorkflowExecuteMode, 'VOICE_ERR_TURN_UNKNOWN' | 'VOICE_ERR_TURN_CLAIMED']> = [
	['manual', 'VOICE_ERR_TURN_UNKNOWN'],
	['manual', 'VOICE_ERR_TURN_CLAIMED'],
	['retry', 'VOICE_ERR_TURN_UNKNOWN'],
	['retry', 'VOICE_ERR_TURN_CLAIMED'],
	['evaluation', 'VOICE_ERR_TURN_UNKNOWN'],
];

test.each(REPLAYS)('%s, %s: the whole turn runs without its call, and says so', async (mode, code) => {
	over(code);
	const result = await run([TRIGGER, TRANSCRIBE, LLAMA, SPEAK], TURN_ITEM, { mode });
	expect(runtime.asked.map(({ call }) => call)).toEqual(['claim', 'claim', 'chat', 'claim', 'speechFile']);
	const [heard] = itemsOf(result, 'Transcribe');
	const [reply] = itemsOf(result, 'Llama');
	const [spoken] = itemsOf(result, 'Speak');
	const same = { ...IDS, replayed: true, lookAhead: false, replaced: [], note: expect.stringContaining('Replayed without the call') };
	expect(heard?.json).toEqual({ ...same, text: 'book it', understood: true, confidence: 1, language: 'en', timings: {}, engine: '' });
	expect(reply?.json).toMatchObject({ ...same, text: 'Booked.', interrupted: false, tools: [], usage: USAGE, engine: 'x' });
	expect(spoken?.json).toEqual({ ...same, text: 'Booked.', heard: 'Booked.', interrupted: false, timings: {}, voice: '', engine: 'x' });
	expect(Buffer.from(spoken?.binary?.data?.data ?? '', 'base64')).toEqual(WAV);
	for (const name of ['Transcribe', 'Llama', 'Speak']) expect(hintsOf(result, name)).toEqual([expect.stringContaining('Replayed without the call')]);
	expect((runtime.of('chat') as ChatAsk[])[0]?.messages.at(-1)).toEqual({ role: 'user', content: 'book it' });
});

test.each(['trigger', 'webhook', 'integrated'] as const)('a turn that is gone in production (%s) stays an error', async (mode) => {
	for (const call of ['transcript', 'reply', 'speech']) runtime.will(call, new Refusal('VOICE_ERR_TURN_UNKNOWN'));
	for (const node of [TRANSCRIBE, LLAMA, SPEAK]) {
		expect(errorOf(await run([TRIGGER, node], TURN_ITEM, { mode }))).toMatchObject({ description: expect.stringContaining('VOICE_ERR_TURN_UNKNOWN') });
	}
	expect(runtime.of('claim')).toEqual([]);
});

test('a call that is under way is answered in the editor, too', async () => {
	runtime.will('transcript', { ...BY, text: 'book it', understood: true, confidence: 0.9, lookAhead: true, note: '', timings: {} });
	const [item] = itemsOf(await run([TRIGGER, TRANSCRIBE], { ...TURN_ITEM, binary: AUDIO }), 'Transcribe');
	expect(runtime.asked.map(({ call }) => call)).toEqual(['claim', 'transcript']);
	expect(runtime.of('claim')).toEqual([{ executionId: 'execution-1', node: 'Transcribe', request: expect.any(String) }]);
	expect(item?.json).toMatchObject({ ...IDS, lookAhead: true, note: '', language: 'en' });
	expect(item?.json).not.toHaveProperty('replayed');
});

test.each([
	['the caller hung up', new Refusal('VOICE_ERR_TURN_ENDED'), new Refusal('VOICE_ERR_TURN_UNKNOWN')],
	['the caller has gone on', undefined, new Refusal('VOICE_ERR_TURN_ENDED')],
])('a call that ends while it is tested ends as ever: %s', async (_how, claim, answer) => {
	over();
	runtime.will('claim', claim);
	runtime.will('reply', answer);
	expect(errorOf(await run([TRIGGER, LLAMA])).description).toContain(answer.code);
	expect(runtime.of('chat')).toEqual([]);
});

test('a runtime that cannot be asked is the error it is', async () => {
	over();
	runtime.will('claim', new Refusal('VOICE_ERR_INTERNAL'));
	expect(errorOf(await run([TRIGGER, LLAMA])).description).toContain('VOICE_ERR_INTERNAL');
	expect(runtime.of('chat')).toEqual([]);
});

describe('what the item holds is used', () => {
	test("the audio, recognised again with the node's settings", async () => {
		over();
		const [item] = itemsOf(await run([TRIGGER, { ...TRANSCRIBE, parameters: { language: 'fr' } }], { ...TURN_ITEM, binary: AUDIO }), 'Transcribe');
		expect(runtime.of('transcriptions')).toEqual([WAV]);
		expect(item?.json).toMatchObject({ ...IDS, text: 'look it', confidence: 0.7, language: 'fr', replayed: true, engine: 'x' });
		expect(item?.json).not.toHaveProperty('computeMs');
	});

	test('the text and the language of the trigger, where nodes between have replaced the item', async () => {
		over();
		const set: NodeSpec = { name: 'Between', type: 'test.replace' };
		const result = await run([TRIGGER, set, TRANSCRIBE], TURN_ITEM);
		expect(itemsOf(result, 'Transcribe')[0]?.json).toMatchObject({ text: 'book it', understood: true });
	});

	test('the language that the caller spoke is the voice\'s, unless the node names one', async () => {
		over();
		const speak = (parameters: INodeParameters): NodeSpec => ({ ...SPEAK, parameters: { text: 'Gut.', ...parameters } });
		itemsOf(await run([TRIGGER, speak({})]), 'Speak');
		itemsOf(await run([TRIGGER, speak({ language: 'en-GB' })]), 'Speak');
		itemsOf(await run([TRIGGER, speak({ destination: 'file' })]), 'Speak');
		expect(runtime.of('speechFile')).toMatchObject([{ speak: { language: 'de' } }, { speak: { language: 'en-GB' } }, { speak: { language: '' } }]);
	});

	test('node by node, from what the node before gave in another execution', async () => {
		over('VOICE_ERR_TURN_CLAIMED');
		const old = { json: { ...IDS, text: 'book it', understood: true, language: 'fr' } };
		const start: NodeSpec = { name: 'Old', type: 'test.start' };
		expect(itemsOf(await run([start, LLAMA], old), 'Llama')[0]?.json).toMatchObject({ text: 'Booked.', replayed: true });
		itemsOf(await run([start, SPEAK], old), 'Speak');
		expect(runtime.of('speechFile')).toMatchObject([{ text: 'book it', speak: { language: 'fr' } }]);
	});

	test('a caller who was not understood is asked again, as in a call', async () => {
		over();
		const item = { json: { ...TURN_ITEM.json, heard: '', understood: false } };
		const llama = { ...LLAMA, parameters: { options: { sayWhenUnclear: 'Pardon?' } } };
		const result = await run([TRIGGER, TRANSCRIBE, llama], item);
		expect(itemsOf(result, 'Transcribe')[0]?.json).toMatchObject({ text: '', understood: false, note: expect.stringContaining('Attach Audio') });
		expect(itemsOf(result, 'Llama')[0]?.json).toMatchObject({ text: 'Pardon?', replayed: true });
		expect(runtime.of('chat')).toEqual([]);
	});
});

test('nodes that are set to work on the turn itself replay it, too, and those set to work alone do not say that they did', async () => {
	over();
	const nodes = [TRIGGER, { ...TRANSCRIBE, parameters: { source: 'turn' } }, { ...LLAMA, parameters: { options: { conversation: 'own' } } }, { ...SPEAK, parameters: { destination: 'caller' } }];
	const result = await run(nodes);
	expect(itemsOf(result, 'Transcribe')[0]?.json.replayed).toBe(true);
	expect(itemsOf(result, 'Llama')[0]?.json).not.toHaveProperty('replayed');
	expect(itemsOf(result, 'Speak')[0]?.json.replayed).toBe(true);
});
