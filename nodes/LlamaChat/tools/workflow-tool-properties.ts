import type { INodeProperties } from 'n8n-workflow';

const input: INodeProperties[] = [
	{
		displayName: 'Name',
		name: 'name',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. date',
		description: 'The field of the item that the workflow starts with',
	},
	{
		displayName: 'Type',
		name: 'type',
		type: 'options',
		default: 'string',
		options: [
			{ name: 'Boolean', value: 'boolean' },
			{ name: 'Number', value: 'number' },
			{ name: 'String', value: 'string' },
		],
	},
	{
		displayName: 'Description',
		name: 'description',
		type: 'string',
		default: '',
		placeholder: 'e.g. Day of the appointment as YYYY-MM-DD',
		description: 'Tells the model what belongs here',
	},
	{
		displayName: 'Choices',
		name: 'choices',
		type: 'string',
		default: '',
		placeholder: 'e.g. dentist, haircut',
		description: 'The only values that are possible, separated by commas. Empty for any.',
		displayOptions: { show: { type: ['string'] } },
	},
	{
		displayName: 'Required',
		name: 'required',
		type: 'boolean',
		default: true,
		description: 'Whether the model has to know it before it can use the tool',
	},
];

/** Sibling workflows as tools: `tools.workflow[]`. */
export const workflowTools: INodeProperties = {
	displayName: 'Workflow Tools',
	name: 'tools',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Workflow', sortable: true },
	placeholder: 'Add Workflow',
	default: {},
	description:
		'Workflows the model may run. Each must start with "When Executed by Another Workflow", be published, and give its result as the last node\'s items. Other n8n tools can be connected below the node.',
	options: [
		{
			displayName: 'Workflow',
			name: 'workflow',
			values: [
				{ displayName: 'Workflow', name: 'workflowId', type: 'workflowSelector', default: '', required: true },
				{
					displayName: 'Name',
					name: 'name',
					type: 'string',
					default: '',
					required: true,
					placeholder: 'e.g. book_appointment',
					description: 'As the model calls it: letters, digits, underscore and dash',
				},
				{
					displayName: 'Description',
					name: 'description',
					type: 'string',
					typeOptions: { rows: 2 },
					default: '',
					placeholder: 'e.g. Books an appointment. Use it when the caller has named the kind, the day and the time.',
					description: 'Tells the model what the tool does and when to use it',
				},
				{
					displayName: 'Inputs',
					name: 'inputs',
					type: 'fixedCollection',
					typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Input', sortable: true },
					placeholder: 'Add Input',
					default: {},
					description: 'What the model fills in',
					options: [{ displayName: 'Input', name: 'input', values: input }],
				},
				{
					displayName: 'Say While Running',
					name: 'sayWhileRunning',
					type: 'string',
					default: '',
					placeholder: 'e.g. One moment, I am looking that up.',
					description: 'Said to the caller while the workflow runs. Empty for nothing.',
				},
				{
					displayName: 'Time Limit (Seconds)',
					name: 'timeLimit',
					type: 'number',
					typeOptions: { minValue: 1, maxValue: 600 },
					default: 30,
					description: 'After this the model is told that the workflow takes too long. The workflow itself runs on.',
				},
			],
		},
	],
};
