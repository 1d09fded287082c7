import type { ICredentialTestFunctions, ICredentialsDecrypted, INodeCredentialTestResult } from 'n8n-workflow';
import { z } from 'zod';
import { VoiceError } from '../../runtime/contract/errors';
import { joinKeysFrom } from '../shared/join-keys';

const FETCH_LIMIT_MS = 5_000;
const keySet = z.object({ keys: z.array(z.object({ kty: z.string() })).min(1) });

/** n8n's "Test" of the credential. It fetches public keys as the runtime will, though from another process. */
export async function testJoinTokens(this: ICredentialTestFunctions, credential: ICredentialsDecrypted): Promise<INodeCredentialTestResult> {
	try {
		const keys = joinKeysFrom(credential.data);
		if (keys.kind === 'jwks') await assertKeySet(keys.url);
		return { status: 'OK', message: keys.kind === 'jwks' ? 'The keys can be fetched' : 'The secret is long enough' };
	} catch (thrown) {
		return { status: 'Error', message: VoiceError.from(thrown).message };
	}
}

async function assertKeySet(url: string): Promise<void> {
	const response = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(FETCH_LIMIT_MS) }).catch(() => undefined);
	if (!response?.ok) throw new VoiceError('VOICE_ERR_TOKEN_KEYS', 'No keys could be fetched from the JWKS URL.');
	if (!keySet.safeParse(await response.json().catch(() => undefined)).success) throw new VoiceError('VOICE_ERR_TOKEN_KEYS', 'What is at the JWKS URL is no set of keys.');
}
