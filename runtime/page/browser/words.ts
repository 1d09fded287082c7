import type { AgentState } from '../../contract/page-events';
import type { CallPhase } from './call';
import type { LinkVerdict } from './link-judge';

/** Where the page stands; in a live call it is what the agent does. */
export type PageState = 'idle' | 'away' | 'ended' | 'failed' | Exclude<CallPhase, 'live'> | AgentState;

const STATES: Record<PageState, string> = {
	idle: 'Ready to talk',
	away: 'Your call is waiting',
	ended: 'Call ended',
	failed: 'Not connected',
	asking: 'Waiting for the microphone',
	connecting: 'Connecting',
	reconnecting: 'Reconnecting',
	listening: 'Listening',
	hearing: 'Hearing you',
	thinking: 'Thinking',
	tool: 'Using a tool',
	speaking: 'Speaking',
};

export function stateWords(state: PageState, tool?: string): string {
	return state === 'tool' && tool ? `Using tool: ${toolTitle(tool)}` : STATES[state];
}

/** What to do or to expect in a state; '' where nothing has to be said. */
export function stateHint(state: PageState): string {
	return HINTS[state] ?? '';
}

const HINTS: Partial<Record<PageState, string>> = {
	idle: 'Press Call and speak as you would on the phone. You can interrupt at any time.',
	away: 'You left in the middle of a call. Go on where you were.',
	reconnecting: 'The connection was lost. Your call waits for you and goes on by itself.',
	asking: 'Choose “Allow” when your browser asks for the microphone.',
	connecting: 'The first call after a start takes a little longer.',
};

/** Whoever reads it may be somebody else. */
export const leftHint = 'A call was left in this browser a moment ago. If it was yours, go on where you were. If not, start a new one.';

/** What is being done while a connection does not come about, or back, by the code of what stands in its way. */
export function waitingWords(code: string, phase: 'connecting' | 'reconnecting'): string {
	if (phase === 'connecting' && code === 'PAGE_SERVER_UNREACHABLE') return 'The server cannot be reached. This page keeps trying for a moment.';
	if (phase === 'connecting' && code === 'PAGE_N8N_UNREACHABLE') return 'n8n does not answer yet. It may be starting: your call begins as soon as it is ready.';
	if (phase === 'connecting') return 'n8n is starting. Your call begins as soon as it is ready.';
	if (code === 'PAGE_OFFLINE') return 'This device is offline. Your call waits, and goes on when the network is back.';
	if (code === 'PAGE_TOO_MANY' || code === 'VOICE_ERR_TOO_MANY') return 'The server asks this page to wait a moment. Your call waits, and goes on by itself.';
	if (code === 'PAGE_NOT_LET_IN') return 'Something in front of n8n does not let this page through. Reload the page: your call waits for you.';
	if (code === 'PAGE_N8N_UNREACHABLE') return 'n8n does not answer. Your call waits, and goes on as soon as it does.';
	if (code === 'PAGE_SERVER_UNREACHABLE') return 'The server cannot be reached. Your call waits, and this page keeps trying.';
	if (['VOICE_ERR_NOT_LISTENING', 'PAGE_N8N_STARTING', 'PAGE_N8N_AWAY', 'PAGE_SERVER_GARBLED'].includes(code)) return 'n8n is starting. Your call goes on as soon as it is ready.';
	if (code.startsWith('VOICE_ERR_')) return 'The voice runtime is starting again. Your call goes on as soon as it is ready.';
	return stateHint('reconnecting');
}

const LINKS: Record<LinkVerdict, string> = {
	good: '',
	ours: 'Your connection is poor: you may miss words of the agent.',
	theirs: 'Your connection is poor: the agent may miss words of yours.',
	both: 'Your connection is poor: words may be lost both ways.',
	slow: 'Your connection is slow: answers arrive late.',
	dead: 'No sound gets through at the moment. Please wait: the agent waits as well.',
};

/** What to say of the connection; '' where all is well. */
export function linkWords(verdict: LinkVerdict): string {
	return LINKS[verdict];
}

/** `book_appointment` -> `Book appointment` */
export function toolTitle(name: string): string {
	const words = name.replaceAll(/[_-]+/g, ' ').trim();
	return words.charAt(0).toUpperCase() + words.slice(1);
}

/** 42 -> `42 ms`, 1234 -> `1.23 s` */
export function durationWords(ms: number): string {
	return ms < 100 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`;
}

/** 83000 -> `1:23` */
export function clockTime(ms: number): string {
	const whole = Math.floor(ms / 1000);
	return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

const ENDINGS: Partial<Record<string, string>> = {
	idle: 'The agent hung up because nobody spoke for a while.',
	maxSession: 'The call reached its maximum duration.',
	'the caller hung up': 'The call was ended.',
	'the caller did not come back': 'The call ended because you were away for too long.',
	'the call goes on in another window': 'The call goes on in another window.',
};

/** A reason without words of ours is shown as the server gave it. */
export function endingWords(reason: string): string {
	return ENDINGS[reason] ?? (reason ? `The agent ended the call: ${reason}` : 'The agent ended the call.');
}
