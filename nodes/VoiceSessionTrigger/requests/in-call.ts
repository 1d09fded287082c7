import type { IWebhookFunctions } from 'n8n-workflow';
import { VoiceError } from '../../../runtime/contract/errors';
import { checkCallToken } from '../../../runtime/lib/call-token';
import { CALL_TOKEN_HEADER } from '../../../runtime/contract/signalling';
import { runtimeOf } from '../../shared/runtime-of-node';
import { type Gate, checkCaller } from '../callers/check-caller';
import { joinAskOf } from '../callers/join-ask';
import { type N8nRequest, rawBodyOf, requestOf, responseOf } from './exchange';

/** Of the runtime's answer, what the caller gets. */
const PASSED_ON = ['content-type', 'etag'] as const;

/** A request about a call under way: candidates, another offer, what to tell, the end. */
export function isInCall(context: IWebhookFunctions): boolean {
	return requestOf(context).query.session !== undefined;
}

/**
 * Who is in the call may go on with it: its token stands for the log-in, which may run out while they talk.
 * @throws VOICE_ERR_CALLER_REFUSED
 */
export async function checkInCall(context: IWebhookFunctions, gate: Gate): Promise<void> {
	const request = requestOf(context);
	const token = request.headers[CALL_TOKEN_HEADER];
	const key = typeof token === 'string' ? await gate.key() : undefined;
	if (typeof token === 'string' && key !== undefined) checkCallToken(key, sessionOf(request), token);
	// A caller who was answered in bare SDP has no token of the call, but still the one that the offer came with.
	else if (gate.callers === 'token') await (await runtimeOf(context)).checkJoinToken(await joinAskOf(context, request.headers, gate.path));
	else await checkCaller(request.headers, gate);
}

/**
 * Passes it on to the runtime as it came, and the answer back. What is returned writes that answer: a held request takes
 * long, and n8n has only so many places for webhooks that have not returned.
 */
export async function passOn(context: IWebhookFunctions): Promise<() => Promise<void>> {
	const request = requestOf(context);
	const response = responseOf(context);
	const sessionId = sessionOf(request);
	const { after } = request.query;
	const body = await rawBodyOf(context);
	const runtime = await runtimeOf(context);
	const gone = new AbortController();
	response.once('close', () => {
		if (!response.writableFinished) gone.abort();
	});
	return async () => {
		const answer = await runtime.exchange(sessionId, {
			method: methodOf(request),
			...(typeof after === 'string' && { after }),
			...(body.length > 0 && { body }),
			contentType: request.headers['content-type'],
			ifMatch: request.headers['if-match'],
			signal: gone.signal,
		});
		for (const name of PASSED_ON) {
			const value = answer.headers[name];
			if (value !== undefined) response.setHeader(name, value);
		}
		response.status(answer.status).end(answer.body);
	};
}

function methodOf({ method }: N8nRequest): 'GET' | 'PATCH' | 'DELETE' {
	if (method === 'GET' || method === 'PATCH' || method === 'DELETE') return method;
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'A call that is under way takes GET, PATCH and DELETE.', { remedy: 'For a new call, leave out `session`.' });
}

function sessionOf({ query: { session } }: N8nRequest): string {
	if (typeof session === 'string' && session !== '') return session;
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'The URL does not say which call it is for.', { remedy: 'Use the URL from the Location header of the answer to the offer.' });
}
