import type { IAuthenticateGeneric, Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

export class VoiceRuntimeApi implements ICredentialType {
	name = 'voiceRuntimeApi';

	displayName = 'Voice Runtime API';

	icon: Icon = { light: 'file:voiceRuntime.svg', dark: 'file:voiceRuntime.dark.svg' };

	documentationUrl = 'https://github.com/voice-loop/n8n-nodes-voice-loop/blob/main/docs/nodes.md#credential-voice-runtime-api';

	properties: INodeProperties[] = [
		{
			displayName:
				'Only needed when the voice runtime runs somewhere else, such as in a container. Without a credential the nodes start one on this machine.',
			name: 'notice',
			type: 'notice',
			default: '',
		},
		{
			displayName: 'URL',
			name: 'url',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. http://voice-runtime:8650',
			description: 'Where the voice runtime listens, as n8n reaches it',
		},
		{
			displayName: 'Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'The value of VOICE_LOOP_KEY that the runtime was started with (at least 32 characters)',
		},
	];

	authenticate: IAuthenticateGeneric = {
		type: 'generic',
		properties: { headers: { Authorization: '=Bearer {{ $credentials.apiKey }}' } },
	};

	test: ICredentialTestRequest = {
		request: { baseURL: '={{ $credentials.url }}', url: '/v1/health' },
		rules: [
			{
				type: 'responseCode',
				properties: { value: 401, message: 'The runtime answers, but with another key: give the value of its VOICE_LOOP_KEY.' },
			},
			{
				type: 'responseCode',
				properties: { value: 404, message: 'Something answers at this URL, but it is no voice runtime.' },
			},
		],
	};
}
