import { z } from 'zod';
import type { RestClient } from './rest-client.ts';

function page<Row extends z.ZodTypeAny>(row: Row) {
	return z.object({ count: z.number(), data: z.array(row) });
}
const table = z.object({ id: z.string(), name: z.string() });

async function ownersProject(rest: RestClient): Promise<string> {
	return (await rest.request('GET', '/projects/personal', z.object({ id: z.string() }))).id;
}

async function findTable(rest: RestClient, project: string, name: string): Promise<string | undefined> {
	const tables = await rest.request('GET', `/projects/${project}/data-tables?take=250`, page(table));
	return tables.data.find((each) => each.name === name)?.id;
}

export interface Column {
	readonly name: string;
	readonly type: string;
}

/** @returns the id of the owner's Data Table of that name, which is made when there is none */
export async function ensureDataTable(rest: RestClient, name: string, columns: readonly Column[]): Promise<string> {
	const project = await ownersProject(rest);
	const found = await findTable(rest, project, name);
	return found ?? (await rest.request('POST', `/projects/${project}/data-tables`, table, { name, columns })).id;
}

/** @returns the rows of the owner's Data Table of that name, in the order they were added; [] when there is none */
export async function dataTableRows(rest: RestClient, name: string): Promise<Array<Record<string, unknown>>> {
	const project = await ownersProject(rest);
	const found = await findTable(rest, project, name);
	if (found === undefined) return [];
	const rows = await rest.request(
		'GET',
		`/projects/${project}/data-tables/${found}/rows?take=1000&sortBy=id:asc`,
		page(z.record(z.unknown())),
	);
	return rows.data;
}
