import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { type RestClient, RestError } from './rest-client.ts';

export const workflowNode = z
	.object({ name: z.string(), type: z.string(), parameters: z.record(z.unknown()).default({}) })
	.passthrough();

/** A workflow as the editor exports it. */
export const workflowFile = z
	.object({
		name: z.string(),
		nodes: z.array(workflowNode),
		connections: z.record(z.unknown()),
		settings: z.record(z.unknown()).default({}),
	})
	.passthrough();
export type WorkflowFile = z.infer<typeof workflowFile>;

const summary = z.object({ id: z.string(), name: z.string() });
const stored = summary.extend({ versionId: z.string(), active: z.boolean() }).passthrough();
const publication = z
	.object({
		status: z.string(),
		triggers: z.array(z.object({ status: z.string().optional() }).passthrough()).optional(),
	})
	.passthrough();

/** Publishing registers webhooks and opens triggers after the call has been answered. */
const LIVE_WITHIN_MS = 60_000;

export async function listWorkflows(rest: RestClient): Promise<Array<z.infer<typeof summary>>> {
	return await rest.request('GET', '/workflows', z.array(summary));
}

/** @returns its id */
export async function importWorkflow(rest: RestClient, file: WorkflowFile): Promise<string> {
	const { name, nodes, connections, settings } = file;
	const made = await rest.request('POST', '/workflows', stored, {
		name,
		nodes,
		connections,
		settings,
		active: false,
	});
	return made.id;
}

/** n8n 1.x runs a workflow that others call as it is, and does not let it be active. */
const CALLED_BY_OTHERS = 'n8n-nodes-base.executeWorkflowTrigger';

/** Publishes the workflow's newest version and waits until its triggers really listen. */
export async function publishWorkflow(rest: RestClient, id: string): Promise<void> {
	const { versionId, nodes } = await rest.request('GET', `/workflows/${id}`, stored.extend({ nodes: z.array(workflowNode) }));
	if (rest.isFirst && nodes.some(({ type }) => type === CALLED_BY_OTHERS)) return;
	await rest.request('POST', `/workflows/${id}/activate`, z.unknown(), { versionId });
	const deadline = Date.now() + LIVE_WITHIN_MS;
	for (;;) {
		const state = await publicationOf(rest, id);
		if (state.status === 'published') return;
		if (Date.now() > deadline || /fail|error/i.test(state.status)) {
			throw new Error(`Workflow ${id} was published, but it is not active: ${JSON.stringify(state)}`);
		}
		await pause(100);
	}
}

/** Older ones (1.123, 2.0) have no such route: there a workflow listens when the call that publishes it is answered. */
async function publicationOf(rest: RestClient, id: string): Promise<z.infer<typeof publication>> {
	try {
		return await rest.request('GET', `/workflows/${id}/publication-status`, publication);
	} catch (error) {
		if (error instanceof RestError && error.status === 404) return { status: 'published' };
		throw error;
	}
}

/** Publishes a workflow again with other parameters of a node, as a user would change them in the editor. */
export async function changeNode(rest: RestClient, id: string, node: string, parameters: Record<string, unknown>): Promise<void> {
	const { nodes, connections, versionId } = await rest.request('GET', `/workflows/${id}`, workflowFile.extend({ versionId: z.string() }));
	const changed = nodes.map((each) => (each.name === node ? { ...each, parameters: { ...each.parameters, ...parameters } } : each));
	await rest.request('PATCH', `/workflows/${id}`, z.unknown(), { nodes: changed, connections, versionId });
	await publishWorkflow(rest, id);
}

export async function unpublishWorkflow(rest: RestClient, id: string): Promise<void> {
	await rest.request('POST', `/workflows/${id}/deactivate`, z.unknown(), {});
}
