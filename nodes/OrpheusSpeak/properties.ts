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
			'The text to speak. If you keep the default, directly after a Llama Chat node, speech starts with the first sentence while the model is still writing.',
	},
	...voiceParameters('getVoices', 'engine'),
	{
		displayName:
			'Orpheus expresses emotion where the text has one of these tags: &lt;laugh&gt;, &lt;chuckle&gt;, &lt;sigh&gt;, &lt;cough&gt;, &lt;sniffle&gt;, &lt;groan&gt;, &lt;yawn&gt;, &lt;gasp&gt;.',
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
			'Language code of the text. Numbers, dates and abbreviations are spelled out in English; in other languages the voice reads them itself. If empty: in a call the language of the Transcribe node, otherwise English.',
	},
	{
		displayName: 'Speed',
		name: 'speed',
		type: 'number',
		typeOptions: { minValue: 0.5, maxValue: 2, numberPrecision: 2 },
		default: 1,
		description: 'Speaking rate. 1 is the voice\'s normal rate, 2 is twice as fast.',
	},
	{
		displayName: 'Caller Can Interrupt',
		name: 'interruptible',
		type: 'boolean',
		default: true,
		description: 'Whether the voice stops when the caller starts to speak',
		displayOptions: toCaller,
	},
	{
		displayName: 'Caller Needs Time to Answer',
		name: 'callerNeedsTime',
		type: 'boolean',
		default: false,
		description: 'Whether to wait longer before what the caller says next is taken for complete. Useful when the agent asks for a phone number, a name or an address.',
		displayOptions: toCaller,
	},
	{
		displayName: 'Longest Speech (Seconds)',
		name: 'longestSpeech',
		type: 'number',
		typeOptions: { minValue: 1, maxValue: 3600 },
		default: 60,
		description: 'The speech ends after this long, whatever is left of the text, and a model that is still writing it stops. Keeps a model that does not come to an end from holding the line.',
		displayOptions: toCaller,
	},
	{
		displayName: 'Wait for Playout',
		name: 'waitForEnd',
		type: 'boolean',
		default: true,
		description:
			'Whether the node waits until the caller has heard everything. Otherwise it finishes as soon as the first audio is sent, and its output does not say what was heard.',
		displayOptions: toCaller,
	},
	{
		displayName: 'Destination',
		name: 'destination',
		type: 'options',
		noDataExpression: true,
		default: 'auto',
		description: 'Where to send the speech',
		options: [
			{ name: 'Automatic', value: 'auto', description: 'In a call, to the caller. Otherwise, to an audio file.' },
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
		hint: 'The name of the output binary field to put the WAV file in. Not used in a call.',
		displayOptions: { show: { destination: ['auto', 'file'] } },
	},
	orpheusOptions,
];
