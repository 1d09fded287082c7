import type { INodeProperties } from 'n8n-workflow';
import { TEXT_OF_ITEM } from '../shared/look-ahead';
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
			displayName: 'Check Tool Inputs',
			name: 'checkToolInputs',
			type: 'boolean',
			default: true,
			description:
				'Whether a tool waits until the caller has said the day, time, number, name or address that the model wants to give it. What the caller has not said, or what was said on a bad line, is asked for once. Only in a call; tools that only read are not checked.',
		},
		{
			displayName: 'Conversation',
			name: 'conversation',
			type: 'options',
			default: 'auto',
			description: 'Which conversation the prompt is part of',
			options: [
				{ name: 'Automatic', value: 'auto', description: 'In a call, the conversation with the caller. Otherwise, a separate one.' },
				{ name: 'Separate', value: 'own', description: 'A separate conversation, even in a call. The caller does not hear it.' },
			],
		},
		{
			displayName: 'Max Tokens',
			name: 'maxTokens',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 4096 },
			default: 256,
			description: 'The maximum length of the answer, in tokens. A token is about three quarters of a word.',
		},
		{
			displayName: 'Max Tool Calls',
			name: 'maxToolCalls',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 32 },
			default: 6,
			description: 'How many tool calls the model can make before it has to answer',
		},
		{
			displayName: 'Previous Messages',
			name: 'messages',
			type: 'json',
			default: '[]',
			placeholder: '[{ "role": "user", "content": "Hello" }, { "role": "assistant", "content": "Hi!" }]',
			description: 'The conversation before the prompt. Not used in a call, where the runtime keeps the conversation itself.',
		},
		{
			displayName: 'Say When Unclear',
			name: 'sayWhenUnclear',
			type: 'string',
			default: 'Sorry, I did not catch that. Could you say it again?',
			description: 'Spoken when the caller was not understood, without asking the model. If this option is not set, the model is told that the caller was unclear.',
		},
		{
			displayName: 'Temperature',
			name: 'temperature',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 2, numberPrecision: 2 },
			default: 0,
			description: 'At 0 the model always chooses the most likely token. Higher values make answers more varied.',
		},
		{
			displayName: 'Time Limit for Connected Tools (Seconds)',
			name: 'toolTimeLimit',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 600 },
			default: 30,
			description: 'How long a connected tool can run. Each workflow tool has its own time limit.',
		},
		{
			displayName: 'Top K',
			name: 'topK',
			type: 'number',
			typeOptions: { minValue: 0, maxValue: 1000 },
			default: 40,
			description: 'Choose from this many of the most likely tokens. 0 means all of them.',
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

const PATH = '/models/Llama-3.2-3B-Instruct-Q4_K_M.gguf';

export const llamaChatProperties: INodeProperties[] = [
	{
		displayName: 'Instructions',
		name: 'instructions',
		type: 'string',
		typeOptions: { rows: 6 },
		default: 'You are a friendly voice assistant. Answer in one or two short sentences, as people speak.',
		placeholder: 'e.g. You book appointments for the Elm Street dental practice. Ask for any missing details.',
		description: 'Who the assistant is, what it can do, and how it speaks',
	},
	{
		displayName: 'Prompt',
		name: 'prompt',
		type: 'string',
		typeOptions: { rows: 2 },
		default: TEXT_OF_ITEM,
		description: 'The text to answer. By default, the text from the Transcribe node before this one.',
	},
	modelParameter(PATH, 'The language model, as a GGUF file or on a server. Auto is the best on the voice runtime\'s machine. The offline pack, which needs no download, can only talk about appointments.'),
	fallbackModels(PATH),
	workflowTools,
	options,
];
