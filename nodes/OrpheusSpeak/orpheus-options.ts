import type { INodeProperties } from 'n8n-workflow';

const NAME_OF_MODEL =
	'Choose from the list, or specify a path on the voice runtime\'s machine using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.';

/** `orpheusSettings` of the contract, field by field. Always shown: a fallback or a server can be an Orpheus, too. */
export const orpheusOptions: INodeProperties = {
	displayName: 'Orpheus',
	name: 'orpheus',
	type: 'collection',
	placeholder: 'Add setting',
	default: {},
	description: 'Only used by Orpheus, as the engine or as a fallback',
	options: [
		{
			displayName: 'Decoder',
			name: 'decoder',
			type: 'options',
			typeOptions: { loadOptionsMethod: 'getDecoders' },
			default: 'auto',
			description: `The SNAC 24 kHz decoder (ONNX) that turns Orpheus's tokens into audio, including tokens from a server. ${NAME_OF_MODEL}`,
		},
		{
			displayName: 'Model',
			name: 'model',
			type: 'options',
			typeOptions: { loadOptionsMethod: 'getOrpheusModels' },
			default: 'auto',
			description: `The Orpheus model, a GGUF file. Not used with a server, which has its own model. ${NAME_OF_MODEL}`,
		},
		{
			displayName: 'Repetition Penalty',
			name: 'repetitionPenalty',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 2, numberPrecision: 2 },
			default: 1.1,
			description: 'Below 1.1, Orpheus tends to get stuck. Higher values also make it speak faster.',
		},
		{
			displayName: 'Temperature',
			name: 'temperature',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
			default: 0.6,
			description: 'Higher values make the voice livelier, but also more likely to make mistakes',
		},
		{
			displayName: 'Top K',
			name: 'topK',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 1000 },
			default: 40,
			description: 'Choose from this many of the most likely tokens',
		},
		{
			displayName: 'Top P',
			name: 'topP',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
			default: 0.9,
			description: 'Choose from the most likely tokens whose probabilities add up to this value',
		},
	],
};
