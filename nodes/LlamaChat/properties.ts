import type { INodeProperties } from 'n8n-workflow';
import { fallbackModels, modelParameter } from '../shared/model-parameter';
import { workflowTools } from './tools/workflow-tool-properties';

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Conversation',
			name: 'conversation',
			type: 'options',
			default: 'auto',
			description: 'Which conversation the prompt belongs to',
			options: [
				{ name: 'Automatic', value: 'auto', description: 'The caller\'s in a voice session, otherwise one of its own' },
				{ name: 'Its Own', value: 'own', description: 'A conversation of its own also within a voice session: the caller does not hear it' },
			],
		},
		{
			displayName: 'Max Tokens',
			name: 'maxTokens',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 4096 },
			default: 256,
			description: 'Longest answer in tokens, about three quarters of a word each',
		},
		{
			displayName: 'Max Tool Calls',
			name: 'maxToolCalls',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 32 },
			default: 6,
			description: 'How many tool calls the model may make before it has to answer',
		},
		{
			displayName: 'Messages Before',
			name: 'messages',
			type: 'json',
			default: '[]',
			placeholder: '[{ "role": "user", "content": "Hello" }, { "role": "assistant", "content": "Hi!" }]',
			description: 'What was said before the prompt. In a voice session the runtime knows that by itself, and this isn\'t used.',
		},
		{
			displayName: 'Say When Unclear',
			name: 'sayWhenUnclear',
			type: 'string',
			default: 'Sorry, I did not catch that. Could you say it again?',
			description: 'Said without asking the model when the caller was not understood. Without this option the model is told that it was unclear.',
		},
		{
			displayName: 'Temperature',
			name: 'temperature',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
			default: 0,
			description: '0 always takes the most likely word. Higher values vary more.',
		},
		{
			displayName: 'Time Limit of Connected Tools (Seconds)',
			name: 'toolTimeLimit',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 600 },
			default: 30,
			description: 'For tools that are connected to this node. Workflow tools have limits of their own.',
		},
		{
			displayName: 'Top K',
			name: 'topK',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1000 },
			default: 40,
			description: 'Choose among this many of the most likely tokens. 0 for all of them.',
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

const PATH = '/models/Llama-3.2-3B-Instruct-Q4_K_M.gguf';

export const llamaChatProperties: INodeProperties[] = [
	{
		displayName: 'Instructions',
		name: 'instructions',
		type: 'string',
		typeOptions: { rows: 6 },
		default: 'You are a friendly voice assistant. Answer in one or two short sentences, as people speak.',
		placeholder: 'e.g. You book appointments for the Elm Street dental practice. Ask for what is missing.',
		description: 'Who the assistant is, what it may do, and how it speaks',
	},
	{
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '={{ $json.text }}',
		description: 'What to answer: the text of the Transcribe node before it, unless changed',
	},
	modelParameter('pack:answer', PATH, 'A GGUF file. "Offline pack" can talk about appointments only.'),
	fallbackModels('pack:answer', PATH),
	workflowTools,
	options,
];
