import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Agents } from './proxies';
import { fromNetwork, TryFailure } from './try-failure';

interface Question {
	readonly url: string;
	readonly headers: Readonly<Record<string, string>>;
	/** Sent to this address' own origin only, whatever it redirects to. */
	readonly token?: string;
	/** ms until the answer's head must have come, for each redirection. */
	readonly answerMs: number;
	/** This address has already sent a part of the file. */
	readonly received: boolean;
	readonly agents: Agents;
	readonly signal: AbortSignal;
}

export interface DownloadAnswer {
	readonly status: number;
	readonly headers: IncomingMessage['headers'];
	/** Must be read to its end or destroyed. */
	readonly body: IncomingMessage;
	/** Who sent it in the end. */
	readonly host: string;
}

const MOST_REDIRECTIONS = 5;
const REDIRECTIONS = new Set([301, 302, 303, 307, 308]);

/**
 * One GET. Redirections are followed by hand, because the token must not travel with them to another host (hubs
 * redirect to storage services), nor anything from https to http. Rejects with TryFailure, or with the signal's reason.
 */
export async function get(question: Question): Promise<DownloadAnswer> {
	const first = new URL(question.url);
	let url = first;
	for (let count = 0; count <= MOST_REDIRECTIONS; count++) {
		const body = await ask(question, url, url.origin === first.origin ? question.token : undefined);
		const status = body.statusCode ?? 0;
		const { location } = body.headers;
		if (!REDIRECTIONS.has(status) || location === undefined) return { status, headers: body.headers, body, host: url.host };
		body.destroy();
		url = target(location, url);
	}
	throw new TryFailure(`${first.host}: more than ${MOST_REDIRECTIONS} redirections`, 'elsewhere');
}

function target(location: string, from: URL): URL {
	const refused = (why: string): TryFailure => new TryFailure(`${from.host}: redirects to ${why}`, 'elsewhere');
	if (!URL.canParse(location, from.href)) throw refused('an invalid address');
	const url = new URL(location, from);
	if (url.protocol !== 'http:' && url.protocol !== 'https:') throw refused(`a ${url.protocol} address`);
	if (from.protocol === 'https:' && url.protocol === 'http:') throw refused(`an unencrypted address (${url.host})`);
	return url;
}

function ask(question: Question, url: URL, token: string | undefined): Promise<IncomingMessage> {
	const { signal } = question;
	return new Promise((resolve, reject) => {
		if (signal.aborted) return reject(signal.reason as Error);
		const secure = url.protocol === 'https:';
		const request = (secure ? https : http).request(url, {
			agent: secure ? question.agents.https : question.agents.http,
			headers: {
				'user-agent': 'voice-loop',
				accept: '*/*',
				// A range of packed bytes is of no use.
				'accept-encoding': 'identity',
				...question.headers,
				...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
			},
		});
		const late = setTimeout(() => {
			request.destroy(new TryFailure(`${url.host}: no answer within ${Math.round(question.answerMs / 1000)} s`, 'again'));
		}, question.answerMs);
		const abort = (): void => void request.destroy(signal.reason as Error);
		signal.addEventListener('abort', abort, { once: true });
		const settle = (): void => {
			clearTimeout(late);
			signal.removeEventListener('abort', abort);
		};
		request.once('response', (response) => {
			settle();
			// Whoever reads it meets the error there; nobody may read it yet when it comes.
			response.on('error', () => undefined);
			resolve(response);
		});
		request.on('error', (error: NodeJS.ErrnoException) => {
			settle();
			reject(signal.aborted || error instanceof TryFailure ? error : fromNetwork(error, url.host, question.received));
		});
		request.end();
	});
}
