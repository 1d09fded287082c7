// Guards against: an execution that was begun early for nothing and is heard, remembered, taken for a failure or not told from others; and
// another node of the workflow, or a tool, that runs twice for one turn.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { ensureDataTable } from '../../deploy/local/host/data-tables.ts';
import type { Execution } from '../../deploy/local/host/executions.ts';
import { encodeWav } from '../../runtime/audio/wav';
import type { CallReport } from '../../runtime/cli/call/report';
import { FixtureServer, type FixtureReply } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import { type N8nHost, startN8n } from '../host/n8n-host';
import { type RunningRuntime, startRuntime } from '../host/runtime-process';
import { speech } from '../media/speech';
import { call } from './headless-caller';
import { isSuperseded, outputOf } from './world';

interface WireMessage {
	readonly role: string;
	readonly content: string | null;
}

/** One sentence with a pause in it that is shorter than any turn's end, on the slowest machine. */
const SAID = ['book a dentist appointment', 'tomorrow at three p m'] as const;
const WHOLE = SAID.join(' ');
const PAUSE_S = 2;
const PATIENT = { minSilenceMs: 3000, endSilenceMs: 4000, maxSilenceMs: 5000, audioJudge: 'off' };
const ANSWER = 'It is done.';

/** Where other nodes stand: one asks a server, and is counted there, one adds a row to a Data Table of n8n. `auto`: after ours, with the settings as they are. */
const PLACES = ['after', 'before', 'between', 'beside', 'auto'] as const;
type Place = (typeof PLACES)[number];

let folder: string;
let server: FixtureServer;
let runtime: RunningRuntime;
let n8n: N8nHost;
let tableId: string;
const effects: string[] = [];
/** All that the model was shown in the workflow of each place. */
const shown = new Map<string, WireMessage[][]>();
const reports = new Map<Place, CallReport>();
const executions = new Map<Place, Execution[]>();

/** Asks for the tool first. */
async function chat(messages: readonly WireMessage[], reply: FixtureReply): Promise<void> {
	const place = messages[0]?.content ?? '';
	shown.set(place, [...(shown.get(place) ?? []), [...messages]]);
	const write = async (delta: object, finish: string | null = null): Promise<void> =>
		await reply.write(`data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`);
	reply.begin(200, { 'content-type': 'text/event-stream' });
	if (messages.at(-1)?.role === 'tool') await write({ content: ANSWER }, 'stop');
	else {
		await write({ content: 'One moment. ' });
		await write({ tool_calls: [{ index: 0, id: `c${performance.now()}`, type: 'function', function: { name: 'note', arguments: '{}' } }] }, 'tool_calls');
	}
	await reply.write('data: [DONE]\n\n');
}

function workflowOf(place: Place) {
	const ours = (name: string, type: string, parameters: Record<string, unknown>) => ({ name, type: `n8n-nodes-voice-loop.${type}`, typeVersion: 1, parameters });
	const count = { name: 'Count', type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2, parameters: { method: 'POST', url: `${server.url}/effects/${place}`, options: {} } };
	const trigger = ours('Voice Session Trigger', 'voiceSessionTrigger', { path: place, callers: 'anyone', turnTaking: PATIENT, options: { greeting: '', emitCallEvents: false, attachAudio: false, speculation: place === 'auto' ? 'auto' : 'modelAndVoice' } });
	const transcribe = ours('Transcribe', 'transcribe', {});
	const llama = ours('Llama Chat', 'llamaChat', { instructions: place, prompt: "={{ $('Transcribe').item.json.text }}", model: { __rl: true, mode: 'path', value: 'server:fixture' }, options: {} });
	const speak = ours('Orpheus Speak', 'orpheusSpeak', { engine: 'flite' });
	const keep = { name: 'Keep', type: 'n8n-nodes-base.dataTable', typeVersion: 1.1, parameters: { resource: 'row', operation: 'insert', dataTableId: { __rl: true, mode: 'id', value: tableId }, columns: { mappingMode: 'defineBelow', value: { place }, matchingColumns: [], schema: [{ id: 'place', displayName: 'place', required: false, defaultMatch: false, display: true, type: 'string', canBeUsedToMatch: true }] }, options: {} } };
	const others = [count, keep];
	const after = [trigger, transcribe, llama, speak, ...others];
	const row = { after, auto: after, before: [trigger, ...others, transcribe, llama, speak], between: [trigger, transcribe, ...others, llama, speak], beside: [trigger, transcribe, llama, speak] }[place];
	const tool = { name: 'Tool', type: '@n8n/n8n-nodes-langchain.toolCode', typeVersion: 1.1, parameters: { name: 'note', description: 'Takes a note', jsCode: 'return "noted";' } };
	const chain = row.slice(1).map(({ name }, index) => [row[index]?.name ?? '', name] as const);
	const pairs = [...chain, ...(place === 'beside' ? ([[trigger.name, 'Count'], ['Count', 'Keep']] as const) : [])];
	const links = pairs.map(([from]) => [from, { main: [pairs.filter(([source]) => source === from).map(([, node]) => ({ node, type: 'main', index: 0 }))] }] as const);
	return {
		name: place,
		nodes: [...new Set([...row, ...others]), tool].map((node, index) => ({ position: [200 * index, 0], id: `${place}-${index}`, ...(node === trigger ? { webhookId: place } : {}), ...node })),
		connections: { ...Object.fromEntries(links), Tool: { ai_tool: [[{ node: 'Llama Chat', type: 'ai_tool', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
}

async function callerMeets(place: Place): Promise<void> {
	const id = await n8n.importWorkflow(workflowOf(place));
	await n8n.publish(id);
	reports.set(place, await call({ pageUrl: `${n8n.url}/webhook/${place}` }, '--wav', path.join(folder, 'paused.wav'), '--say', 'thank you').report);
	const deadline = Date.now() + 30_000;
	for (;;) {
		const all = await n8n.executions(id);
		executions.set(place, all);
		if (all.filter((execution) => !isSuperseded(execution) && execution.status === 'success').length >= 2 && all.every(({ status }) => status !== 'running')) return;
		if (Date.now() > deadline) throw new Error(`${place}: ${JSON.stringify([all.map(({ status, error, customData }) => [status, error, customData]), reports.get(place)])}`);
		await new Promise((resolve) => setTimeout(resolve, 250));
	}
}

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-speculation-'));
	const [first, second] = SAID.map((text) => speech(text));
	await writeFile(path.join(folder, 'paused.wav'), encodeWav([first ?? new Int16Array(), new Int16Array(PAUSE_S * 16_000), second ?? new Int16Array()], 16_000));
	server = await FixtureServer.start({
		'POST /v1/chat/completions': async ({ json }, reply) => await chat((json as { messages: WireMessage[] }).messages, reply),
		...Object.fromEntries(
			PLACES.map((place) => [
				`POST /effects/${place}`,
				async (_request: unknown, reply: FixtureReply): Promise<void> => {
					effects.push(place);
					await reply.json(200, {});
				},
			]),
		),
	});
	const configFile = path.join(folder, 'servers.json');
	await writeFile(configFile, JSON.stringify({ fixture: { baseUrl: server.url, chat: { model: 'm' } } }), { mode: 0o600 });
	runtime = await startRuntime({ VOICE_LOOP_SERVERS: configFile });
	n8n = await startN8n({ env: { VOICE_LOOP_STATE: runtime.stateFolder } });
	tableId = await ensureDataTable(n8n.rest, 'Turns', [{ name: 'place', type: 'string' }]);
	await Promise.all(PLACES.map(callerMeets));
}, 300_000);

afterAll(async () => {
	await n8n?.stop();
	await runtime?.stop();
	await server?.stop();
	await rm(folder, { recursive: true, force: true });
});

function of(place: Place): { superseded: Execution[]; turns: Execution[] } {
	const all = executions.get(place) ?? [];
	return { superseded: all.filter(isSuperseded), turns: all.filter((execution) => !isSuperseded(execution)) };
}

test('what was begun for half of a sentence ended as a success that says so, in the node that waited', () => {
	const { superseded } = of('after');
	expect(superseded.length).toBeGreaterThan(0);
	for (const { status, runs, customData, error } of superseded) {
		expect([status, error, customData]).toEqual(['success', undefined, { voiceTurn: 'superseded' }]);
		expect(runs['Orpheus Speak']).toBe(undefined);
		// No tool has run either.
		expect(runs.Tool).toBe(undefined);
	}
	const begun = superseded.map((execution) => outputOf(execution, 'Voice Session Trigger'));
	for (const each of begun) expect(each).toMatchObject({ speculation: { mode: 'modelAndVoice', early: true } });
	// A short pause between two words is enough to begin in, so what was heard by then may be less than the half.
	expect(begun.filter(({ heard }) => !SAID[0].startsWith(String(heard)))).toEqual([]);
});

test.each(PLACES)('the caller hears one answer to each turn, and only these are remembered (a node %s ours)', (place) => {
	expect(reports.get(place)?.turns.map(({ answered }) => answered)).toEqual([true, true]);
	const { turns } = of(place);
	expect(turns.map((turn) => outputOf(turn, 'Transcribe').text)).toEqual([WHOLE, 'thank you']);
	expect(turns.map((turn) => outputOf(turn, 'Orpheus Speak').heard)).toEqual([`One moment. ${ANSWER}`, `One moment. ${ANSWER}`]);
	const last = shown.get(place)?.at(-1) ?? [];
	expect(last.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual([WHOLE, 'thank you']);
	expect(last.filter(({ role }) => role === 'tool')).toHaveLength(2);
});

test.each(PLACES)('a node %s ours runs once for each turn, as counted where it asks', (place) => {
	expect(effects.filter((each) => each === place)).toHaveLength(2);
});

test('so does a Data Table, wherever it stands: each confirmed turn has added one row', async () => {
	const rows = (await n8n.dataTableRows('Turns')).map((row) => row.place);
	expect(rows.toSorted()).toEqual(PLACES.flatMap((place) => [place, place]).toSorted());
});

test('by itself the workflow alone is begun early where a server answers: that is asked for whole turns only', () => {
	const { superseded, turns } = of('auto');
	expect(superseded.length).toBeGreaterThan(0);
	for (const execution of [...superseded, ...turns]) expect(outputOf(execution, 'Voice Session Trigger')).toMatchObject({ speculation: { mode: 'workflow', early: true, note: expect.stringMatching(/a server answers/), tokensThrownAway: 0 } });
	const asked = (shown.get('auto') ?? []).flatMap((messages) => messages.findLast(({ role }) => role === 'user')?.content ?? []);
	expect(new Set(asked)).toEqual(new Set([WHOLE, 'thank you']));
	for (const turn of turns) expect(outputOf(turn, 'Orpheus Speak').timings).toMatchObject({ workflow_delay: 0 });
});

test('work was begun early, and counted', () => {
	const [first, second] = of('after').turns;
	expect(outputOf(first, 'Voice Session Trigger')).toMatchObject({ speculation: { early: true, superseded: of('after').superseded.length } });
	expect(outputOf(second, 'Voice Session Trigger')).toMatchObject({ speculation: { early: true, superseded: 0, tokensThrownAway: 0 } });
	expect(outputOf(second, 'Orpheus Speak').timings).toMatchObject({ early_start: expect.any(Number) });
});

test.each(['before', 'between', 'beside'] as const)('not where another node is %s ours, and the data says which', (place) => {
	const { superseded, turns } = of(place);
	expect(superseded).toEqual([]);
	for (const turn of turns) expect(outputOf(turn, 'Voice Session Trigger')).toMatchObject({ speculation: { mode: 'off', early: false, note: expect.stringMatching(/"Count" stands before/), began: 0 } });
});
