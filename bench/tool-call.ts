import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { readExecution, listExecutions } from '../deploy/local/host/executions.ts';
import { readManifest } from '../deploy/local/host/manifest.ts';
import { LocalN8n } from '../deploy/local/host/n8n.ts';
import { startRuntime, stateFolder } from '../deploy/local/host/runtime-process.ts';
import { installPackage } from '../deploy/local/host/user-folder.ts';
import { importWorkflow, publishWorkflow, workflowFile } from '../deploy/local/host/workflows.ts';
import { AFTER_TOOL, writeScriptedGguf } from '../runtime/inference/fixtures/scripted-gguf.fixture';
import { packageRoot } from '../runtime/lib/package-root';
import { type Figure, option, percentile, report, run } from './report';

/**
 * What a tool costs that is a workflow: Llama Chat runs one that does nothing, and in the same execution n8n's own node
 * "Execute Sub-workflow" runs it, which is the bound. Each first in every second round.
 *
 *     npm run bench tool-call [-- --json] [--rounds N]
 */
const rounds = Number(option('--rounds', '60'));
const WARM_UP = 5;

function node(name: string, type: string, typeVersion: number, parameters: Record<string, unknown>) {
	return { name, type, typeVersion, position: [0, 0], webhookId: name, parameters };
}

function chain(names: readonly string[]): Record<string, unknown> {
	return Object.fromEntries(names.slice(1).map((name, index) => [names[index] ?? '', { main: [[{ node: name, type: 'main', index: 0 }]] }]));
}

async function measured(n8n: LocalN8n, model: string): Promise<Figure[]> {
	const publish = async (file: object): Promise<string> => {
		const id = await importWorkflow(n8n.rest, workflowFile.parse(file));
		await publishWorkflow(n8n.rest, id);
		return id;
	};
	const start = node('Start', 'n8n-nodes-base.executeWorkflowTrigger', 1.1, { inputSource: 'passthrough' });
	const tool = { __rl: true, mode: 'id', value: await publish({ name: 'Does nothing', nodes: [start], connections: {} }) };
	const llama = node('Llama Chat', 'n8n-nodes-voice-loop.llamaChat', 1, {
		instructions: '',
		prompt: 'go',
		model: { __rl: true, mode: 'path', value: model },
		tools: { workflow: [{ workflowId: tool, name: 'nothing', description: '', inputs: {}, timeLimit: 30 }] },
		options: {},
	});
	const own = node('Execute Sub-workflow', 'n8n-nodes-base.executeWorkflow', 1.2, { workflowId: tool, mode: 'once', options: {} });
	const orders = [
		[llama, own],
		[own, llama],
	];
	const times: { ours: number[]; own: number[] } = { ours: [], own: [] };
	const paths = await Promise.all(
		orders.map(async (order, index) => {
			const webhook = node('Webhook', 'n8n-nodes-base.webhook', 2, { path: `bench-${index}`, httpMethod: 'POST', responseMode: 'lastNode', options: {} });
			const nodes = [webhook, ...order];
			return { path: `bench-${index}`, id: await publish({ name: `Bench ${index}`, nodes, connections: chain(nodes.map(({ name }) => name)) }) };
		}),
	);
	for (let round = 0; round < rounds + WARM_UP; round++) {
		const { path: where, id } = paths[round % 2] ?? { path: '', id: '' };
		await fetch(`${n8n.url}/webhook/${where}`, { method: 'POST' });
		const [newest] = await listExecutions(n8n.rest, id);
		const execution = await readExecution(n8n.rest, newest?.id ?? '');
		const [called] = (execution.runs['Llama Chat']?.[0]?.data?.main?.[0]?.[0]?.json.tools ?? []) as Array<{ ok: boolean; durationMs: number }>;
		const ownMs = execution.runs['Execute Sub-workflow']?.[0]?.executionTime;
		if (!called?.ok || ownMs === undefined) throw new Error(`the tool did not run: ${JSON.stringify(execution)}`);
		if (round < WARM_UP) continue;
		times.ours.push(called.durationMs);
		times.own.push(ownMs);
	}
	const pairs = times.ours.map((ms, index) => ms - (times.own[index] ?? 0));
	const none = Number.NaN;
	return [
		{ name: "tool call: n8n's own Execute Sub-workflow", unit: 'ms', samples: times.own, bound: none },
		{ name: 'tool call: Llama Chat', unit: 'ms', samples: times.ours, bound: percentile(times.own, 0.5) },
		{ name: 'tool call: Llama Chat beyond it', unit: 'ms', samples: pairs, bound: none },
	];
}

async function main(): Promise<void> {
	const manifest = await readManifest(packageRoot());
	const userFolder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-bench-'));
	await installPackage(userFolder, manifest);
	const model = path.join(userFolder, 'tool.gguf');
	writeScriptedGguf(model, [{ when: 'go', say: 'One moment.', call: { name: 'nothing', arguments: {} } }, { when: AFTER_TOOL, say: 'Done.' }]);
	const runtime = await startRuntime({ node: manifest.node, userFolder });
	let n8n: LocalN8n | undefined;
	try {
		n8n = await LocalN8n.open(manifest, { userFolder, env: { VOICE_LOOP_STATE: stateFolder(userFolder) } });
		report(await measured(n8n, model));
	} finally {
		await n8n?.stop();
		await runtime.stop();
		await rm(userFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	}
}

run(main);
