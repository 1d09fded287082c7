import type { IncomingHttpHeaders } from 'node:http';
import type { IWebhookFunctions } from 'n8n-workflow';
import { RESUME_TOKEN_HEADER } from '../../../runtime/contract/signalling';
import { runtimeOf } from '../../shared/runtime-of-node';
import { optionsOf } from '../agent-settings';
import { type Gate, hasTicket } from '../callers/check-caller';
import { joinAskOf } from '../callers/join-ask';
import { requestOf, responseOf } from './exchange';

/** A GET for data is of a caller who is about to make an offer; one without a ticket is told first where to get one. */
export async function asksForIceServers(headers: IncomingHttpHeaders, gate: Gate): Promise<boolean> {
	if (headers.accept !== 'application/json') return false;
	return gate.callers !== 'n8nUsers' || resumeTokenIn(headers) !== undefined || (await hasTicket(headers, gate));
}

/** Of a caller whose call goes on. */
export function resumeTokenIn(headers: IncomingHttpHeaders): string | undefined {
	return headers[RESUME_TOKEN_HEADER]?.toString();
}

/** What to gather candidates with: contract/ice-configuration. Its credentials are for who may call. */
export async function showIceServers(context: IWebhookFunctions, { callers, path }: Pick<Gate, 'callers' | 'path'>): Promise<void> {
	const runtime = await runtimeOf(context);
	if (callers === 'token' && resumeTokenIn(requestOf(context).headers) === undefined) await runtime.checkJoinToken(await joinAskOf(context, requestOf(context).headers, path));
	responseOf(context).status(200).json(await runtime.iceConfiguration(optionsOf(context).relayOnly));
}
