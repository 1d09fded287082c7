import type { IWebhookFunctions } from 'n8n-workflow';
import { VoiceError } from '../../../runtime/contract/errors';
import { escapeHtml } from '../../../runtime/lib/escape-html';
import { toVoiceError } from '../../shared/node-failure';
import { runtimeOf } from '../../shared/runtime-of-node';
import { agentOf } from '../agent-settings';
import { type Gate, hasTicket } from '../callers/check-caller';
import { TICKET_HEADER, loginPage, ticketAsk } from '../callers/login-page';
import { requestOf, responseOf } from './exchange';
import { publicPath } from './public-path';
import { allowOwnScript } from './security-headers';
import { TICKET_COOKIE, TICKET_SECONDS, isTicketValid } from '../callers/ticket';

/** The voice page, or the log-in page where only users of this n8n can call and this caller has no ticket. */
export async function showPage(context: IWebhookFunctions, gate: Gate): Promise<void> {
	const { headers } = requestOf(context);
	const response = responseOf(context);
	response.setHeader('content-type', 'text/html; charset=utf-8');
	if (gate.callers === 'n8nUsers' && !(await hasTicket(headers, gate))) {
		const login = [context.getNode(), gate.path, context.getRestApiUrl()] as const;
		// A caller without a browser asks for the same as data.
		if (headers.accept === 'application/json') response.status(401).json({ ticket: ticketAsk(...login) });
		else response.status(401).send(loginPage(...login, allowOwnScript(response)));
		return;
	}
	try {
		const { name } = agentOf(context);
		const html = await (await runtimeOf(context)).page({ agent: name, callers: gate.callers, host: headers.host ?? '' });
		response.status(200).send(html);
	} catch (thrown) {
		const error = toVoiceError(thrown);
		response.status(error.status).send(failurePage(error, allowOwnScript(response)));
	}
}

/** The log-in page hands in its ticket, and the browser gets to keep it where no script can read it. */
export async function admit(context: IWebhookFunctions, gate: Gate): Promise<void> {
	const request = requestOf(context);
	const ticket = String(request.headers[TICKET_HEADER]);
	const key = await gate.key();
	if (gate.callers !== 'n8nUsers' || key === undefined || !isTicketValid(ticket, key, gate.path, Date.now())) {
		throw new VoiceError('VOICE_ERR_CALLER_REFUSED', 'The ticket is not valid, or has expired.', { remedy: 'Reload the page.' });
	}
	const path = publicPath(request.originalUrl, context.getRestApiUrl());
	const attributes = [`${TICKET_COOKIE}=${ticket}`, `Path=${path}`, `Max-Age=${TICKET_SECONDS}`, 'HttpOnly', 'SameSite=Strict'];
	if (request.secure) attributes.push('Secure');
	responseOf(context).setHeader('set-cookie', attributes.join('; ')).status(204).end();
}

/** A runtime that does not run may be on its way back: then the page looks again by itself. */
const LOOK_AGAIN: readonly string[] = ['VOICE_ERR_RUNTIME_UNREACHABLE', 'VOICE_ERR_RUNTIME_START', 'VOICE_ERR_STOPPING'];

function failurePage({ code, message, remedy }: VoiceError, nonce: string): string {
	const again = LOOK_AGAIN.includes(code) ? '<meta http-equiv="refresh" content="5">' : '';
	return `<!doctype html>
	<html lang="en">
	<meta charset="utf-8">
	<meta name="viewport" content="width=device-width, initial-scale=1">
	${again}
	<title>Voice agent</title>
	<style nonce="${nonce}">body { font: 16px/1.5 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; padding: 0 1.5rem; color-scheme: light dark; }</style>
	<h1>The voice agent is not ready</h1>
	<p>${escapeHtml(message)}</p>
	<p><strong>${escapeHtml(remedy)}</strong></p>
	${again && '<p>This page tries again by itself.</p>'}
	<p><small>${code}</small></p>
	</html>
	`;
}
