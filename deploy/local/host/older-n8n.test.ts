// Guards against examples that import into an older n8n and fail there in the middle of a call, and against a change of
// those that a newer n8n can run as they are.
import { readFileSync } from 'node:fs';
import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { adapted } from './older-n8n';
import { RestClient } from './rest-client';
import { publishWorkflow, workflowFile } from './workflows';

const booking = workflowFile.parse(JSON.parse(readFileSync(path.resolve(__dirname, '../../../examples/book-appointment.json'), 'utf8')));

let answers: Record<string, unknown>;
let asked: Array<{ route: string; body: unknown }>;
let server: Server;
let rest: RestClient;

beforeEach(async () => {
	asked = [];
	answers = {};
	server = createServer((request, response) => void answer(request, response));
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	rest = new RestClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterEach(() => {
	server.closeAllConnections();
	server.close();
});

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
	let text = '';
	for await (const chunk of request) text += String(chunk);
	const route = `${request.method} ${(request.url ?? '').replace('/rest', '').split('?')[0]}`;
	asked.push({ route, body: text === '' ? undefined : (JSON.parse(text) as unknown) });
	response.writeHead(route in answers ? 200 : 404, { 'content-type': 'application/json' });
	response.end(JSON.stringify(route in answers ? { data: answers[route] } : { message: 'Cannot find it' }));
}

function dataTableNode(...resources: string[]): void {
	answers['POST /node-types'] = [{ properties: [{ name: 'resource', options: resources.map((value) => ({ value })) }] }];
}

test('where a node can make the table, the workflow stays as it is', async () => {
	dataTableNode('row', 'table');
	expect(await adapted(rest, booking)).toBe(booking);
});

test('where it cannot, the table is made with its columns, and its node says which one it is', async () => {
	dataTableNode('row');
	answers['GET /projects/personal'] = { id: 'p1' };
	answers['GET /projects/p1/data-tables'] = { count: 1, data: [{ id: 'other', name: 'Other' }] };
	answers['POST /projects/p1/data-tables'] = { id: 't7', name: 'Appointments' };
	const { nodes } = await adapted(rest, booking);
	const made = asked.find(({ route }) => route === 'POST /projects/p1/data-tables')?.body;
	expect(made).toMatchObject({ name: 'Appointments', columns: [{ name: 'date' }, { name: 'time' }, { name: 'title' }, { name: 'day_said' }, { name: 'time_said' }] });
	expect(nodes.find(({ name }) => name === 'Appointments table')).toMatchObject({ type: 'n8n-nodes-base.set', parameters: { jsonOutput: '{"id":"t7"}' } });
	expect(nodes.filter(({ type }) => type === 'n8n-nodes-base.dataTable').map(({ typeVersion }) => typeVersion)).toEqual([1, 1]);
});

test('a table that is there is taken', async () => {
	dataTableNode('row');
	answers['GET /projects/personal'] = { id: 'p1' };
	answers['GET /projects/p1/data-tables'] = { count: 1, data: [{ id: 't1', name: 'Appointments' }] };
	const { nodes } = await adapted(rest, booking);
	expect(nodes.find(({ name }) => name === 'Appointments table')).toMatchObject({ parameters: { jsonOutput: '{"id":"t1"}' } });
});

test('an n8n that knows no status of a publication has published when it answers', async () => {
	answers['GET /workflows/w1'] = { id: 'w1', name: 'A', versionId: 'v1', active: false, nodes: booking.nodes };
	answers['POST /workflows/w1/activate'] = {};
	await publishWorkflow(rest, 'w1');
	expect(asked.map(({ route }) => route)).toEqual(['GET /workflows/w1', 'POST /workflows/w1/activate', 'GET /workflows/w1/publication-status']);
});

test('in n8n 1.x, a workflow that others call is not activated', async () => {
	answers['GET /settings'] = { versionCli: '1.123.81', userManagement: {} };
	answers['POST /login'] = {};
	await rest.logIn({ email: 'a@b.c', password: 'x' });
	answers['GET /workflows/w1'] = { id: 'w1', name: 'A', versionId: 'v1', active: false, nodes: booking.nodes };
	await publishWorkflow(rest, 'w1');
	expect(asked.at(-1)?.route).toBe('GET /workflows/w1');
});
