import type { Icon, ICredentialType, INodeProperties } from 'n8n-workflow';

export class VoiceJoinTokensApi implements ICredentialType {
	name = 'voiceJoinTokensApi';

	displayName = 'Voice Join Tokens API';

	icon: Icon = { light: 'file:voiceJoinTokens.svg', dark: 'file:voiceJoinTokens.dark.svg' };

	documentationUrl = 'https://github.com/voice-loop/n8n-nodes-voice-loop/blob/main/docs/join-tokens.md';

	properties: INodeProperties[] = [
		{
			displayName: 'Signed With',
			name: 'kind',
			type: 'options',
			default: 'secret',
			options: [
				{ name: 'A Shared Secret (HS256)', value: 'secret', description: 'This n8n can make tokens, and so can your server, with the same secret' },
				{ name: 'Public Keys at a URL (JWKS)', value: 'jwks', description: 'Your identity provider or server makes tokens. This n8n cannot.' },
			],
			description: 'How the tokens are signed that let callers in',
		},
		{
			displayName: 'Secret',
			name: 'secret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			required: true,
			description: 'At least 32 random characters, for example from "openssl rand -hex 32"',
			displayOptions: { show: { kind: ['secret'] } },
		},
		{
			displayName: 'Key ID',
			name: 'keyId',
			type: 'string',
			default: '',
			placeholder: 'e.g. 2026-11',
			description: 'The name of the secret (the "kid" of a token). Needed once the secret is replaced.',
			displayOptions: { show: { kind: ['secret'] } },
		},
		{
			displayName: 'Earlier Secret',
			name: 'earlierSecret',
			type: 'string',
			typeOptions: { password: true },
			default: '',
			description: 'While the secret is being replaced: tokens that were signed with the one before are still accepted',
			displayOptions: { show: { kind: ['secret'] } },
		},
		{
			displayName: 'Earlier Key ID',
			name: 'earlierKeyId',
			type: 'string',
			default: '',
			displayOptions: { show: { kind: ['secret'] } },
		},
		{
			displayName: 'JWKS URL',
			name: 'jwksUrl',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. https://id.example.com/.well-known/jwks.json',
			description: 'The address of the public keys. The voice runtime fetches them from there.',
			displayOptions: { show: { kind: ['jwks'] } },
		},
		{
			displayName: 'Issuer',
			name: 'issuer',
			type: 'string',
			default: '',
			placeholder: 'e.g. https://id.example.com',
			description: 'If set, only tokens with this "iss" are accepted',
			displayOptions: { show: { kind: ['jwks'] } },
		},
	];
}
