import type { IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { localKey } from '../../../runtime/client/local-runtime';
import { SIGNATURE_HEADER } from '../../../runtime/contract/control';
import { toVoiceError } from '../../shared/node-failure';
import { credentialOf } from '../../shared/runtime-of-node';
import { optionsOf } from '../agent-settings';
import { CALLERS, type Callers, type Gate, checkCaller, checkResumed } from '../callers/check-caller';
import { checkOrigin } from '../callers/check-origin';
import { TICKET_HEADER } from '../callers/login-page';
import { type N8nResponse, callerAddressOf, requestOf, responseOf } from './exchange';
import { asksForIceServers, resumeTokenIn, showIceServers } from './ice-servers';
import { admit, showPage } from './page';
import { checkInCall, isInCall, passOn } from './in-call';
import { sendCallerHeaders } from './security-headers';
import { answerOffer, resumeTokenOf } from './signalling';
import { receiveEvent } from './event';

/** The node has written the answer itself. n8n adds nothing, above all not its sandbox, in which no microphone works. */
const ANSWERED: IWebhookResponseData = { noWebhookResponse: true };

/** Everything that arrives at the trigger's URL. Only a signed event starts an execution. */
export async function answerRequest(context: IWebhookFunctions): Promise<IWebhookResponseData> {
	const { method, headers } = requestOf(context);
	const response = responseOf(context);
	sendCallerHeaders(response);
	try {
		if (method === 'POST' && headers[SIGNATURE_HEADER] !== undefined) {
			const items = await receiveEvent(context, keyOf(context));
			if (items) return { workflowData: items };
			response.status(204).end();
			return ANSWERED;
		}
		response.setHeader('cache-control', 'no-store');
		const gate = gateOf(context);
		const inCall = isInCall(context);
		const aboutToOffer = method === 'GET' && !inCall && (await asksForIceServers(headers, gate));
		if (method === 'GET' && !inCall && !aboutToOffer) {
			await showPage(context, gate);
			return ANSWERED;
		}
		const foreign = checkOrigin(headers, context.getNodeWebhookUrl('default'), optionsOf(context).allowedOrigins);
		response.setHeader('access-control-expose-headers', 'Location, ETag, Link');
		if (foreign !== undefined) response.setHeader('access-control-allow-origin', foreign).setHeader('vary', 'Origin');
		if (method === 'POST' && headers[TICKET_HEADER] !== undefined) {
			await admit(context, gate);
			return ANSWERED;
		}
		if (aboutToOffer || (method === 'POST' && !inCall)) {
			const resumeToken = aboutToOffer ? resumeTokenIn(headers) : resumeTokenOf(context);
			// Whose call goes on was let in when it began; whether it still does, the runtime knows.
			if (resumeToken === undefined) await checkCaller(headers, gate);
			else await checkResumed(resumeToken, gate);
			if (aboutToOffer) await showIceServers(context, gate);
			else await answerOffer(context, gate);
			return ANSWERED;
		}
		await checkInCall(context, gate);
		const answer = await passOn(context);
		answer().catch((thrown: unknown) => refuse(context, response, thrown));
	} catch (thrown) {
		refuse(context, response, thrown);
	}
	return ANSWERED;
}

function refuse(context: IWebhookFunctions, response: N8nResponse, thrown: unknown): void {
	const error = toVoiceError(thrown);
	if (error.code === 'VOICE_ERR_INTERNAL') context.logger.error(`Voice Session Trigger: ${error.message}`);
	// Who has gone needs no answer.
	if (response.destroyed) return;
	if (error.retryAfterSeconds !== undefined) response.setHeader('retry-after', error.retryAfterSeconds);
	response.status(error.status).json({ error: error.toShape() });
}

function gateOf(context: IWebhookFunctions): Gate {
	const callers = CALLERS.find((name) => name === context.getNodeParameter('callers')) ?? ('n8nUsers' satisfies Callers);
	return {
		callers,
		secret: textOf(context, 'secret'),
		path: textOf(context, 'path'),
		address: callerAddressOf(requestOf(context)),
		key: keyOf(context),
	};
}

function textOf(context: IWebhookFunctions, parameter: string): string {
	const value = context.getNodeParameter(parameter, '');
	return typeof value === 'string' ? value : '';
}

/** The runtime's key, without starting one: who asks is not known yet. */
function keyOf(context: IWebhookFunctions) {
	return async (): Promise<string | undefined> =>
		(await credentialOf(context))?.key ?? (await localKey());
}
