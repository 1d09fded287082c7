import type { IWebhookFunctions } from 'n8n-workflow';
import { internalN8nUrl } from '../../../runtime/client/local-runtime';
import { VoiceError } from '../../../runtime/contract/errors';
import { type CallerAnswer, callerOffer } from '../../../runtime/contract/signalling';
import { runtimeOf } from '../../shared/runtime-of-node';
import { agentOf, optionsOf } from '../agent-settings';
import type { Gate } from '../callers/check-caller';
import { joinAskOf } from '../callers/join-ask';
import { callerAddressOf, rawBodyOf, requestOf, responseOf } from './exchange';
import { turnUrl } from './turn-url';

interface Offer {
	readonly sdp: string;
	readonly resumeToken?: string | undefined;
	/** Bare SDP as in WHIP: the answer comes in the same form. */
	readonly bare: boolean;
}

export function modeOf(context: IWebhookFunctions): 'production' | 'test' {
	return context.getMode() === 'manual' ? 'test' : 'production';
}

/** POST: a caller wants to talk. */
export async function answerOffer(context: IWebhookFunctions, { callers, path }: Pick<Gate, 'callers' | 'path'>): Promise<void> {
	const offer = await readOffer(context);
	const request = requestOf(context);
	const runtime = await runtimeOf(context);
	const { sessionId, answer, resumeToken } = await runtime.openSession({
		offer: offer.sdp,
		...(offer.resumeToken !== undefined && { resumeToken: offer.resumeToken }),
		// The address of an agent for everybody is not everybody's to study.
		agent: { ...agentOf(context), modelsNote: callers === 'n8nUsers' || modeOf(context) === 'test' },
		source: {
			workflowId: context.getWorkflow().id ?? '',
			node: context.getNode().name,
			mode: modeOf(context),
			turnUrl: turnUrl(request.socket, request.originalUrl, optionsOf(context).internalUrl || internalN8nUrl()),
		},
		callerAddress: callerAddressOf(request).slice(0, 64),
		...(callers === 'token' && offer.resumeToken === undefined ? { join: await joinAskOf(context, request.headers, path) } : {}),
	});
	// Relative, so that it holds behind any proxy.
	responseOf(context).setHeader('location', `?session=${sessionId}`).status(201);
	sendAnswer(context, offer, { type: 'answer', sdp: answer, sessionId, resumeToken });
}

/** The offer says that it is for a call which goes on. */
export function goesOn(context: IWebhookFunctions): boolean {
	const parsed = callerOffer.safeParse(requestOf(context).body);
	return parsed.success && parsed.data.resumeToken !== undefined;
}

/** PATCH: the caller's network has changed. */
export async function answerReoffer(context: IWebhookFunctions): Promise<void> {
	const offer = await readOffer(context);
	const sessionId = sessionOf(context);
	const sdp = await (await runtimeOf(context)).reoffer(sessionId, offer.sdp);
	responseOf(context).status(200);
	sendAnswer(context, offer, { type: 'answer', sdp, sessionId });
}

/** DELETE: the caller hangs up. */
export async function hangUp(context: IWebhookFunctions): Promise<void> {
	await (await runtimeOf(context)).endSession(sessionOf(context));
	responseOf(context).status(204).end();
}

function sendAnswer(context: IWebhookFunctions, offer: Offer, answer: CallerAnswer): void {
	const response = responseOf(context);
	if (offer.bare) response.type('application/sdp').send(answer.sdp);
	else response.json(answer);
}

async function readOffer(context: IWebhookFunctions): Promise<Offer> {
	const bare = (requestOf(context).headers['content-type'] ?? '').startsWith('application/sdp');
	const body: unknown = bare ? { type: 'offer', sdp: (await rawBodyOf(context)).toString('utf8') } : requestOf(context).body;
	const parsed = callerOffer.safeParse(body);
	if (parsed.success) return { sdp: parsed.data.sdp, resumeToken: parsed.data.resumeToken, bare };
	const issue = parsed.error.issues[0];
	if (issue?.code === 'too_big') throw new VoiceError('VOICE_ERR_TOO_LARGE', 'The offer is longer than 100,000 characters.');
	throw new VoiceError('VOICE_ERR_BAD_OFFER', `The request does not contain an offer (${issue?.path.join('.') || 'body'}: ${issue?.message}).`, {
		remedy: 'Send {"type": "offer", "sdp": "..."} as JSON, or the bare SDP as application/sdp.',
	});
}

function sessionOf(context: IWebhookFunctions): string {
	const { session } = requestOf(context).query;
	if (typeof session === 'string' && session !== '') return session;
	throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'The URL does not say which call it is for.', { remedy: 'Use the URL from the Location header of the answer to the offer.' });
}
