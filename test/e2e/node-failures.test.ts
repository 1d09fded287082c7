// Guards against: "On Error" and "Retry On Fail" that do nothing in a call. Whatever fails, in whichever node: the caller is
// answered where the workflow goes on or a later try does well, and is told at once where neither happens.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Execution } from '../../deploy/local/host/executions.ts';
import type { CallReport } from '../../runtime/cli/call/report';
import { type N8nHost, startN8n } from '../host/n8n-host';
import { type RunningRuntime, startRuntime } from '../host/runtime-process';
import { ANSWER, FailingServer, type FailureCase, INSTEAD, allCases, passes, workflowOf } from './failure-cases';
import { call } from './headless-caller';

const CASES = allCases();
/** Callers at a time: more than one, and few enough for two cores. */
const AT_ONCE = 3;

interface Outcome {
	readonly report: CallReport;
	readonly execution: Execution;
}

let folder: string;
let server: FailingServer;
let runtime: RunningRuntime;
let n8n: N8nHost;
const outcomes = new Map<string, Outcome>();

async function callerMeets(failing: FailureCase): Promise<Outcome> {
	const id = await n8n.importWorkflow(workflowOf(failing));
	await n8n.publish(id);
	const report = await call({ pageUrl: `${n8n.url}/webhook/${failing.id}` }, '--say', 'what can you do', '--timeout', '40').report;
	const deadline = Date.now() + 20_000;
	for (;;) {
		const [execution, ...others] = await n8n.executions(id);
		if (others.length > 0) throw new Error(`${failing.id} had ${others.length + 1} executions`);
		if (execution && execution.status !== 'running') return { report, execution };
		if (Date.now() > deadline) throw new Error(`${failing.id} has no execution that has ended: ${JSON.stringify(report)}`);
		await new Promise((resolve) => setTimeout(resolve, 250));
	}
}

beforeAll(async () => {
	folder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-failures-'));
	server = await FailingServer.start(CASES);
	const settings = { baseUrl: server.url, speak: { kind: 'speech', model: 'm', sampleRate: 16_000 }, chat: { model: 'm' }, transcribe: { model: 'm' } };
	const configFile = path.join(folder, 'servers.json');
	await writeFile(configFile, JSON.stringify({ failing: settings }), { mode: 0o600 });
	runtime = await startRuntime({ VOICE_LOOP_SERVERS: configFile });
	n8n = await startN8n({ env: { VOICE_LOOP_STATE: runtime.stateFolder } });
	const waiting = [...CASES];
	const work = async (): Promise<void> => {
		for (let next = waiting.shift(); next; next = waiting.shift()) outcomes.set(next.id, await callerMeets(next));
	};
	await Promise.all(Array.from({ length: AT_ONCE }, work));
}, 600_000);

afterAll(async () => {
	await n8n?.stop();
	await runtime?.stop();
	await server?.stop();
	await rm(folder, { recursive: true, force: true });
});

function outcomeOf({ id }: FailureCase): Outcome & { turn: CallReport['turns'][number] } {
	const outcome = outcomes.get(id);
	const turn = outcome?.report.turns[0];
	if (!outcome || !turn) throw new Error(`${id} was not run`);
	return { ...outcome, turn };
}

/** The items that a node gave on an output, in its only run. */
function itemsOf(execution: Execution, node: string, output: number): Array<Record<string, unknown>> {
	expect(execution.runs[node]).toHaveLength(1);
	return (execution.runs[node]?.[0]?.data?.main?.[output] ?? []).map(({ json }) => json);
}

function titled(cases: FailureCase[]): Array<[string, FailureCase]> {
	return cases.map((each) => [`${each.node}, ${each.fault}`, each]);
}

const ERROR = { code: expect.stringMatching(/^VOICE_ERR_/), message: expect.stringMatching(/./), remedy: expect.stringMatching(/./) };

describe.each(['stop', 'retry'] as const)('%s, and it does not get better', (mode) => {
	test.each(titled(CASES.filter((each) => each.mode === mode && !passes(each))))('%s: the turn fails at the last try', (_name, failing) => {
		const { execution, turn, report } = outcomeOf(failing);
		expect(execution.status).toBe('error');
		expect(execution.lastNode).toBe(failing.node);
		expect(turn.error).toMatchObject(ERROR);
		// Not found out by waiting for the limit.
		expect(turn.error?.code).not.toBe('VOICE_ERR_TURN_ABANDONED');
		expect(report.errors).toEqual([]);
	});
});

describe('retry, and the third try does well', () => {
	test.each(titled(CASES.filter(passes)))('%s: the caller is answered, and never hears of it', (_name, failing) => {
		const { execution, turn, report } = outcomeOf(failing);
		expect(execution.status).toBe('success');
		expect(turn).toMatchObject({ reply: ANSWER, interrupted: false });
		expect(turn.error).toBeUndefined();
		expect(report.errors).toEqual([]);
	});
});

describe('continue', () => {
	test.each(titled(CASES.filter(({ mode }) => mode === 'continue')))('%s: the workflow answers in another way', (_name, failing) => {
		const { execution, turn, report } = outcomeOf(failing);
		expect(execution.status).toBe('success');
		const [item, ...others] = itemsOf(execution, failing.node, 0);
		expect(others).toEqual([]);
		expect(item).toEqual({ sessionId: report.sessionId, turnId: turn.turnId, error: ERROR });
		expect(turn.error).toBeUndefined();
		expect(turn.reply).toBe(failing.node === 'Transcribe' ? ANSWER : INSTEAD);
		expect(report.errors).toEqual([]);
	});
});

describe('error output', () => {
	test.each(titled(CASES.filter(({ mode }) => mode === 'error output')))('%s: what follows it answers, with all it needs', (_name, failing) => {
		const { execution, turn, report } = outcomeOf(failing);
		expect(execution.status).toBe('success');
		expect(itemsOf(execution, failing.node, 0)).toEqual([]);
		const [item, ...others] = itemsOf(execution, failing.node, 1);
		expect(others).toEqual([]);
		expect(item).toMatchObject({ sessionId: report.sessionId, turnId: turn.turnId, error: ERROR });
		expect(turn.error).toBeUndefined();
		expect(turn.reply).toBe(failing.node === 'Transcribe' ? ANSWER : INSTEAD);
		expect(report.errors).toEqual([]);
	});
});
