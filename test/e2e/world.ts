import { importExamples } from '../../deploy/local/host/examples.ts';
import type { Execution } from '../../deploy/local/host/executions.ts';
import { changeNode as changeNodeOf } from '../../deploy/local/host/workflows.ts';
import { type N8nHost, root, startN8n } from '../host/n8n-host';
import { type RunningRuntime, startRuntime } from '../host/runtime-process';

/** Everything a caller meets: real n8n with the examples published, and the real runtime. */
export interface World {
	readonly n8n: N8nHost;
	readonly runtime: RunningRuntime;
	readonly agentId: string;
	readonly pageUrl: string;
	/** Executions of the agent that answered a turn, the oldest first, once there are `count` that have ended. */
	turns(count: number): Promise<Execution[]>;
	end(): Promise<void>;
}

const LOOK_EVERY = 250;
/** An execution that is not written down by then has not happened. */
const TURNS_WITHIN = 60_000;

/**
 * @param env added to the runtime's environment
 * @param n8nEnv added to n8n's
 */
export async function startWorld(env: NodeJS.ProcessEnv = {}, n8nEnv: NodeJS.ProcessEnv = {}): Promise<World> {
	const runtime = await startRuntime(env);
	let n8n: N8nHost | undefined;
	const end = async (): Promise<void> => {
		await n8n?.stop();
		await runtime.stop();
	};
	try {
		const host = (n8n = await startN8n({ env: { VOICE_LOOP_STATE: runtime.stateFolder, ...n8nEnv } }));
		const agent = (await importExamples(host.rest, root)).find(({ pagePath }) => pagePath !== '');
		if (!agent) throw new Error('no example has a voice page');
		return {
			n8n: host,
			runtime,
			agentId: agent.id,
			pageUrl: `${host.url}/webhook/${agent.pagePath}`,
			turns: async (count) => await turnsOf(host, agent.id, count),
			end,
		};
	} catch (error) {
		await end();
		throw error;
	}
}

/** It was begun early, and the caller went on. */
export function isSuperseded({ customData }: Pick<Execution, 'customData'>): boolean {
	return customData.voiceTurn === 'superseded';
}

/** n8n writes an execution down a moment after its last node has ended. */
async function turnsOf(n8n: N8nHost, workflowId: string, count: number): Promise<Execution[]> {
	const deadline = Date.now() + TURNS_WITHIN;
	for (;;) {
		const all = await n8n.executions(workflowId);
		const turns = all.filter((execution) => execution.runs['Transcribe'] !== undefined && !isSuperseded(execution));
		if (turns.length >= count && turns.every(({ status }) => status !== 'running')) return turns;
		if (Date.now() > deadline) {
			const seen = all.map(({ id, status, error }) => `${id} ${status} ${error ?? ''}`);
			throw new Error(`${count} turns were expected; executions: ${seen.join('; ') || 'none'}`);
		}
		await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY));
	}
}

/** The first item a node gave in an execution. */
export function outputOf(execution: Execution | undefined, node: string): Record<string, unknown> {
	const items = execution?.runs[node]?.at(-1)?.data?.main?.flatMap((output) => output ?? []);
	const item = items?.[0]?.json;
	if (!item) throw new Error(`${node} gave nothing in execution ${execution?.id}: ${execution?.error ?? execution?.status}`);
	return item;
}

/** Publishes the agent again with other parameters of a node. */
export async function changeNode({ n8n, agentId }: World, name: string, parameters: Record<string, unknown>): Promise<void> {
	return await changeNodeOf(n8n.rest, agentId, name, parameters);
}

export function modelAt(file: string) {
	return { model: { __rl: true, mode: 'path', value: file } };
}
