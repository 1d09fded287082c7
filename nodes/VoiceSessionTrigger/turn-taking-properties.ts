import type { INodeProperties } from 'n8n-workflow';

/** `turnTakingSettings` of the contract, field by field. */
export const turnTakingProperties: INodeProperties = {
	displayName: 'Turn Taking',
	name: 'turnTaking',
	type: 'collection',
	placeholder: 'Add setting',
	default: {},
	description: 'When the caller\'s turn is over, and when the caller may interrupt',
	options: [
		{
			displayName: 'Interruptions',
			name: 'interruptions',
			type: 'boolean',
			default: true,
			description: 'Whether the caller can interrupt the agent by speaking',
		},
		{
			displayName: 'Shortest Interruption (Ms)',
			name: 'minInterruptionMs',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 2000 },
			default: 250,
			description: 'Speech needed before an interruption counts',
		},
		{
			displayName: 'Silence Before Judging (Ms)',
			name: 'flushSilenceMs',
			type: 'number',
			typeOptions: { minValue: 100, maxValue: 2000 },
			default: 200,
			description: 'After this silence the text so far is looked at, to judge whether the turn is over',
		},
		{
			displayName: 'Silence That Ends a Turn (Ms)',
			name: 'endSilenceMs',
			type: 'number',
			typeOptions: { minValue: 200, maxValue: 5000 },
			default: 700,
			description: 'When the text tells nothing either way',
		},
		{
			displayName: 'Silence That Always Ends a Turn (Ms)',
			name: 'maxSilenceMs',
			type: 'number',
			typeOptions: { minValue: 300, maxValue: 10000 },
			default: 1500,
			description: 'Also in the middle of a sentence',
		},
	],
};
