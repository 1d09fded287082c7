import { ERROR_KINDS } from '../../contract/error-kinds';
import { type ErrorShape } from '../../contract/errors';

/** What stopped a call or a turn, in words for the caller. */
export interface Fault {
	code: string;
	title: string;
	message: string;
	/** What to do about it. */
	remedy: string;
	/** Before that, trying again is of no use. */
	retryAfterSeconds?: number | undefined;
	/** Somewhere to go and do it. */
	link?: { href: string; text: string };
}

/** Thrown by the page's own modules; everything else that is thrown is a fault of the page. */
export class CallFault extends Error {
	constructor(readonly fault: Fault) {
		super(fault.message);
		this.name = 'CallFault';
	}
}

export function toFault(thrown: unknown): Fault {
	if (thrown instanceof CallFault) return thrown.fault;
	return {
		code: 'PAGE_FAULT',
		title: 'Something went wrong on this page',
		message: thrown instanceof Error ? thrown.message : String(thrown),
		remedy: 'Reload the page and call again.',
	};
}

/** An error of the runtime or of the trigger, under the headline that docs/errors.md has for its code. */
export function serverFault(error: ErrorShape): Fault {
	const { retryAfterSeconds: wait } = error;
	return { ...error, ...(wait !== undefined && { remedy: `Wait ${waitWords(wait)}, then try again.` }), title: ERROR_KINDS[error.code].title };
}

/** 42 -> `42 seconds`, 100 -> `2 minutes` */
function waitWords(seconds: number): string {
	if (seconds > 90) return `${Math.ceil(seconds / 60)} minutes`;
	return seconds === 1 ? 'a second' : `${seconds} seconds`;
}

/** n8n itself answers 404 where no webhook is registered: the workflow is not published, or not being tested. */
export function notListening(testAddress: boolean): Fault {
	return {
		code: 'VOICE_ERR_NOT_LISTENING',
		title: ERROR_KINDS.VOICE_ERR_NOT_LISTENING.title,
		message: 'No workflow is taking calls at this address right now.',
		remedy: testAddress
			? 'Press "Execute workflow" in the n8n editor, then call again.'
			: 'Publish the workflow in n8n, or tell whoever runs this agent. Then call again.',
	};
}

/** n8n says so itself while it opens its database; for a moment after that it has not registered its webhooks. */
export const n8nStarting: Fault = {
	code: 'PAGE_N8N_STARTING',
	title: 'n8n is starting',
	message: 'n8n answers, but it is not ready to take calls yet.',
	remedy: 'Wait a minute, then call again. If that does not help, look at n8n\'s log.',
};

export const serverUnreachable: Fault = {
	code: 'PAGE_SERVER_UNREACHABLE',
	title: 'The server cannot be reached',
	message: 'n8n did not answer.',
	remedy: 'Check your network connection, and that n8n is running. Then call again.',
};

export const offline: Fault = {
	code: 'PAGE_OFFLINE',
	title: 'You are offline',
	message: 'This device has no network connection.',
	remedy: 'Connect to a network, then call again.',
};

export function serverGarbled(status: number): Fault {
	return {
		code: 'PAGE_SERVER_GARBLED',
		title: 'The server gave an unexpected answer',
		message: `It answered with HTTP status ${status}, in a form that this page does not understand.`,
		remedy: 'Check that n8n is running, and that any proxy in front of it forwards the request. Then call again.',
	};
}

/** n8n while it registers what it serves: no answer of its webhooks'. */
export const n8nAway: Fault = {
	code: 'PAGE_N8N_AWAY',
	title: 'There is no voice agent at this address',
	message: 'The server answers, but knows no such page (HTTP status 404).',
	remedy: 'If n8n is starting, wait a minute and call again. If not, check the address.',
};

/** A proxy whose n8n is not there. */
export function n8nUnreachable(status: number, retryAfterSeconds: number | undefined): Fault {
	return {
		code: 'PAGE_N8N_UNREACHABLE',
		title: 'n8n does not answer',
		message: `n8n is starting, or it is not running: the proxy in front of it answers in its place (HTTP status ${status}).`,
		remedy: `Wait ${retryAfterSeconds === undefined ? 'a minute' : waitWords(retryAfterSeconds)}, then call again. If that does not help, tell whoever runs this agent.`,
		retryAfterSeconds,
	};
}

/** n8n's own limits, or those of a proxy. */
export function tooMany(retryAfterSeconds = 60): Fault {
	return {
		code: 'PAGE_TOO_MANY',
		title: 'Too many requests',
		message: 'The server takes no more requests from your network for a moment (HTTP status 429).',
		remedy: `Wait ${waitWords(retryAfterSeconds)}, then call again.`,
		retryAfterSeconds,
	};
}

/** A proxy that lets in only whoever has logged in to it answers with its own page, or with none. */
export function notLetIn(status: number): Fault {
	return {
		code: 'PAGE_NOT_LET_IN',
		title: 'The server did not let the call through',
		message: `Something in front of n8n answered in its place (HTTP status ${status}). You may have to log in there again.`,
		remedy: 'Reload the page, log in if you are asked to, then call again.',
		link: { href: location.pathname + location.search, text: 'Reload the page' },
	};
}

export const soundPathBlocked: Fault = {
	code: 'PAGE_NO_SOUND_PATH',
	title: 'No audio gets through',
	message: 'The server answered, but no audio connection could be established.',
	remedy: 'Try without a VPN, or in another network: a firewall may be in the way. If that does not help, tell whoever runs this agent.',
};

export const connectionLost: Fault = {
	code: 'PAGE_CONNECTION_LOST',
	title: 'The connection was lost',
	message: 'The call was interrupted and could not be restored.',
	remedy: 'Check your network and call again.',
};

const MICROPHONE: Partial<Record<string, Fault>> = {
	NotAllowedError: {
		code: 'PAGE_MICROPHONE_BLOCKED',
		title: 'The microphone is blocked',
		message: 'This page is not allowed to use your microphone.',
		remedy: 'Click the icon to the left of the address bar, allow the microphone, then call again.',
	},
	NotFoundError: {
		code: 'PAGE_MICROPHONE_MISSING',
		title: 'No microphone found',
		message: 'This device has no microphone, or it is switched off.',
		remedy: 'Connect a microphone or headset, then call again.',
	},
	NotReadableError: {
		code: 'PAGE_MICROPHONE_BUSY',
		title: 'The microphone is in use',
		message: 'Your microphone could not be opened.',
		remedy: 'Close other programs that may be using it, such as a meeting or a recorder, then call again.',
	},
};

/** Of what NotAllowedError says, by the words of Chromium's message. */
const REFUSED: ReadonlyArray<readonly [words: RegExp, told: Partial<Fault>]> = [
	[/by system/i, { message: 'Your system does not allow this browser to use the microphone.', remedy: 'Allow it in the privacy settings of your system, then call again.' }],
	[/dismissed/i, { message: 'The question for the microphone was closed without an answer.', remedy: 'Call again, and choose “Allow” when your browser asks.' }],
];

/** @param error that getUserMedia rejected with; its name is '' where it was no DOMException */
export function microphoneFault({ name, message }: Pick<DOMException, 'name' | 'message'>): Fault {
	// Browsers name the same trouble differently: Firefox says AbortError for a device it cannot open.
	const aliases: Partial<Record<string, string>> = { AbortError: 'NotReadableError', OverconstrainedError: 'NotFoundError', SecurityError: 'NotAllowedError' };
	const known = aliases[name] ?? name;
	const told = known === 'NotAllowedError' ? REFUSED.find(([words]) => words.test(message))?.[1] : undefined;
	const fault = MICROPHONE[known];
	if (fault) return { ...fault, ...told };
	return {
		code: 'PAGE_MICROPHONE_FAILED',
		title: 'The microphone does not work',
		message: `The browser says: ${name}.`,
		remedy: 'Reload the page and call again, or try another browser.',
	};
}

export function insecurePage(address: URL): Fault {
	return {
		code: 'PAGE_INSECURE',
		title: 'This address is not secure',
		message: `Browsers allow the microphone only on https:// pages and on this computer itself, not on ${address.origin}.`,
		remedy: `Open the page over https://, or, on the machine that runs n8n, as http://localhost${address.port ? `:${address.port}` : ''}${address.pathname}.`,
	};
}

export const noMicrophoneHere: Fault = {
	code: 'PAGE_NO_MICROPHONE_ACCESS',
	title: 'This browser gives pages no microphone',
	message: 'It may be built into another app, or its settings forbid the microphone for all pages.',
	remedy: 'Open this page in Chrome, Edge, Firefox or Safari itself.',
};

export const noWebRtc: Fault = {
	code: 'PAGE_NO_WEBRTC',
	title: 'This browser cannot make calls',
	message: 'WebRTC, which carries the sound, is missing or switched off here: by a setting, an extension or a privacy mode.',
	remedy: 'Switch off the extension or setting that blocks WebRTC, or open this page in another browser.',
};

export const microphoneUnplugged: Fault = {
	code: 'PAGE_MICROPHONE_ENDED',
	title: 'The microphone was disconnected',
	message: 'The agent can no longer hear you.',
	remedy: 'Connect it again, or choose another microphone below.',
};

export const soundBlocked: Fault = {
	code: 'PAGE_SOUND_BLOCKED',
	title: 'Your browser has blocked the sound',
	message: 'The agent is speaking, but the browser is not playing it yet.',
	remedy: 'Click or tap anywhere on this page to hear it.',
};
