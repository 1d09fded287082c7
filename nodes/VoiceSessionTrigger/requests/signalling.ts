import type { IWebhookFunctions } from 'n8n-workflow';
import { internalN8nUrl } from '../../../runtime/client/local-runtime';
import type { AgentSettings } from '../../../runtime/contract/agent-settings';
import { VoiceError } from '../../../runtime/contract/errors';
import { iceServerLinks } from '../../../runtime/contract/ice-configuration';
import { SDP_TYPE, callerOffer, ufragOf } from '../../../runtime/contract/signalling';
import { runtimeOf } from '../../shared/runtime-of-node';
import { agentOf, optionsOf } from '../agent-settings';
import type { Gate } from '../callers/check-caller';
import { joinAskOf } from '../callers/join-ask';
import { callerAddressOf, rawBodyOf, requestOf, responseOf } from './exchange';
import { pageHostOf } from './page-host';
import { turnUrl } from './turn-url';

interface Offer extends ReturnType<typeof callerOffer.parse> {
	/** Bare SDP as in WHIP: the answer comes in the same form. */
	readonly bare: boolean;
}

export function modeOf(context: IWebhookFunctions): 'production' | 'test' {
	return context.getMode() === 'manual' ? 'test' : 'production';
}

/** A test in the editor takes one event, which must not be one that comes to nothing. */
function agentIn(context: IWebhookFunctions): AgentSettings {
	const agent = agentOf(context);
	const { mode, note } = agent.speculation;
	return modeOf(context) === 'test' ? { ...agent, speculation: { mode: 'off', inPauses: false, note: mode === 'off' ? note : '' } } : agent;
}

/** POST: a caller wants to talk. */
export async function answerOffer(context: IWebhookFunctions, { callers, path }: Pick<Gate, 'callers' | 'path'>): Promise<void> {
	const { sdp, trickle, resumeToken, bare } = await readOffer(context);
	const request = requestOf(context);
	const runtime = await runtimeOf(context);
	const { sessionId, answer, ...rest } = await runtime.openSession({
		offer: sdp,
		trickle,
		pageHost: pageHostOf(request.headers),
		...(resumeToken !== undefined && { resumeToken }),
		// The address of an agent for everybody is not everybody's to study.
		agent: { ...agentIn(context), modelsNote: callers === 'n8nUsers' || modeOf(context) === 'test' },
		source: {
			workflowId: context.getWorkflow().id ?? '',
			node: context.getNode().name,
			mode: modeOf(context),
			turnUrl: turnUrl(request.socket, request.originalUrl, optionsOf(context).internalUrl || internalN8nUrl()),
		},
		callerAddress: callerAddressOf(request).slice(0, 64),
		...(callers === 'token' && resumeToken === undefined ? { join: await joinAskOf(context, request.headers, path) } : {}),
	});
	const response = responseOf(context);
	// Relative, so that it holds behind any proxy.
	response.setHeader('location', `?session=${sessionId}`).status(201);
	const session = ufragOf(answer);
	if (session !== '') response.setHeader('etag', `"${session}"`);
	if (rest.iceServers) response.setHeader('link', iceServerLinks(rest.iceServers));
	if (bare) response.type(SDP_TYPE).send(answer);
	else response.json({ type: 'answer', sdp: answer, sessionId, ...rest });
}

/** Of an offer that says it is for a call which goes on. */
export function resumeTokenOf(context: IWebhookFunctions): string | undefined {
	return callerOffer.safeParse(requestOf(context).body).data?.resumeToken;
}

async function readOffer(context: IWebhookFunctions): Promise<Offer> {
	const bare = (requestOf(context).headers['content-type'] ?? '').startsWith(SDP_TYPE);
	const body: unknown = bare ? { type: 'offer', sdp: (await rawBodyOf(context)).toString('utf8') } : requestOf(context).body;
	const parsed = callerOffer.safeParse(body);
	if (parsed.success) return { ...parsed.data, bare };
	const issue = parsed.error.issues[0];
	if (issue?.code === 'too_big') throw new VoiceError('VOICE_ERR_TOO_LARGE', 'The offer is longer than 100,000 characters.');
	throw new VoiceError('VOICE_ERR_BAD_OFFER', `The request does not contain an offer (${issue?.path.join('.') || 'body'}: ${issue?.message}).`, {
		remedy: 'Send {"type": "offer", "sdp": "..."} as JSON, or the bare SDP as application/sdp.',
	});
}
