// Guards against: turns that are begun early where another node would run twice for one turn, or where it may cost money; and a workflow that does not say why not.
import type { INodeParameters } from 'n8n-workflow';
import type { OpenSession } from '../../runtime/contract/control';
import { type Link, type NodeSpec, STATE_FOLDER, execute, hintsOf, loadPackage, ours, workflowOf } from './engine';
import { SESSION, StandInRuntime } from './stand-in-runtime';
import { WebhookHost } from './webhook-host';

const runtime = new StandInRuntime();

beforeAll(async () => {
	await loadPackage();
	await runtime.start(STATE_FOLDER);
});
afterEach(() => runtime.forget());
afterAll(async () => await runtime.stop());

const TRANSCRIBE: NodeSpec = { name: 'Transcribe', type: ours('transcribe') };
const LLAMA: NodeSpec = { name: 'Llama', type: ours('llamaChat') };
const SPEAK: NodeSpec = { name: 'Speak', type: ours('orpheusSpeak') };
const OTHER: NodeSpec = { name: 'Other', type: 'test.between' };
const TOOL: NodeSpec = { name: 'Tool', type: 'test.weatherTool' };
const SERVER = { __rl: true, mode: 'list', value: 'server:gpu' };

/** In a row. */
function row(...names: string[]): Link[] {
	return ['Voice', ...names].slice(1).map((name, index) => [['Voice', ...names][index] ?? '', name]);
}
function changed(node: NodeSpec, parameters: INodeParameters, more: NodeSpec['more'] = {}): NodeSpec {
	return { ...node, parameters, more };
}

async function speculation(nodes: NodeSpec[], links: Link[], options: INodeParameters = {}, mode: 'webhook' | 'manual' = 'webhook') {
	runtime.will('openSession', { sessionId: SESSION, answer: 'v=0 answer' });
	const voice = { name: 'Voice', type: ours('voiceSessionTrigger'), parameters: { callers: 'anyone', options } };
	const host = await new WebhookHost(workflowOf([voice, ...nodes], links), 'Voice', mode === 'manual' ? '/webhook-test/voice' : undefined).listen();
	host.mode = mode;
	try {
		await fetch(host.url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ type: 'offer', sdp: 'v=0 offer' }) });
		return (runtime.of('openSession')[0] as OpenSession).agent.speculation;
	} finally {
		await host.close();
	}
}

const CHAIN = row('Transcribe', 'Llama', 'Speak');
const OURS = [TRANSCRIBE, LLAMA, SPEAK];

test.each<[string, NodeSpec[], Link[]]>([
	['nothing but our nodes', OURS, CHAIN],
	['tools of the model: they wait', [...OURS, TOOL], [...CHAIN, ['Tool', 'Llama', 'ai_tool']]],
	['what follows Orpheus Speak', [...OURS, OTHER], row('Transcribe', 'Llama', 'Speak', 'Other')],
	['what the start of a call does', [...OURS, OTHER], [...CHAIN, ['Voice', 'Other', 'main', 1]]],
	['another node that is switched off', [...OURS, changed(OTHER, {}, { disabled: true })], row('Transcribe', 'Other', 'Llama', 'Speak')],
])('begins turns early with %s', async (_, nodes, links) => {
	expect(await speculation(nodes, links)).toEqual({ mode: 'modelAndVoice', inPauses: true, note: '' });
});

test.each<[string, NodeSpec[], Link[], RegExp]>([
	['before our nodes', [...OURS, OTHER], row('Other', 'Transcribe', 'Llama', 'Speak'), /"Other" stands before/],
	['between them', [...OURS, OTHER], row('Transcribe', 'Other', 'Llama', 'Speak'), /"Other" stands before/],
	['right before Orpheus Speak', [...OURS, OTHER], row('Transcribe', 'Llama', 'Other', 'Speak'), /"Other" stands before/],
	['beside the trigger', [...OURS, OTHER], [...CHAIN, ['Voice', 'Other']], /"Other" stands before Orpheus Speak, or beside it/],
	['beside Llama Chat', [...OURS, OTHER], [...CHAIN, ['Llama', 'Other']], /"Other"/],
	['at the error output', [...OURS, OTHER], [...CHAIN, ['Llama', 'Other', 'main', 1]], /"Other"/],
	['behind one that is switched off', [changed(TRANSCRIBE, {}, { disabled: true }), LLAMA, SPEAK, OTHER], row('Transcribe', 'Other', 'Llama', 'Speak'), /"Other"/],
	['no model', [TRANSCRIBE, SPEAK], row('Transcribe', 'Speak'), /no Llama Chat/],
	['an empty item where there is none', [TRANSCRIBE, changed(LLAMA, {}, { alwaysOutputData: true }), SPEAK], CHAIN, /"Llama" is set to "Always Output Data"/],
	['a recording that is transcribed', [changed(TRANSCRIBE, { source: 'binary' }), LLAMA, SPEAK], CHAIN, /"Transcribe" may work on something else/],
	['a file that is spoken', [TRANSCRIBE, LLAMA, changed(SPEAK, { destination: 'file' })], CHAIN, /"Speak" may work on something else/],
	['a conversation of its own', [TRANSCRIBE, changed(LLAMA, { options: { conversation: 'own' } }), SPEAK], CHAIN, /conversation of its own/],
	['a conversation that is computed', [TRANSCRIBE, changed(LLAMA, { options: { conversation: '={{ $json.x }}' } }), SPEAK], CHAIN, /conversation of its own/],
])('never where another node would run twice, or act: %s', async (_, nodes, links, note) => {
	for (const options of [{}, { speculation: 'modelAndVoice' }]) {
		runtime.forget();
		expect(await speculation(nodes, links, options)).toEqual({ mode: 'off', inPauses: false, note: expect.stringMatching(note) });
	}
});

test.each<[string, NodeSpec[], 'workflow' | 'model', RegExp]>([
	['a server answers', [TRANSCRIBE, changed(LLAMA, { model: SERVER }), SPEAK], 'workflow', /a server answers/],
	['a server answers when the model fails', [TRANSCRIBE, changed(LLAMA, { fallbacks: { model: [{ model: SERVER }] } }), SPEAK], 'workflow', /a server answers/],
	['the model is computed', [TRANSCRIBE, changed(LLAMA, { model: { __rl: true, mode: 'path', value: '={{ $json.model }}' } }), SPEAK], 'workflow', /not known before/],
	['a server speaks', [TRANSCRIBE, LLAMA, changed(SPEAK, { engine: 'server:gpu' })], 'model', /Speech is not made early/],
	['a server speaks when the voice fails', [TRANSCRIBE, LLAMA, changed(SPEAK, { fallbacks: { voice: [{ engine: 'server:gpu', voice: '' }] } })], 'model', /Speech is not made early/],
])('by itself nothing that may cost money: %s', async (_, nodes, mode, note) => {
	expect(await speculation(nodes, CHAIN)).toEqual({ mode, inPauses: mode === 'model', note: expect.stringMatching(note) });
	for (const chosen of ['off', 'workflow', 'model', 'modelAndVoice']) {
		runtime.forget();
		expect(await speculation(nodes, CHAIN, { speculation: chosen })).toEqual({ mode: chosen, inPauses: chosen.startsWith('model'), note: '' });
	}
});

test('a recogniser on a server is asked in pauses only where somebody chose that', async () => {
	const servers: NodeSpec[] = [{ model: SERVER }, { fallbacks: { model: [{ model: SERVER }] } }].map((parameters) => changed(TRANSCRIBE, parameters));
	for (const transcribe of servers) {
		runtime.forget();
		expect(await speculation([transcribe, LLAMA, SPEAK], CHAIN)).toEqual({ mode: 'modelAndVoice', inPauses: false, note: '' });
		runtime.forget();
		expect(await speculation([transcribe, LLAMA, SPEAK], CHAIN, { speculation: 'modelAndVoice' })).toMatchObject({ inPauses: true });
	}
});

test('a test in the editor takes one turn, which counts', async () => {
	expect(await speculation(OURS, CHAIN, {}, 'manual')).toEqual({ mode: 'off', inPauses: false, note: '' });
	runtime.forget();
	expect(await speculation([...OURS, OTHER], row('Transcribe', 'Other', 'Llama', 'Speak'), {}, 'manual')).toMatchObject({ mode: 'off', note: expect.stringMatching(/"Other"/) });
});

test('the editor shows beside the turn why turns are not begun early', async () => {
	const turn = { event: 'turn', speculation: { mode: 'off', early: false, note: 'Turns are not begun early: "Other" is in the way.', began: 0, superseded: 0, tokensThrownAway: 0 } };
	const workflow = workflowOf([{ name: 'Voice', type: ours('voiceSessionTrigger') }], []);
	expect(hintsOf(await execute(workflow, 'Voice', [{ json: turn }], { mode: 'manual' }), 'Voice')).toEqual(['Turns are not begun early: "Other" is in the way.']);
});
