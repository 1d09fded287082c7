import type { IDataObject, INode } from 'n8n-workflow';
import { z } from 'zod';
import { type Endpoint } from '../../runtime/client/http';
import { localRuntime } from '../../runtime/client/local-runtime';
import { type Locator, VoiceRuntime, fixedLocator } from '../../runtime/client/voice-runtime';
import { VoiceError } from '../../runtime/contract/errors';

export const CREDENTIAL = 'voiceRuntimeApi';

const credential = z.object({ url: z.string().url(), apiKey: z.string().min(1) }).transform(({ url, apiKey }) => ({ url, key: apiKey }));

/** What every context of n8n has: of a trigger, a webhook, an execution, a drop-down. */
export interface NodeContext {
	getNode(): INode;
	getCredentials<T extends object = IDataObject>(type: string): Promise<T>;
}

/** The runtime that the node's credential names; undefined when it has none and uses this machine's. */
export async function credentialOf(context: NodeContext): Promise<Endpoint | undefined> {
	if (!context.getNode().credentials?.[CREDENTIAL]) return undefined;
	const parsed = credential.safeParse(await context.getCredentials(CREDENTIAL));
	if (parsed.success) return parsed.data;
	throw new VoiceError('VOICE_ERR_RUNTIME_UNREACHABLE', 'The credential "Voice Runtime API" does not have a valid URL and key.', {
		remedy: 'Open the credential, enter the URL (http://host:port) and the key, and test it.',
	});
}

/** The runtime that the node's credential names, or else this machine's, which is started when none runs. */
export async function locatorOf(context: NodeContext): Promise<Locator> {
	const endpoint = await credentialOf(context);
	return endpoint ? fixedLocator(endpoint) : localRuntime();
}

export async function runtimeOf(context: NodeContext): Promise<VoiceRuntime> {
	return new VoiceRuntime(await locatorOf(context));
}
