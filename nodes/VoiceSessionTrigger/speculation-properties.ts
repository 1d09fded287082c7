import type { INodeProperties } from 'n8n-workflow';

/** In the collection "Options". */
export const speculationProperty: INodeProperties = {
	displayName: 'Speculation',
	name: 'speculation',
	type: 'options',
	default: 'auto',
	description: 'Whether the answer is begun when the caller has probably finished, before that is certain. Nothing is heard, and no tool runs, until it is certain. Where the caller goes on, the execution ends as a success without a result, with the custom data "voiceTurn: superseded".',
	options: [
		{ name: 'Auto', value: 'auto', description: 'Model and voice, as far as no server is behind them, which may cost money; otherwise the workflow alone' },
		{ name: 'Off', value: 'off', description: 'The workflow starts when the turn has ended' },
		{ name: 'Model', value: 'model', description: 'The reply is written early' },
		{ name: 'Model and Voice', value: 'modelAndVoice', description: 'The reply is written early, and its speech is made' },
		{ name: 'Workflow', value: 'workflow', description: 'The execution starts early, and Llama Chat waits: nothing is asked for, and nothing can cost money' },
	],
};

export const speculationNotice: INodeProperties = {
	displayName: 'Turns are begun early only where nothing but Transcribe, Llama Chat and Orpheus Speak stands between this trigger and Orpheus Speak: other nodes would run twice. Elsewhere the field "speculation" of a turn\'s data says what is in the way.',
	name: 'speculationNotice',
	type: 'notice',
	default: '',
	displayOptions: { show: { '/options.speculation': ['auto', 'model', 'modelAndVoice', 'workflow'] } },
};
