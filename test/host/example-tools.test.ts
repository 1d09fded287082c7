// Guards against tool workflows that import but do not work in a real n8n: wrong node parameters, a Code node
// that does not run, a Data Table that is not made, an answer that is not what the model is given to read.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type N8nHost, root, startN8n } from './n8n-host';

jest.setTimeout(240_000);

type Tool = 'book-appointment' | 'list-appointments' | 'cancel-appointment';

let host: N8nHost;
const tools: Partial<Record<Tool, string>> = {};

/** A published workflow that hands what it is POSTed to the tool, as an agent would. */
function caller(tool: Tool, workflowId: string) {
	return {
		name: `Call ${tool}`,
		nodes: [
			{
				name: 'Webhook',
				type: 'n8n-nodes-base.webhook',
				typeVersion: 2,
				position: [0, 0],
				webhookId: tool,
				parameters: { httpMethod: 'POST', path: tool, responseMode: 'lastNode', options: {} },
			},
			{
				name: 'Arguments',
				type: 'n8n-nodes-base.set',
				typeVersion: 3.4,
				position: [200, 0],
				parameters: { mode: 'raw', jsonOutput: '={{ $json.body }}', options: {} },
			},
			{
				name: 'Tool',
				type: 'n8n-nodes-base.executeWorkflow',
				typeVersion: 1.2,
				position: [400, 0],
				parameters: { workflowId: { __rl: true, mode: 'id', value: workflowId }, mode: 'once', options: {} },
			},
		],
		connections: {
			Webhook: { main: [[{ node: 'Arguments', type: 'main', index: 0 }]] },
			Arguments: { main: [[{ node: 'Tool', type: 'main', index: 0 }]] },
		},
	};
}

async function call(tool: Tool, input: Record<string, string>): Promise<unknown> {
	const response = await fetch(`${host.url}/webhook/${tool}`, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(input),
	});
	return await response.json();
}

beforeAll(async () => {
	host = await startN8n();
	for (const tool of ['book-appointment', 'list-appointments', 'cancel-appointment'] as const) {
		const id = await host.importWorkflow(JSON.parse(await readFile(path.join(root, 'examples', `${tool}.json`), 'utf8')));
		await host.publish(id);
		await host.publish(await host.importWorkflow(caller(tool, id)));
		tools[tool] = id;
	}
});

afterAll(async () => {
	await host?.stop();
});

test('an empty calendar is told as one, before its table was ever made', async () => {
	expect(await call('list-appointments', { day: 'tomorrow' })).toEqual({ appointments: [], day: 'tomorrow' });
});

test('what is booked is in the table, and is told in order', async () => {
	const dentist = { title: 'dentist appointment', day: 'tomorrow', time: 'three p m' };
	expect(await call('book-appointment', dentist)).toEqual({ status: 'booked', ...dentist });
	const haircut = { title: 'haircut', day: 'tomorrow morning', time: 'half past ten' };
	expect(await call('book-appointment', haircut)).toEqual({ status: 'booked', ...haircut });
	const rows = await host.dataTableRows('Appointments');
	expect(rows.map(({ title, time, day_said }) => ({ title, time, day_said }))).toEqual([
		{ title: 'dentist appointment', time: '15:00', day_said: 'tomorrow' },
		{ title: 'haircut', time: '10:30', day_said: 'tomorrow morning' },
	]);
	expect(await call('list-appointments', { day: 'tomorrow' })).toEqual({
		appointments: [
			{ title: 'haircut', time: 'ten thirty a m' },
			{ title: 'dentist appointment', time: 'three p m' },
		],
		day: 'tomorrow',
	});
	expect(await call('list-appointments', { day: 'tomorrow afternoon' })).toMatchObject({
		appointments: [{ title: 'dentist appointment' }],
	});
});

test('a taken time is not booked twice', async () => {
	const again = await call('book-appointment', { title: 'yoga class', day: 'tomorrow', time: 'three' });
	expect(again).toEqual({ status: 'taken', day: 'tomorrow', time: 'three' });
	expect(await host.dataTableRows('Appointments')).toHaveLength(2);
});

test('a day or time that is none is asked for again', async () => {
	const blue = await call('book-appointment', { title: 'haircut', day: 'tomorrow', time: 'blue' });
	expect(blue).toEqual({ status: 'unclear', what: 'time' });
	const someday = await call('book-appointment', { title: 'haircut', day: 'next week', time: 'noon' });
	expect(someday).toEqual({ status: 'unclear', what: 'day' });
	expect(await call('list-appointments', { day: '' })).toEqual({ status: 'unclear', what: 'day' });
});

test('a cancelled appointment is gone, and one that is not there is not found', async () => {
	const dentist = { title: 'my dentist', day: 'tomorrow' };
	expect(await call('cancel-appointment', dentist)).toEqual({ status: 'cancelled', ...dentist });
	expect(await call('cancel-appointment', dentist)).toEqual({ status: 'not_found', ...dentist });
	expect((await host.dataTableRows('Appointments')).map(({ title }) => title)).toEqual(['haircut']);
});

test('appointments outlive a restart of n8n, and the tools work on at the same address', async () => {
	await host.restart();
	expect(await call('list-appointments', { day: 'tomorrow' })).toMatchObject({ appointments: [{ title: 'haircut' }] });
});

test("each call is an execution of the tool's workflow that can be read", async () => {
	const executions = await host.executions(tools['book-appointment'] ?? '');
	expect(executions).toHaveLength(5);
	expect(executions.map(({ status }) => status)).toEqual(Array(5).fill('success'));
	expect(executions[0]?.lastNode).toBe('Booked');
	expect(executions[0]?.runs['Booked']?.[0]?.data?.main?.[0]?.[0]?.json).toMatchObject({ status: 'booked' });
});
