import type { INodeProperties } from 'n8n-workflow';
import { TEXT_OF_ITEM } from '../shared/look-ahead';
import { orpheusOptions } from './orpheus-options';
import { fallbackVoices, voiceParameters } from './voice-parameters';

const toCaller = { show: { destination: ['auto', 'caller'] } };

export const orpheusSpeakProperties: INodeProperties[] = [
	{
		displayName: 'Text',
		name: 'text',
		type: 'string',
		typeOptions: { rows: 3 },
		default: TEXT_OF_ITEM,
		placeholder: 'e.g. Your appointment is booked.',
		description:
			'What to say. Left as it is, right after a Llama Chat node, speech starts with the first sentence while Llama still writes.',
	},
	...voiceParameters('getVoices', 'engine'),
	{
		displayName:
			'Orpheus speaks with feeling where the text has a tag: &lt;laugh&gt;, &lt;chuckle&gt;, &lt;sigh&gt;, &lt;cough&gt;, &lt;sniffle&gt;, &lt;groan&gt;, &lt;yawn&gt;, &lt;gasp&gt;.',
		name: 'emotionNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { engine: [{ _cnd: { includes: 'orpheus' } }] } },
	},
	fallbackVoices,
	{
		displayName: 'Language',
		name: 'language',
		type: 'string',
		default: '',
		placeholder: 'e.g. en-GB',
		description:
			'Language code of the text. Figures, dates and abbreviations in English are said in words; voices of other languages read them themselves. Empty is the Transcribe node\'s language in a call, otherwise English.',
	},
	{
		displayName: 'Speed',
		name: 'speed',
		type: 'number',
		typeOptions: { minValue: 0.5, maxValue: 2, numberPrecision: 2 },
		default: 1,
		description: 'Pace of the voice. 1 is its own pace, 2 twice as fast.',
	},
	{
		displayName: 'Caller May Interrupt',
		name: 'interruptible',
		type: 'boolean',
		default: true,
		description: 'Whether the voice stops when the caller begins to speak',
		displayOptions: toCaller,
	},
	{
		displayName: 'Wait Until Heard',
		name: 'waitForEnd',
		type: 'boolean',
		default: true,
		description:
			'Whether the node ends when the caller has heard the end. Otherwise it ends when the first sound is sent, and its output does not say what was heard.',
		displayOptions: toCaller,
	},
	{
		displayName: 'Destination',
		name: 'destination',
		type: 'options',
		noDataExpression: true,
		default: 'auto',
		description: 'Where the speech goes',
		options: [
			{ name: 'Automatic', value: 'auto', description: 'To the caller in a voice session, otherwise into an audio file' },
			{ name: 'Caller', value: 'caller', description: 'To the caller whose turn started this execution' },
			{ name: 'Audio File', value: 'file', description: 'A WAV file in the item\'s binary data' },
		],
	},
	{
		displayName: 'Put Output File in Field',
		name: 'binaryPropertyName',
		type: 'string',
		default: 'data',
		required: true,
		placeholder: 'e.g. data',
		hint: 'The name of the output binary field to put the WAV file in. In a voice session it isn\'t used.',
		displayOptions: { show: { destination: ['auto', 'file'] } },
	},
	orpheusOptions,
];
