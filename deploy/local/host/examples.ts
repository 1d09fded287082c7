import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { adapted } from './older-n8n.ts';
import type { RestClient } from './rest-client.ts';
import { importWorkflow, listWorkflows, publishWorkflow, type WorkflowFile, workflowFile } from './workflows.ts';

/** The agent comes last: its tools have to be there, and published, when it is. */
const files = [
	'book-appointment.json',
	'list-appointments.json',
	'cancel-appointment.json',
	'voice-agent-appointments.json',
];

const triggerType = 'n8n-nodes-voice-loop.voiceSessionTrigger';

export interface ExampleWorkflow {
	readonly id: string;
	readonly name: string;
	/** false: it was there before and was left as it is. */
	readonly imported: boolean;
	/** The path of its voice page below `/webhook/`; '' for a workflow without one. */
	readonly pagePath: string;
}

/** A reference to another workflow, as n8n's workflow selector stores it. */
const reference = z.object({ __rl: z.literal(true), cachedResultName: z.string() }).passthrough();

/** Every n8n gives its own ids; the name that the selector keeps beside the id says which workflow is meant. */
function withReferences(value: unknown, ids: ReadonlyMap<string, string>): unknown {
	if (Array.isArray(value)) return value.map((each) => withReferences(each, ids));
	if (typeof value !== 'object' || value === null) return value;
	const found = reference.safeParse(value);
	const id = found.success ? ids.get(found.data.cachedResultName) : undefined;
	if (id !== undefined) return { ...value, mode: 'list', value: id, cachedResultUrl: `/workflow/${id}` };
	return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withReferences(each, ids)]));
}

function pagePathOf({ nodes }: WorkflowFile): string {
	const trigger = nodes.find(({ type }) => type === triggerType);
	return trigger ? z.string().catch('voice').parse(trigger.parameters.path) : '';
}

/**
 * Imports and publishes the example workflows. One whose name is there already is the user's own by now:
 * it is neither overwritten nor published.
 */
export async function importExamples(rest: RestClient, root: string): Promise<ExampleWorkflow[]> {
	const present = new Map((await listWorkflows(rest)).map(({ id, name }) => [name, id]));
	const ids = new Map(present);
	const examples: ExampleWorkflow[] = [];
	for (const file of files) {
		const text = await readFile(path.join(root, 'examples', file), 'utf8');
		const read = workflowFile.parse(withReferences(JSON.parse(text), ids));
		const workflow = await adapted(rest, read);
		const existing = present.get(workflow.name);
		const id = existing ?? (await importWorkflow(rest, workflow));
		if (existing === undefined) await publishWorkflow(rest, id);
		ids.set(workflow.name, id);
		const now = existing === undefined ? workflow : await rest.request('GET', `/workflows/${id}`, workflowFile);
		examples.push({ id, name: workflow.name, imported: existing === undefined, pagePath: pagePathOf(now) });
	}
	return examples;
}
