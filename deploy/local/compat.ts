import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { dataTableRows } from './host/data-tables.ts';
import { type ExampleWorkflow, importExamples } from './host/examples.ts';
import { listExecutions, readExecution } from './host/executions.ts';
import { type SetupManifest, readManifest } from './host/manifest.ts';
import { LocalN8n } from './host/n8n.ts';
import type { RestClient } from './host/rest-client.ts';
import { type RuntimeProcess, endStrayRuntime, startRuntime, stateFolder } from './host/runtime-process.ts';
import { installPackage } from './host/user-folder.ts';

export interface Candidate {
	/** The clone. */
	readonly root: string;
	readonly version: string;
	/** The folder whose node_modules hold it. */
	readonly n8n: string;
	/** The Node that n8n runs on. */
	readonly node: string;
	readonly nodeVersion: string;
}

const SAID = 'book a dentist appointment tomorrow at three p m';
/** A call takes half a minute; something that hangs must not hold a release for ever. */
const CALL_WITHIN_MS = 120_000;

const called = z.object({
	error: z.object({ code: z.string(), message: z.string() }).passthrough().optional(),
	turns: z
		.array(
			z.object({
				heard: z.string().optional(),
				reply: z.string().optional(),
				answered: z.boolean(),
				tools: z.array(z.object({ name: z.string(), ok: z.boolean().optional() })),
				timings: z.object({ workflow_delay: z.number().optional() }).optional(),
			}),
		)
		.default([]),
});

/** Checks one after the other, each of which needs those before it; prints what came of each. @returns whether all hold */
export async function checkN8n(candidate: Candidate): Promise<boolean> {
	const name = `n8n ${candidate.version} on Node ${candidate.nodeVersion}`;
	console.log(`\n${name}`);
	const userFolder = await mkdtemp(path.join(os.tmpdir(), 'voice-loop-compat-'));
	try {
		await check(candidate, userFolder);
		console.log(`✓ ${name}: works`);
		return true;
	} catch (error) {
		const log = await readFile(path.join(userFolder, 'n8n.log'), 'utf8').catch(() => '');
		console.log(`  The end of its log:\n${log.slice(-3000)}`);
		console.log(`✗ ${name}: ${error instanceof Error ? error.message : String(error)}`);
		return false;
	} finally {
		await rm(userFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
	}
}

async function check({ root, version, n8n: folder, node, nodeVersion }: Candidate, userFolder: string): Promise<void> {
	const manifest = await readManifest(root);
	await installPackage(userFolder, manifest);
	const tooOld = Number(nodeVersion.split('.')[0]) < 22;
	// isolated-vm, which runs expressions, has no build for Node 20, though n8n 1.123 does.
	const env = { VOICE_LOOP_STATE: stateFolder(userFolder), ...(tooOld && { N8N_EXPRESSION_ENGINE: 'legacy' }) };
	const n8n = await LocalN8n.open({ ...manifest, n8n: folder, node }, { userFolder, env });
	let runtime: RuntimeProcess | undefined;
	try {
		assert(n8n.rest.version === version, `it says that it is ${n8n.rest.version}`);
		passed('starts, and lets its owner in');
		const examples = await importExamples(n8n.rest, root);
		const agent = examples.find(({ pagePath }) => pagePath !== '');
		assert(agent !== undefined, 'no example has a voice page');
		passed(`imports and publishes ${examples.length} workflows`);
		const call = async () => await callAgent(manifest, root, `${n8n.url}/webhook/${agent.pagePath}`, n8n.owner);
		if (tooOld) {
			const { error } = await call();
			assert(error?.message.includes(`this is Node ${nodeVersion}`) === true, `its Node was not refused: ${JSON.stringify(error)}`);
			passed(`says that its Node is too old for the runtime: "${error.message}"`);
			runtime = await startRuntime({ node: manifest.node, userFolder });
		}
		const { turns, error } = await call();
		const [turn] = turns;
		assert(turn?.answered === true, `the call was not answered: ${JSON.stringify(error ?? turns)}`);
		const failures = await failuresOf(n8n.rest, examples);
		assert(failures === '', `the call was answered, but: ${failures}`);
		const [tool] = turn.tools;
		assert(turn.heard === SAID && tool?.name === 'book_appointment' && tool.ok === true, `the tool was not used: ${JSON.stringify(turn)}`);
		passed(`answers a call: "${turn.heard}" -> ${tool.name} -> "${turn.reply}" (first node after ${Math.round(turn.timings?.workflow_delay ?? NaN)} ms)`);
		const rows = await dataTableRows(n8n.rest, 'Appointments');
		assert(rows.length === 1, `${rows.length} appointments are in the Data Table, not one`);
		assert((await listExecutions(n8n.rest, agent.id)).length > 0, 'the turn is not in the list of executions');
		passed('the appointment is in the Data Table, the turn in the list of executions');
	} finally {
		await n8n.stop();
		await runtime?.stop();
		await endStrayRuntime(userFolder);
	}
}

/** What failed in these workflows, in n8n's words; '' when nothing did. */
async function failuresOf(rest: RestClient, workflows: ExampleWorkflow[]): Promise<string> {
	const all = await Promise.all(
		workflows.map(async ({ id, name }) => {
			const failed = (await listExecutions(rest, id)).filter(({ status }) => status !== 'success' && status !== 'running');
			const read = await Promise.all(failed.map(async (execution) => await readExecution(rest, execution.id)));
			return read.map(({ status, error, lastNode }) => `"${name}" ended with "${status}" at ${lastNode}: ${error}`);
		}),
	);
	return all.flat().join('; ');
}

async function callAgent({ node }: SetupManifest, root: string, url: string, owner: { email: string; password: string }) {
	const command = path.join(root, 'dist', 'runtime', 'cli', 'voice-loop.js');
	const account = ['--email', owner.email, '--password', owner.password];
	const child = spawn(node, [command, 'call', '--json', '--url', url, ...account, '--say', SAID], { stdio: ['ignore', 'pipe', 'inherit'] });
	const limit = setTimeout(() => child.kill('SIGKILL'), CALL_WITHIN_MS);
	let output = '';
	child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
	await new Promise((resolve) => child.once('close', resolve));
	clearTimeout(limit);
	assert(output !== '', 'the caller said nothing, or did not end');
	return called.parse(JSON.parse(output));
}

function passed(what: string): void {
	console.log(`  ✓ ${what}`);
}

function assert(holds: boolean, otherwise: string): asserts holds {
	if (!holds) throw new Error(otherwise);
}
