import type { INodeProperties } from 'n8n-workflow';

/** `turnTakingSettings` of the contract, field by field. */
export const turnTakingProperties: INodeProperties = {
	displayName: 'Turn Taking',
	name: 'turnTaking',
	type: 'collection',
	placeholder: 'Add setting',
	default: {},
	description: 'When the caller\'s turn ends, and when the caller can interrupt',
	options: [
		{
			displayName: 'Allow Interruptions',
			name: 'interruptions',
			type: 'boolean',
			default: true,
			description: 'Whether the caller can interrupt the agent by speaking (barge-in)',
		},
		{
			displayName: 'Min Interruption (Ms)',
			name: 'minInterruptionMs',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 2000 },
			default: 250,
			description: 'How long the caller has to speak before it counts as an interruption',
		},
		{
			displayName: 'Silence Before End-of-Turn Check (Ms)',
			name: 'flushSilenceMs',
			type: 'number',
			typeOptions: { minValue: 100, maxValue: 2000 },
			default: 200,
			description: 'After this much silence, the text so far is examined to decide whether the turn is over',
		},
		{
			displayName: 'Silence That Ends a Turn (Ms)',
			name: 'endSilenceMs',
			type: 'number',
			typeOptions: { minValue: 200, maxValue: 5000 },
			default: 700,
			description: 'Used when the text does not show whether the turn is over',
		},
		{
			displayName: 'Silence That Always Ends a Turn (Ms)',
			name: 'maxSilenceMs',
			type: 'number',
			typeOptions: { minValue: 300, maxValue: 10000 },
			default: 1500,
			description: 'Ends the turn even in the middle of a sentence',
		},
	],
};
