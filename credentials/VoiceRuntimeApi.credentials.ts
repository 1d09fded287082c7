import type { IAuthenticateGeneric, Icon, ICredentialTestRequest, ICredentialType, INodeProperties } from 'n8n-workflow';

export class VoiceRuntimeApi implements ICredentialType {
	name = 'voiceRuntimeApi';

	displayName = 'Voice Runtime API';

	icon: Icon = { light: 'file:voiceRuntime.svg', dark: 'file:voiceRuntime.dark.svg' };

	documentationUrl = 'https://github.com/voice-loop/n8n-nodes-voice-loop/blob/main/docs/nodes.md#credential-voice-runtime-api';

	properties: INodeProperties[] = [
		{
			displayName:
				'Only needed when the voice runtime runs elsewhere, such as in a container. Without a credential, the nodes use the runtime on this machine and start it if necessary.',
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
			description: 'The address at which n8n can reach the voice runtime',
		},
		{
			displayName: 'Key',
			name: 'apiKey',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'The VOICE_LOOP_KEY that the runtime was started with (at least 32 characters)',
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
				properties: { value: 401, message: 'The runtime answered, but the key is wrong. Enter the VOICE_LOOP_KEY that it was started with.' },
			},
			{
				type: 'responseCode',
				properties: { value: 404, message: 'A server answered at this URL, but it is not a voice runtime. Check the URL.' },
			},
		],
	};
}
