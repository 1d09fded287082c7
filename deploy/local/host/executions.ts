import { z } from 'zod';
import type { RestClient } from './rest-client.ts';

const summary = z.object({ id: z.string(), status: z.string(), mode: z.string().optional() }).passthrough();

/** One run of a node. `data.main` holds its items by output. */
const nodeRun = z
	.object({
		executionTime: z.number().optional(),
		startTime: z.number().optional(),
		executionStatus: z.string().optional(),
		error: z.object({ message: z.string() }).passthrough().optional(),
		data: z
			.object({ main: z.array(z.array(z.object({ json: z.record(z.unknown()) }).passthrough()).nullable()).optional() })
			.passthrough()
			.optional(),
	})
	.passthrough();

const runData = z.object({
	resultData: z
		.object({
			runData: z.record(z.array(nodeRun)).default({}),
			lastNodeExecuted: z.string().optional(),
			error: z.object({ message: z.string() }).passthrough().optional(),
			metadata: z.record(z.string()).default({}),
		})
		.passthrough(),
});

export type Execution = z.infer<typeof summary> & {
	/** By node name; one entry a run. Empty when the workflow does not save this kind of execution. */
	readonly runs: Record<string, Array<z.infer<typeof nodeRun>>>;
	readonly lastNode: string | undefined;
	readonly error: string | undefined;
	/** What nodes have set. */
	readonly customData: Record<string, string>;
};

/**
 * Undoes the `flatted` format in which n8n stores executions: a list whose first entry is the whole,
 * and in which every string inside an object or list is the index of the entry that stands there.
 */
export function unflatten(text: string): unknown {
	const entries = z.array(z.unknown()).parse(JSON.parse(text));
	const revived = new Map<number, unknown>();
	const revive = (index: number): unknown => {
		if (revived.has(index)) return revived.get(index);
		const entry = entries[index];
		if (typeof entry !== 'object' || entry === null) return entry;
		const whole: Record<string, unknown> | unknown[] = Array.isArray(entry) ? [] : {};
		revived.set(index, whole);
		for (const [key, value] of Object.entries(entry as Record<string, unknown>)) {
			Object.assign(whole, { [key]: typeof value === 'string' ? revive(Number(value)) : value });
		}
		return whole;
	};
	return revive(0);
}

/** A workflow's executions, the newest first, without their data. */
export async function listExecutions(rest: RestClient, workflowId: string): Promise<Array<z.infer<typeof summary>>> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId }));
	const page = await rest.request('GET', `/executions?filter=${filter}&limit=100`, z.object({ results: z.array(summary) }));
	return page.results;
}

export async function readExecution(rest: RestClient, id: string): Promise<Execution> {
	const { data, ...head } = await rest.request('GET', `/executions/${id}`, summary.extend({ data: z.string() }));
	const { resultData } = runData.parse(unflatten(data));
	return {
		...head,
		runs: resultData.runData,
		lastNode: resultData.lastNodeExecuted,
		error: resultData.error?.message,
		customData: resultData.metadata,
	};
}
