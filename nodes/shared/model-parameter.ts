import type { ILoadOptionsFunctions, INodeListSearchResult, INodeProperties } from 'n8n-workflow';
import type { Engines } from '../../runtime/contract/control';
import { nodeFailure } from './node-failure';
import { runtimeOf } from './runtime-of-node';

/** Chosen from what the runtime has, or given as a path on the runtime's machine. */
export const modelParameter = (standard: string, placeholder: string, description: string): INodeProperties => ({
	displayName: 'Model',
	name: 'model',
	type: 'resourceLocator',
	default: { mode: 'list', value: standard, cachedResultName: 'Offline pack' },
	required: true,
	description,
	modes: [
		{
			displayName: 'From List',
			name: 'list',
			type: 'list',
			typeOptions: { searchListMethod: 'searchModels', searchable: true },
		},
		{
			displayName: 'By Path',
			name: 'path',
			type: 'string',
			placeholder,
			hint: 'A path on the machine where the voice runtime runs',
		},
	],
});

/** The runtime's lists for drop-downs; a failure is shown where the list would be. */
export async function enginesFor(context: ILoadOptionsFunctions): Promise<Engines> {
	try {
		return await (await runtimeOf(context)).engines();
	} catch (thrown) {
		throw nodeFailure(context.getNode(), thrown);
	}
}

/** `methods.listSearch.searchModels` of a node. */
export const searchModels = (kind: 'transcribe' | 'chat') =>
	async function (this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
		const choices = (await enginesFor(this))[kind];
		const wanted = filter.toLowerCase();
		return { results: choices.filter(({ name }) => name.toLowerCase().includes(wanted)) };
	};
