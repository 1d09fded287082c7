import type { INodeProperties } from 'n8n-workflow';
import { fallbackModels, modelParameter } from '../shared/model-parameter';

const PATH = '/models/my-recogniser';

export const transcribeProperties: INodeProperties[] = [
	{
		displayName: 'Source',
		name: 'source',
		type: 'options',
		noDataExpression: true,
		default: 'auto',
		description: 'What to transcribe',
		options: [
			{ name: 'Automatic', value: 'auto', description: 'In a call, the caller\'s turn. Otherwise, a recording.' },
			{ name: 'Caller\'s Turn', value: 'turn', description: 'What the caller said in the turn that started this execution' },
			{ name: 'Recording', value: 'binary', description: 'A WAV file in the item\'s binary data' },
		],
	},
	{
		displayName: 'Input Binary Field',
		name: 'binaryPropertyName',
		type: 'string',
		default: 'data',
		required: true,
		placeholder: 'e.g. data',
		hint: 'The name of the input binary field containing the WAV file. Not used in a call.',
		displayOptions: { show: { source: ['auto', 'binary'] } },
	},
	modelParameter(PATH, 'The speech recognition model. Auto is the best on the voice runtime\'s machine that goes with the model of Llama Chat. The offline pack, which needs no download, understands only its demo domain, appointments.'),
	fallbackModels(PATH),
	{
		displayName: 'Language',
		name: 'language',
		type: 'string',
		default: 'en',
		placeholder: 'e.g. en',
		description: 'Language code of the speech, such as en, de or pt-BR. If empty, the model finds out by itself.',
	},
	{
		displayName: 'Hints',
		name: 'hints',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. Doctor Alvarez, Elm Street',
		description: 'Words to expect, such as names and products, separated by commas or line breaks',
	},
];
