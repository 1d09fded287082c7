import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';

/**
 * Makes voice-agent-in-one-workflow.json of the agent and its three tools: one file to import, one workflow to publish. The
 * agent's tools are the workflow itself, entered by its own "When called" with the name of the tool. `--check` only says
 * whether it is up to date.
 */
const folder = new URL('../', import.meta.url);
const target = new URL('voice-agent-in-one-workflow.json', folder);
const check = process.argv.includes('--check');

/** By the tool's name: its file, how its nodes are told from those of the others, and how far below the agent they stand. */
const TOOLS = {
	book_appointment: { file: 'book-appointment.json', suffix: '(book)', below: 420 },
	list_appointments: { file: 'list-appointments.json', suffix: '(list)', below: 880 },
	cancel_appointment: { file: 'cancel-appointment.json', suffix: '(cancel)', below: 1340 },
};
/** Alike in all tools, and so there once. */
const SHARED = ['When called', 'Appointments table', 'Unclear'];
const ENTRY_BELOW = 880;
const ROUTER = 'Which tool?';
const ABOUT = `## Talk to it
Publish this workflow, open its [voice page](/webhook/appointments) in a browser in which you are logged in to this n8n, and say, for example:

- *book a dentist appointment tomorrow at three p m*
- *what do I have tomorrow*
- *cancel it*

Each turn of the call is one execution of this workflow.`;
const ABOUT_TOOLS = `## Tools
**Llama Chat** runs this workflow again for each tool: from **When called**, with the name of the tool as a fixed input. Larger agents keep each tool in a workflow of its own.

The small models of the offline pack only know this demo. For your own agent, choose a larger Llama model, a speech recogniser and a voice in the nodes.`;

const read = async (file) => JSON.parse(await readFile(new URL(file, folder), 'utf8'));
const fileOf = (workflow) => `${JSON.stringify(workflow, null, '\t')}\n`;
const move = ([x, y], right, down) => [x + right, y + down];

/** The same at each run: n8n only wants them to differ. */
function idOf(name) {
	const hash = createHash('sha256').update(name).digest('hex');
	return [hash.slice(0, 8), hash.slice(8, 12), `5${hash.slice(13, 16)}`, `8${hash.slice(17, 20)}`, hash.slice(20, 32)].join('-');
}

function nameIn(tool, name) {
	return SHARED.includes(name) ? name : `${name} ${TOOLS[tool].suffix}`;
}

/** Names of nodes, wherever an expression or code has them. */
function renamed(tool, value, names) {
	if (typeof value === 'string') return names.reduce((text, name) => text.replaceAll(`$('${name}')`, `$('${nameIn(tool, name)}')`), value);
	if (Array.isArray(value)) return value.map((each) => renamed(tool, each, names));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, renamed(tool, each, names)]));
}

const to = (node) => ({ node, type: 'main', index: 0 });

function router(names) {
	const rule = (name) => ({
		conditions: {
			options: { caseSensitive: true, leftValue: '', typeValidation: 'strict', version: 2 },
			conditions: [{ id: idOf(name), leftValue: "={{ $('When called').first().json.tool }}", rightValue: name, operator: { type: 'string', operation: 'equals' } }],
			combinator: 'and',
		},
		renameOutput: true,
		outputKey: name,
	});
	return {
		parameters: { rules: { values: names.map(rule) }, options: {} },
		type: 'n8n-nodes-base.switch',
		typeVersion: 3.2,
		position: [440, ENTRY_BELOW],
		id: idOf(ROUTER),
		name: ROUTER,
	};
}

function agentNode(node) {
	const sticky = { About: ABOUT, 'About the tools': ABOUT_TOOLS }[node.name];
	const parameters = { ...node.parameters, ...(sticky ? { content: sticky } : {}) };
	// The other example has its own path: both can be published.
	if (parameters.path) parameters.path = 'appointments';
	if (parameters.tools) {
		parameters.tools = {
			workflow: parameters.tools.workflow.map((tool) => ({
				...tool,
				workflowId: { __rl: true, mode: 'id', value: '={{ $workflow.id }}' },
				inputs: { input: [{ name: 'tool', type: 'string', description: '', choices: tool.name, required: true }, ...tool.inputs.input] },
			})),
		};
	}
	const webhook = node.webhookId ? { webhookId: idOf('webhook') } : {};
	return { ...node, parameters, id: idOf(node.name), ...webhook };
}

async function join() {
	const agent = await read('voice-agent-appointments.json');
	const nodes = agent.nodes.map(agentNode);
	const connections = { ...agent.connections };
	const inputs = new Map([['tool', { name: 'tool', type: 'string' }]]);
	for (const [tool, { file, below }] of Object.entries(TOOLS)) {
		const part = await read(file);
		const names = part.nodes.map(({ name }) => name);
		for (const node of part.nodes) {
			const name = nameIn(tool, node.name);
			if (node.name === 'When called') for (const input of node.parameters.workflowInputs.values) inputs.set(input.name, input);
			if (node.name === 'About' || nodes.some((each) => each.name === name)) continue;
			const position = SHARED.includes(node.name) ? move(node.position, 0, ENTRY_BELOW) : move(node.position, 300, below);
			nodes.push({ ...node, name, id: idOf(name), position, parameters: renamed(tool, node.parameters, names) });
		}
		for (const [from, { main }] of Object.entries(part.connections)) {
			if (SHARED.includes(from)) continue;
			connections[nameIn(tool, from)] = { main: main.map((ends) => ends.map(({ node }) => to(nameIn(tool, node)))) };
		}
	}
	const unclear = nodes.find(({ name }) => name === 'Unclear');
	unclear.position = [1500, ENTRY_BELOW + 760];
	nodes.find(({ name }) => name === 'When called').parameters.workflowInputs.values = [...inputs.values()];
	nodes.push(router(Object.keys(TOOLS)));
	connections['When called'] = { main: [[to('Appointments table')]] };
	connections['Appointments table'] = { main: [[to(ROUTER)]] };
	connections[ROUTER] = { main: Object.keys(TOOLS).map((tool) => [to(nameIn(tool, 'Understand'))]) };
	return { ...agent, name: 'Voice agent: appointments, in one workflow', nodes, connections };
}

const after = fileOf(await join());
const before = await readFile(target, 'utf8').catch(() => '');
if (after === before) process.exit(0);
if (check) {
	console.error('voice-agent-in-one-workflow.json is older than the files it is made of. Run: node examples/code/join.mjs');
	process.exitCode = 1;
} else {
	await writeFile(target, after);
	console.log('voice-agent-in-one-workflow.json written');
}
