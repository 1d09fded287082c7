import { z } from 'zod';
import { ensureDataTable } from './data-tables.ts';
import type { RestClient } from './rest-client.ts';
import type { WorkflowFile } from './workflows.ts';

const DATA_TABLE = { name: 'n8n-nodes-base.dataTable', version: 1.1 };

/** A node that makes a Data Table. */
const maker = z.object({
	resource: z.literal('table'),
	operation: z.literal('create'),
	tableName: z.string(),
	columns: z.object({ column: z.array(z.object({ name: z.string(), type: z.string() })) }),
});

const property = z.object({ name: z.string(), options: z.array(z.object({ value: z.unknown() })).optional() });
const descriptions = z.array(z.object({ properties: z.array(property) }));

/** In n8n 1.x, and in 2.0, the Data Table node reads and writes rows, but makes no table. */
async function canMakeTables(rest: RestClient): Promise<boolean> {
	const found = await rest.request('POST', '/node-types', descriptions, { nodeInfos: [DATA_TABLE] });
	const resource = found[0]?.properties.find(({ name }) => name === 'resource');
	return resource?.options?.some(({ value }) => value === 'table') ?? false;
}

/**
 * A workflow as this n8n can run it. Where its Data Table node makes no table, the table is made now, and the node
 * that would have made it says only which one it is.
 */
export async function adapted(rest: RestClient, workflow: WorkflowFile): Promise<WorkflowFile> {
	const makers = workflow.nodes.filter(({ type, parameters }) => type === DATA_TABLE.name && maker.safeParse(parameters).success);
	if (makers.length === 0 || (await canMakeTables(rest))) return workflow;
	const nodes = await Promise.all(
		workflow.nodes.map(async (node) => {
			if (node.type !== DATA_TABLE.name) return node;
			const made = maker.safeParse(node.parameters);
			if (!made.success) return { ...node, typeVersion: 1 };
			const id = await ensureDataTable(rest, made.data.tableName, made.data.columns.column);
			const parameters = { mode: 'raw', jsonOutput: JSON.stringify({ id }), options: {} };
			return { ...node, type: 'n8n-nodes-base.set', typeVersion: 3.4, parameters };
		}),
	);
	return { ...workflow, nodes };
}
