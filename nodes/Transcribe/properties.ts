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
			{ name: 'Automatic', value: 'auto', description: 'The caller\'s turn in a voice session, otherwise a recording' },
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
		hint: 'The name of the input binary field containing the WAV file. In a voice session it isn\'t used.',
		displayOptions: { show: { source: ['auto', 'binary'] } },
	},
	modelParameter('pack:listen', PATH, 'The speech recogniser. "Offline pack" understands its demo domain (appointments) only.'),
	fallbackModels('pack:listen', PATH),
	{
		displayName: 'Language',
		name: 'language',
		type: 'string',
		default: 'en',
		placeholder: 'e.g. en',
		description: 'Language code of what is spoken',
	},
	{
		displayName: 'Hints',
		name: 'hints',
		type: 'string',
		typeOptions: { rows: 2 },
		default: '',
		placeholder: 'e.g. Doctor Alvarez, Elm Street',
		description: 'Words to expect, such as names and products. Separate them with commas or line breaks.',
	},
];
