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
			displayName: 'Audio Judge',
			name: 'audioJudge',
			type: 'options',
			default: 'auto',
			options: [
				{ name: 'Auto', value: 'auto', description: 'Used where its model is on the voice runtime\'s machine (voice-loop models fetch smart-turn-v3.2)' },
				{ name: 'Off', value: 'off', description: 'Text and silence alone decide' },
			],
			description: 'Whether a small model listens to how something was said, to tell a pause from the end of a turn',
		},
		{
			displayName: 'Audio Judge Model',
			name: 'audioJudgeModel',
			type: 'string',
			default: 'auto',
			placeholder: 'e.g. /models/smart-turn-v3.2-cpu.onnx',
			description: 'Auto, an ID of the runtime\'s catalogue, or the path of a smart-turn v3 file on its machine',
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
			displayName: 'Min Silence (Ms)',
			name: 'minSilenceMs',
			type: 'number',
			typeOptions: { minValue: 100, maxValue: 5000 },
			default: 250,
			description: 'No turn ends after less silence, however complete it sounds',
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
			description: 'Used when neither the sound nor the text show whether the turn is over',
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
