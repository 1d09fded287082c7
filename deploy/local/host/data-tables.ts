import { z } from 'zod';
import type { RestClient } from './rest-client.ts';

function page<Row extends z.ZodTypeAny>(row: Row) {
	return z.object({ count: z.number(), data: z.array(row) });
}
const table = z.object({ id: z.string(), name: z.string() });

/** @returns the rows of the owner's Data Table of that name, in the order they were added; [] when there is none */
export async function dataTableRows(rest: RestClient, name: string): Promise<Array<Record<string, unknown>>> {
	const { id: project } = await rest.request('GET', '/projects/personal', z.object({ id: z.string() }));
	const tables = await rest.request('GET', `/projects/${project}/data-tables?take=250`, page(table));
	const found = tables.data.find((each) => each.name === name);
	if (!found) return [];
	const rows = await rest.request(
		'GET',
		`/projects/${project}/data-tables/${found.id}/rows?take=1000&sortBy=id:asc`,
		page(z.record(z.unknown())),
	);
	return rows.data;
}
