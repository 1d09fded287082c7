import { z } from 'zod';
import { ensureDataTable } from './data-tables.ts';
import type { RestClient } from './rest-client.ts';
import type { WorkflowFile } from './workflows.ts';

const DATA_TABLE = 'n8n-nodes-base.dataTable';

/** A node that makes a Data Table. */
const maker = z.object({
	resource: z.literal('table'),
	operation: z.literal('create'),
	tableName: z.string(),
	columns: z.object({ column: z.array(z.object({ name: z.string(), type: z.string() })) }),
});

/**
 * A workflow as n8n 1.x can run it. There the Data Table node reads and writes rows, but makes no table: so the
 * table is made now, and the node that made it says only which one it is.
 */
export async function forFirstN8n(rest: RestClient, workflow: WorkflowFile): Promise<WorkflowFile> {
	const nodes = await Promise.all(
		workflow.nodes.map(async (node) => {
			if (node.type !== DATA_TABLE) return node;
			const made = maker.safeParse(node.parameters);
			if (!made.success) return { ...node, typeVersion: 1 };
			const id = await ensureDataTable(rest, made.data.tableName, made.data.columns.column);
			const parameters = { mode: 'raw', jsonOutput: JSON.stringify({ id }), options: {} };
			return { ...node, type: 'n8n-nodes-base.set', typeVersion: 3.4, parameters };
		}),
	);
	return { ...workflow, nodes };
}
