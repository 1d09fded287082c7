import type { INodeProperties } from 'n8n-workflow';

const input: INodeProperties[] = [
	{
		displayName: 'Name',
		name: 'name',
		type: 'string',
		default: '',
		required: true,
		placeholder: 'e.g. date',
		description: 'The name of the workflow\'s input field',
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
		description: 'Tells the model what to fill in',
	},
	{
		displayName: 'Choices',
		name: 'choices',
		type: 'string',
		default: '',
		placeholder: 'e.g. dentist, haircut',
		description: 'The allowed values, separated by commas. Leave empty to allow any. If there is only one, and it is required, the model is not asked for it.',
		displayOptions: { show: { type: ['string'] } },
	},
	{
		displayName: 'Required',
		name: 'required',
		type: 'boolean',
		default: true,
		description: 'Whether the model has to fill this in to use the tool',
	},
];

/** Workflows as tools: `tools.workflow[]`. */
export const workflowTools: INodeProperties = {
	displayName: 'Workflow Tools',
	name: 'tools',
	type: 'fixedCollection',
	typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Workflow', sortable: true },
	placeholder: 'Add Workflow',
	default: {},
	description:
		'Workflows that the model can run. Each must be published and start with a "When Executed by Another Workflow" trigger. The items of its last node are the result. Other n8n tools can be connected to the input "Tools".',
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
					description: 'The name by which the model calls the tool. Use letters, digits, underscores and dashes.',
				},
				{
					displayName: 'Description',
					name: 'description',
					type: 'string',
					typeOptions: { rows: 2 },
					default: '',
					placeholder: 'e.g. Books an appointment. Use it once the caller has said what it is for, the day and the time.',
					description: 'Tells the model what the tool does and when to use it',
				},
				{
					displayName: 'Inputs',
					name: 'inputs',
					type: 'fixedCollection',
					typeOptions: { multipleValues: true, multipleValueButtonText: 'Add Input', sortable: true },
					placeholder: 'Add Input',
					default: {},
					description: 'The values that the model fills in',
					options: [{ displayName: 'Input', name: 'input', values: input }],
				},
				{
					displayName: 'Say While Running',
					name: 'sayWhileRunning',
					type: 'string',
					default: '',
					placeholder: 'e.g. One moment, I am looking that up.',
					description: 'Spoken to the caller while the workflow runs. Leave empty to say nothing.',
				},
				{
					displayName: 'Time Limit (Seconds)',
					name: 'timeLimit',
					type: 'number',
					typeOptions: { minValue: 1, maxValue: 600 },
					default: 30,
					description: 'How long the model waits for the workflow. After that, the model is told that the workflow still runs. A result that comes later is known from the next turn on.',
				},
			],
		},
	],
};
