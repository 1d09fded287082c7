import type { INodeProperties } from 'n8n-workflow';

const NAME_OF_MODEL =
	'Choose from the list, or specify the path of a file on the voice runtime\'s machine using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.';

/** `orpheusSettings` of the contract, field by field. Always shown: a fallback or a server can be an Orpheus, too. */
export const orpheusOptions: INodeProperties = {
	displayName: 'Orpheus',
	name: 'orpheus',
	type: 'collection',
	placeholder: 'Add setting',
	default: {},
	description: 'For Orpheus only, as the engine or as a fallback',
	options: [
		{
			displayName: 'Decoder',
			name: 'decoder',
			type: 'options',
			typeOptions: { loadOptionsMethod: 'getDecoders' },
			default: 'auto',
			description: `Turns Orpheus's tokens into sound, also those of a server: SNAC 24 kHz as ONNX. ${NAME_OF_MODEL}`,
		},
		{
			displayName: 'Model',
			name: 'model',
			type: 'options',
			typeOptions: { loadOptionsMethod: 'getOrpheusModels' },
			default: 'auto',
			description: `A GGUF file; a server has its own. ${NAME_OF_MODEL}`,
		},
		{
			displayName: 'Repetition Penalty',
			name: 'repetitionPenalty',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 2, numberPrecision: 2 },
			default: 1.1,
			description: 'Below 1.1 Orpheus gets stuck. Higher values also make it speak faster.',
		},
		{
			displayName: 'Temperature',
			name: 'temperature',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
			default: 0.6,
			description: 'Higher values make a livelier voice that goes wrong more often',
		},
		{
			displayName: 'Top K',
			name: 'topK',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 1000 },
			default: 40,
			description: 'Choose among this many of the most likely tokens',
		},
		{
			displayName: 'Top P',
			name: 'topP',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
			default: 0.9,
			description: 'Choose among the most likely tokens that together have this probability',
		},
	],
};
