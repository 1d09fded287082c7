import type { ILoadOptionsFunctions, INodeListSearchResult, INodeProperties } from 'n8n-workflow';
import type { Engines, EnginesQuery } from '../../runtime/contract/control';
import { nodeFailure } from './node-failure';
import { runtimeOf } from './runtime-of-node';

/** Below each list of fallbacks. */
export const SERVERS_HINT = 'Servers are listed as server:NAME. They are configured in the voice runtime, see docs/configuration.md.';
/** As many as the contract takes. */
export const MOST_FALLBACKS = 4;

/** Chosen from what the runtime has, or given as a path on the runtime's machine. */
export function modelParameter(placeholder: string, description: string): INodeProperties {
	return {
		displayName: 'Model',
		name: 'model',
		type: 'resourceLocator',
		default: { mode: 'list', value: 'auto', cachedResultName: 'Auto' },
		required: true,
		description,
		modes: [
			{
				displayName: 'From List',
				name: 'list',
				type: 'list',
				// Most use this machine's runtime, without a credential; n8n would otherwise not even ask for the list.
				typeOptions: { searchListMethod: 'searchModels', searchable: true, skipCredentialsCheckInRLC: true },
			},
			{
				displayName: 'By Path',
				name: 'path',
				type: 'string',
				placeholder,
				hint: 'A path on the machine that runs the voice runtime',
			},
		],
	};
}

/** `fallbacks.model[]`, each chosen as the model itself is. */
export function fallbackModels(placeholder: string): INodeProperties {
	return {
		displayName: 'Fallback Models',
		name: 'fallbacks',
		type: 'fixedCollection',
		typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Model', sortable: true, maxAllowedFields: MOST_FALLBACKS },
		placeholder: 'Add Model',
		default: {},
		description: 'Tried in this order if the model fails. The call continues without a pause, and the output says what was replaced and why.',
		hint: SERVERS_HINT,
		options: [
			{
				displayName: 'Model',
				name: 'model',
				values: [modelParameter(placeholder, 'Used when the models before it have failed. Auto and the offline pack need no server.')],
			},
		],
	};
}

/** The runtime's lists for drop-downs; a failure is shown where the list would be. */
export async function enginesFor(context: ILoadOptionsFunctions, query: EnginesQuery = {}): Promise<Engines> {
	try {
		return await (await runtimeOf(context)).engines(query);
	} catch (thrown) {
		throw nodeFailure(context.getNode(), thrown);
	}
}

/** `methods.listSearch.searchModels` of a node. n8n shows the names only; the search looks into the descriptions, too. */
export function searchModels(kind: 'transcribe' | 'chat') {
	return async function (this: ILoadOptionsFunctions, filter = ''): Promise<INodeListSearchResult> {
		const choices = (await enginesFor(this))[kind];
		const wanted = filter.toLowerCase();
		return { results: choices.filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(wanted)) };
	};
}
