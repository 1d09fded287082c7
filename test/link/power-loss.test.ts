// Guards against: a caller who waits for a tool whose n8n is gone (killed alone, killed with the runtime, never back), a tool that is
// started again then, and one that is given up though its execution lives.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { workflowFile } from '../../deploy/local/host/workflows.ts';
import { type N8nHost, root, startN8n } from '../host/n8n-host';
import { speech } from '../media/speech';
import { type CrashCaller, until } from './crash-caller';
import { CrashWorld } from './crash-world';

jest.setTimeout(240_000);

const REQUEST = speech('What is on my calendar tomorrow?');
const THANKS = speech('Thank you.');
const TRIGGER = 'Voice Session Trigger';

let world: CrashWorld;
let n8n: N8nHost;
let agentId: string;
let caller: CrashCaller;
/** Lets the tool that runs end; nothing where none runs. */
let letEnd: () => void = () => undefined;

beforeAll(async () => {
	world = await CrashWorld.start();
	n8n = await startN8n({ env: { VOICE_LOOP_STATE: world.folder, VOICE_LOOP_AUTOSTART: 'off' } });
	const books = await n8n.importWorkflow({
		name: 'Book',
		nodes: [
			{ name: 'Start', type: 'n8n-nodes-base.executeWorkflowTrigger', typeVersion: 1.1, position: [0, 0], parameters: { inputSource: 'passthrough' } },
			{ name: 'Book', type: 'n8n-nodes-base.httpRequest', typeVersion: 4.2, position: [200, 0], parameters: { method: 'POST', url: world.bookUrl, options: {} } },
		],
		connections: { Start: { main: [[{ node: 'Book', type: 'main', index: 0 }]] } },
	});
	await n8n.publish(books);
	const tool = { workflowId: { __rl: true, mode: 'id', value: books }, name: 'book', description: 'Books it.', inputs: {}, sayWhileRunning: '', timeLimit: 120 };
	const changes: Record<string, Record<string, unknown>> = {
		[TRIGGER]: { options: { greeting: '', emitCallEvents: false } },
		'Llama Chat': { model: { __rl: true, mode: 'path', value: 'server:box' }, tools: { workflow: [tool] }, options: {} },
	};
	const file = workflowFile.parse(JSON.parse(await readFile(path.join(root, 'examples/voice-agent-appointments.json'), 'utf8')));
	agentId = await n8n.importWorkflow({ ...file, nodes: file.nodes.map((node) => ({ ...node, parameters: { ...node.parameters, ...changes[node.name] } })) });
	await n8n.publish(agentId);
	caller = await world.caller({}, { workflowId: agentId, node: TRIGGER, mode: 'production', turnUrl: `${n8n.url}/webhook/voice` }).call();
});
afterAll(async () => {
	letEnd();
	await caller?.stop();
	await n8n?.stop();
	await world?.stop();
});

/** The caller asks for something, and the tool for it runs. Resolves to how many errors the page had before. */
async function toolRuns(): Promise<number> {
	world.forget();
	world.tool = async () => await new Promise<void>((resolve) => (letEnd = resolve));
	const errors = caller.of('error').length;
	caller.says(REQUEST);
	await until(() => world.runs.size === 1);
	return errors;
}

async function hearsOfIt(errors: number): Promise<void> {
	await until(() => caller.of('error').length > errors && caller.state === 'listening');
	expect(caller.of('error').at(-1)).toMatchObject({ error: { code: 'VOICE_ERR_WORKFLOW_GONE', message: expect.stringMatching(/ran a tool/) } });
	letEnd();
}

/** n8n is back: the same call goes on, and the model is told what is not known of the tool, which is not started again. */
async function goesOn(): Promise<void> {
	const heard = caller.of('reply.heard').length;
	caller.says(THANKS);
	await until(() => caller.of('reply.heard').length > heard);
	expect(caller.of('reply.heard').at(-1)?.text).toBe('You are welcome.');
	const results = (world.shown.at(-1) ?? []).filter(({ role }) => role === 'tool').map(({ content }) => content);
	expect(results.at(-1)).toContain('not known yet');
	expect([...world.runs.values()]).toEqual([1]);
}

async function killN8n(): Promise<void> {
	process.kill(n8n.pid, 'SIGKILL');
	// It is gone, and start() finds its port free.
	while (await n8n.rest.request('GET', '/settings', z.unknown()).then(() => true, () => false)) await new Promise((resolve) => setTimeout(resolve, 50));
}

test('the workflow is unpublished while a tool runs: its execution lives, and the caller hears what the tool gave', async () => {
	const errors = await toolRuns();
	await n8n.unpublish(agentId);
	const heard = caller.of('reply.heard').length;
	letEnd();
	await until(() => caller.of('reply.heard').length > heard);
	expect(caller.of('reply.heard').at(-1)?.text).toMatch(/^That is done/);
	expect(caller.of('error')).toHaveLength(errors);
	await n8n.publish(agentId);
});

test('n8n alone is killed in the middle of a tool, and again after it is back', async () => {
	for (let times = 0; times < 2; times++) {
		const errors = await toolRuns();
		await killN8n();
		await hearsOfIt(errors);
		await n8n.start();
		await goesOn();
	}
});

test('n8n and the runtime are killed together in the middle of a tool: the caller is back, and hears of it before n8n is', async () => {
	const errors = await toolRuns();
	await Promise.all([world.kill('gateway'), killN8n()]);
	await hearsOfIt(errors);
	expect(caller.of('session.started').at(-1)?.resumed).toBe(true);
	await n8n.start();
	await goesOn();
});
