import { createHmac } from 'node:crypto';
import type { INodeExecutionData, IWebhookFunctions } from 'n8n-workflow';
import { SIGNATURE_HEADER } from '../../../runtime/contract/control';
import { VoiceError } from '../../../runtime/contract/errors';
import { triggerEvent } from '../../../runtime/contract/turn';
import { isSameSecret } from '../../../runtime/lib/same-secret';
import { runtimeOf } from '../../shared/runtime-of-node';
import { optionsOf } from '../agent-settings';
import { isWanted, itemsOf } from '../event-items';
import { rawBodyOf, requestOf } from './exchange';
import { modeOf } from './signalling';

/**
 * An event that the runtime POSTs: in a test in the editor, and where no trigger stream is open.
 * @returns the items to start with; undefined when this kind of event is not wanted.
 * @throws VOICE_ERR_UNAUTHORIZED when the runtime's key did not sign it.
 */
export async function receiveEvent(
	context: IWebhookFunctions,
	keyOf: () => Promise<string | undefined>,
): Promise<INodeExecutionData[][] | undefined> {
	const body = await rawBodyOf(context);
	const key = await keyOf();
	const signature = String(requestOf(context).headers[SIGNATURE_HEADER]);
	if (key === undefined || !isSigned(body, signature, key)) {
		throw new VoiceError('VOICE_ERR_UNAUTHORIZED', 'The event was not signed with the runtime\'s key.');
	}
	const event = triggerEvent.parse(JSON.parse(body.toString('utf8')));
	const options = optionsOf(context);
	if (!isWanted(event, options, modeOf(context))) return undefined;
	return await itemsOf(context, event, options, await runtimeOf(context));
}

function isSigned(body: Buffer, signature: string, key: string): boolean {
	return isSameSecret(signature, `sha256=${createHmac('sha256', key).update(body).digest('hex')}`);
}
