import type { INodeProperties } from 'n8n-workflow';
import { MOST_FALLBACKS, SERVERS_HINT } from '../shared/model-parameter';

/** In a row of a list n8n finds a neighbour by `&`. */
export const ENGINE_OF_ROW = '&engine';

/** An engine and one of its voices, for the node itself or for a row of its list. */
export function voiceParameters(voicesMethod: string, engineParameter: string): INodeProperties[] {
	return [
		{
			displayName: 'Engine',
			name: 'engine',
			type: 'options',
			typeOptions: { loadOptionsMethod: 'getEngines' },
			default: 'auto',
			description:
				'The speech engine. Auto is the best voice on the voice runtime\'s machine. Choose from the list, or specify a name using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
		},
		{
			displayName: 'Voice',
			name: 'voice',
			type: 'options',
			typeOptions: { loadOptionsMethod: voicesMethod, loadOptionsDependsOn: [engineParameter] },
			default: '',
			description:
				'Choose from the list, or specify a name using an <a href="https://docs.n8n.io/code/expressions/">expression</a>. If empty, the engine\'s default voice is used.',
		},
	];
}

/** `fallbacks.voice[]` */
export const fallbackVoices: INodeProperties = {
	displayName: 'Fallback Voices',
	name: 'fallbacks',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Voice', sortable: true, maxAllowedFields: MOST_FALLBACKS },
	placeholder: 'Add Voice',
	default: {},
	description:
		'Tried in this order if the engine fails or is too slow. The call continues without a pause: the next voice says what the caller has not heard yet. The output says what was replaced and why.',
	hint: SERVERS_HINT,
	options: [{ displayName: 'Voice', name: 'voice', values: voiceParameters('getFallbackVoices', ENGINE_OF_ROW) }],
};
