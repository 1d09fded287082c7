import type { IncomingHttpHeaders } from 'node:http';
import type { IWebhookFunctions } from 'n8n-workflow';
import { runtimeOf } from '../../shared/runtime-of-node';
import { optionsOf } from '../agent-settings';
import { type Gate, hasTicket } from '../callers/check-caller';
import { joinAskOf } from '../callers/join-ask';
import { requestOf, responseOf } from './exchange';

/** A GET for data is of a caller who is about to make an offer; one without a ticket is told first where to get one. */
export async function asksForIceServers(headers: IncomingHttpHeaders, gate: Gate): Promise<boolean> {
	return headers.accept === 'application/json' && (gate.callers !== 'n8nUsers' || (await hasTicket(headers, gate)));
}

/** What to gather candidates with: contract/ice-configuration. Its credentials are for who may call. */
export async function showIceServers(context: IWebhookFunctions, { callers, path }: Pick<Gate, 'callers' | 'path'>): Promise<void> {
	const runtime = await runtimeOf(context);
	if (callers === 'token') await runtime.checkJoinToken(await joinAskOf(context, requestOf(context).headers, path));
	responseOf(context).status(200).json(await runtime.iceConfiguration(optionsOf(context).relayOnly));
}
