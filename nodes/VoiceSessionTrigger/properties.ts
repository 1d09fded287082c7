import type { INodeProperties } from 'n8n-workflow';
import { FIRST_WORD_MS, IDLE_TIMEOUT_MS, MAX_CALL_DURATION_MS } from '../../runtime/contract/agent-settings';
import { pageLinksProperty } from './page-links';
import { speculationNotice, speculationProperty } from './speculation-properties';
import { turnTakingProperties } from './turn-taking-properties';

const options: INodeProperties = {
	displayName: 'Options',
	name: 'options',
	type: 'collection',
	placeholder: 'Add option',
	default: {},
	options: [
		{
			displayName: 'Agent Name',
			name: 'agentName',
			type: 'string',
			default: '',
			placeholder: 'e.g. Elm Street Dental',
			description: 'The name that the voice page shows',
		},
		{
			displayName: 'Allowed Origins',
			name: 'allowedOrigins',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://www.example.com',
			description: 'Other websites whose pages can place calls, separated by commas. Use * for any website. The voice page at this node\'s URL is always allowed.',
		},
		{
			displayName: 'Apology',
			name: 'apology',
			type: 'string',
			default: 'Sorry, something went wrong. Please say that again.',
			description: 'Spoken when a turn fails, for callers who cannot see the page. Leave empty to say nothing.',
		},
		{
			displayName: 'Attach Audio',
			name: 'attachAudio',
			type: 'boolean',
			default: true,
			description: 'Whether to add a WAV file of what the caller said to each turn, in the binary field "audio"',
		},
		{
			displayName: 'Emit Started and Ended',
			name: 'emitCallEvents',
			type: 'boolean',
			default: true,
			description: 'Whether the start and the end of each call also start an execution. Never happens while testing in the editor.',
		},
		{
			displayName: 'First Word Limit (Seconds)',
			name: 'firstWordLimit',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 600 },
			default: FIRST_WORD_MS / 1000,
			description: 'The turn fails, and the caller hears the apology, when the model has neither said a word nor called a tool for this long',
		},
		{
			displayName: 'Idle Timeout (Seconds)',
			name: 'idleTimeout',
			type: 'number',
			typeOptions: { minValue: 5, maxValue: 3600 },
			default: IDLE_TIMEOUT_MS / 1000,
			description: 'The call ends when nobody has spoken for this long',
		},
		{
			displayName: 'Greeting',
			name: 'greeting',
			type: 'string',
			default: '',
			placeholder: 'e.g. Hello! How can I help you?',
			description: 'Spoken when a caller connects, with the voice of the Orpheus Speak node',
		},
		{
			displayName: 'Internal n8n URL',
			name: 'internalUrl',
			type: 'string',
			default: '',
			placeholder: 'e.g. http://n8n:5678',
			description: 'The URL at which the voice runtime can reach this n8n, if the address that the call arrived at does not work for it, for example between containers. To set it for all workflows, use the environment variable VOICE_LOOP_N8N_URL.',
		},
		{
			displayName: 'Max Call Duration (Minutes)',
			name: 'maxCallDuration',
			type: 'number',
			typeOptions: { minValue: 1, maxValue: 1440 },
			default: MAX_CALL_DURATION_MS / 60_000,
			description: 'The call ends after this time',
		},
		{
			displayName: 'Relay Only',
			name: 'relayOnly',
			type: 'boolean',
			default: false,
			description: 'Whether the sound of all calls goes through the TURN server, even where a direct way exists, so that callers show their address to nobody else. The runtime needs a TURN server for it (VOICE_LOOP_TURN_URLS).',
		},
		speculationProperty,
	],
};

export const voiceSessionTriggerProperties: INodeProperties[] = [
	{
		displayName: 'Path',
		name: 'path',
		type: 'string',
		default: 'voice',
		required: true,
		placeholder: 'e.g. voice',
		description: 'The last part of the voice page\'s URL. It must be different for each published workflow.',
	},
	pageLinksProperty,
	{
		displayName: 'Who Can Call',
		name: 'callers',
		type: 'options',
		noDataExpression: true,
		default: 'n8nUsers',
		options: [
			{ name: 'Users of This n8n', value: 'n8nUsers', description: 'Anyone who is logged in to this n8n in the same browser' },
			{ name: 'Anyone With the Secret', value: 'secret', description: 'The page asks for the secret. Programs send it as "Authorization: Bearer".' },
			{ name: 'Anyone With a Signed Token', value: 'token', description: 'Each token is good for one call, and says who calls and what is allowed. Made by the Voice Session node or by your own server.' },
			{ name: 'Anyone', value: 'anyone', description: 'Anyone who can open the page, without a log-in' },
		],
	},
	{
		displayName: 'Secret',
		name: 'secret',
		type: 'string',
		typeOptions: { password: true },
		default: '',
		required: true,
		placeholder: 'e.g. a long random text',
		description: 'At least 8 characters',
		displayOptions: { show: { callers: ['secret'] } },
	},
	{
		displayName:
			'Anyone who can open the page can talk to your agent and make it use its tools. Choose this only if nobody else can reach this machine, or if the agent has no access to anything private.',
		name: 'anyoneNotice',
		type: 'notice',
		default: '',
		displayOptions: { show: { callers: ['anyone'] } },
	},
	turnTakingProperties,
	options,
	speculationNotice,
];
