import { createHmac } from 'node:crypto';
import type { ILoadOptionsFunctions } from 'n8n-workflow';
import { VoiceError } from '../../../runtime/contract/errors';
import { isSameSecret } from '../../../runtime/lib/same-secret';
import { localKey } from '../../../runtime/client/local-runtime';
import { credentialOf, runtimeOf } from '../../shared/runtime-of-node';

/**
 * n8n takes its login cookie out of every request before a community node sees it, and rightly so. So the page
 * asks n8n itself, over the API of n8n's own editor, to call our method `getCallerTicket`: n8n only does that for
 * users who are logged in. The ticket it gives is good for this trigger's path, for a while.
 */
const TICKET_MS = 4 * 3_600_000;

/** Where the browser keeps the ticket. Scripts can't read it. */
export const TICKET_COOKIE = 'voice-loop-ticket';
export const TICKET_SECONDS = TICKET_MS / 1000;

/** `context` is one that n8n makes for a logged-in user only. */
export async function ticketFor(context: ILoadOptionsFunctions): Promise<string> {
	const path = context.getCurrentNodeParameter('path');
	if (typeof path !== 'string' || path === '') throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'The request for a ticket does not name the trigger\'s path.');
	// Read anew: the gate does so too, and a runtime that was started again has another key.
	const key = (await credentialOf(context))?.key ?? (await localKey()) ?? (await startedKey(context));
	return issueTicket(key, path, Date.now());
}

async function startedKey(context: ILoadOptionsFunctions): Promise<string> {
	try {
		return await (await runtimeOf(context)).key();
	} catch (thrown) {
		const { code, message, remedy } = VoiceError.from(thrown);
		// All that n8n tells whoever asked is the message.
		throw new VoiceError(code, `${message} ${remedy}`, { cause: thrown, remedy });
	}
}

export function issueTicket(key: string, path: string, now: number): string {
	const until = now + TICKET_MS;
	return `${until}.${seal(key, path, until)}`;
}

export function isTicketValid(ticket: string, key: string, path: string, now: number): boolean {
	const [, until, given] = /^(\d{13})\.([A-Za-z0-9_-]{43})$/.exec(ticket) ?? [];
	if (until === undefined || given === undefined || Number(until) < now) return false;
	return isSameSecret(given, seal(key, path, Number(until)));
}

/** The prefix keeps these apart from what else the key signs: events are JSON. */
function seal(key: string, path: string, until: number): string {
	return createHmac('sha256', key).update(`caller ticket\n${path}\n${until}`).digest('base64url');
}
