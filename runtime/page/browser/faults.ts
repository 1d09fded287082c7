import type { ErrorShape } from '../../contract/errors';

/** What stopped a call or a turn, in words for the caller. */
export interface Fault {
	code: string;
	title: string;
	message: string;
	/** What to do about it. */
	remedy: string;
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
		title: 'Something went wrong in this page',
		message: thrown instanceof Error ? thrown.message : String(thrown),
		remedy: 'Reload the page and call again.',
	};
}

const TITLES: Partial<Record<string, string>> = {
	VOICE_ERR_CALLER_REFUSED: 'You may not call this agent yet',
	VOICE_ERR_ORIGIN_REFUSED: 'This page may not call this agent',
	VOICE_ERR_NOT_LISTENING: 'The workflow is not listening',
	VOICE_ERR_SESSION_UNKNOWN: 'The call was lost',
	VOICE_ERR_MEDIA_LOST: 'The call was cut off',
	VOICE_ERR_BUSY: 'All lines are busy',
	VOICE_ERR_RUNTIME_UNREACHABLE: 'The voice runtime does not answer',
	VOICE_ERR_RUNTIME_START: 'The voice runtime did not start',
	VOICE_ERR_MODEL_MISSING: 'A model is missing',
	VOICE_ERR_MODEL_BROKEN: 'A model cannot be loaded',
	VOICE_ERR_INFERENCE_LOST: 'The agent lost its train of thought',
	VOICE_ERR_WORKFLOW_FAILED: 'The workflow failed',
	VOICE_ERR_WORKFLOW_GONE: 'n8n stopped while it answered',
	VOICE_ERR_TURN_ABANDONED: 'The workflow gave no answer',
};

/** @param fallbackTitle for a code without a title of its own */
export function serverFault(error: ErrorShape, fallbackTitle: string): Fault {
	return { ...error, title: TITLES[error.code] ?? fallbackTitle };
}

/** n8n itself answers 404 where no webhook is registered: the workflow is not published, or not being tested. */
export function notListening(testAddress: boolean): Fault {
	return {
		code: 'VOICE_ERR_NOT_LISTENING',
		title: 'The workflow is not listening',
		message: 'n8n knows this address, but no workflow answers on it now.',
		remedy: testAddress
			? 'Press "Execute workflow" in the n8n editor, then call again.'
			: 'Publish the workflow in n8n, then call again.',
	};
}

export const serverUnreachable: Fault = {
	code: 'PAGE_SERVER_UNREACHABLE',
	title: 'The server cannot be reached',
	message: 'This page got no answer from n8n.',
	remedy: 'Check your connection and that n8n is running, then call again.',
};

export function serverGarbled(status: number): Fault {
	return {
		code: 'PAGE_SERVER_GARBLED',
		title: 'The server gave no usable answer',
		message: `It answered with HTTP status ${status} and nothing this page understands.`,
		remedy: 'Check that n8n is running and that a proxy before it passes the call on, then call again.',
	};
}

export const soundPathBlocked: Fault = {
	code: 'PAGE_NO_SOUND_PATH',
	title: 'No sound gets through',
	message: 'The server answered, but no audio connection to it could be made.',
	remedy: 'A firewall or VPN may block UDP. Try another network, or ask whoever runs this agent.',
};

export const connectionLost: Fault = {
	code: 'PAGE_CONNECTION_LOST',
	title: 'The connection was lost',
	message: 'The call broke off and could not be restored.',
	remedy: 'Check your network and call again.',
};

const MICROPHONE: Partial<Record<string, Fault>> = {
	NotAllowedError: {
		code: 'PAGE_MICROPHONE_BLOCKED',
		title: 'The microphone is blocked',
		message: 'This page may not use your microphone.',
		remedy: 'Click the icon at the left of the address bar, allow the microphone, then call again.',
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
		remedy: 'Close other programs that may be using it (meetings, recorders), then call again.',
	},
};

/** @param name the `name` of the DOMException that getUserMedia rejected with */
export function microphoneFault(name: string): Fault {
	// Browsers name the same trouble differently: Firefox says AbortError for a device it cannot open.
	const aliases: Partial<Record<string, string>> = { AbortError: 'NotReadableError', OverconstrainedError: 'NotFoundError', SecurityError: 'NotAllowedError' };
	const known = aliases[name] ?? name;
	return MICROPHONE[known] ?? {
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
		message: `Browsers give the microphone only to pages on https:// or on this computer itself, not to ${address.origin}.`,
		remedy: `Open the page over https://, or on the machine that runs n8n as http://localhost${address.port ? `:${address.port}` : ''}${address.pathname}.`,
	};
}

export const microphoneUnplugged: Fault = {
	code: 'PAGE_MICROPHONE_ENDED',
	title: 'The microphone was disconnected',
	message: 'The agent cannot hear you any more.',
	remedy: 'Connect it again or choose another microphone below.',
};

export const soundBlocked: Fault = {
	code: 'PAGE_SOUND_BLOCKED',
	title: 'Your browser holds back the sound',
	message: 'The agent speaks, but the browser does not play it yet.',
	remedy: 'Press anywhere on this page to hear it.',
};
