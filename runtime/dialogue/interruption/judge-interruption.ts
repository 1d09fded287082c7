import type { Milliseconds } from '../../lib/clock';
import { FINAL_PATIENCE_MS } from '../caller-utterance';
import type { IgnoredReason } from '../conversation-events';
import { floorClaim, type FloorClaim } from './backchannel';

/** What is known about speech that meets an agent who speaks or thinks. */
export interface InterruptionAsk {
	/** What was recognised so far; '' also where it was not understood. */
	text: string;
	/** Without recognition, time alone decides. */
	recognised: boolean;
	/** Can words come while the caller speaks? If not, time decides meanwhile, and the text of a short stretch when it is over. */
	partials: boolean;
	/** Speech of this utterance so far. */
	speechMs: Milliseconds;
	speaking: boolean;
	/** Has the recogniser given its last word on it? */
	final: boolean;
	/** Since media told of the end of speech; 0 while speaking. */
	stoppedForMs: Milliseconds;
	/** Has the agent already given way to it? */
	confirmed: boolean;
	/** Was it already judged to be no interruption while it went on? */
	dismissed: boolean;
	/** May what the agent does be interrupted? */
	interruptible: boolean;
	agentAskedAQuestion: boolean;
	minInterruptionMs: Milliseconds;
}

export type InterruptionVerdict =
	| { verdict: 'interrupt' }
	/** No interruption, and over. */
	| { verdict: 'ignore'; reason: IgnoredReason }
	/** The agent goes on, but the caller is listened to further: words may still come. */
	| { verdict: 'dismiss' }
	/** Not known yet. Look again after `waitMs`, or when something happens. */
	| { verdict: 'wait'; waitMs: Milliseconds }
	/** Nothing can be decided now: it waits until the agent has finished. */
	| { verdict: 'hold' };

/** Where words cannot tell, more speech is needed. LiveKit's default for the same case. */
const UNRECOGNISED_INTERRUPTION_MS = 500;

/** A sign of listening is short; who says "yeah, right, sure, okay" for longer wants the floor. */
export const BACKCHANNEL_MAX_MS = 1000;

/** The agent stands paused for the final text this long. A streaming recogniser needs some 50 ms. */
export const FINAL_WAIT_MS = 500;

/** A recogniser that begins only then, on a server or on a whole utterance, needs longer. After that, time decides. */
export const LATE_FINAL_WAIT_MS = 1000;

/** Sound without a word (music, a crying child) holds the agent up no longer. LiveKit's default. */
export const WORDLESS_MAX_MS = 2000;

function wait(waitMs: Milliseconds): InterruptionVerdict {
	return { verdict: 'wait', waitMs };
}
function ignore(reason: IgnoredReason): InterruptionVerdict {
	return { verdict: 'ignore', reason };
}

/**
 * Is speech while the agent speaks or thinks meant to change what it does? Media has paused the agent
 * already, so the judgement may take the time it needs; a false alarm costs a short pause.
 */
export function judgeInterruption(ask: InterruptionAsk): InterruptionVerdict {
	if (ask.confirmed) return { verdict: ask.interruptible ? 'interrupt' : 'hold' };
	// Short stretches are judged by their text when they are over, which tells signs of listening apart.
	const byTime = Math.max(ask.minInterruptionMs, ask.recognised ? BACKCHANNEL_MAX_MS : UNRECOGNISED_INTERRUPTION_MS);
	const claim = floorClaim(ask.text, ask.agentAskedAQuestion);
	const closed =
		!ask.speaking && (ask.final || !ask.recognised || ask.stoppedForMs >= FINAL_PATIENCE_MS);

	if (ask.interruptible && ask.recognised) {
		if (claim === 'stop') return { verdict: 'interrupt' };
		if (claim === 'words' && ask.speechMs >= ask.minInterruptionMs) return { verdict: 'interrupt' };
	}
	if (closed) return judgeClosed(ask, claim, byTime);
	if (!ask.interruptible) {
		return ask.speaking ? { verdict: 'hold' } : wait(FINAL_PATIENCE_MS - ask.stoppedForMs);
	}
	if (!ask.recognised) {
		return ask.speechMs >= byTime ? { verdict: 'interrupt' } : wait(byTime - ask.speechMs);
	}
	if (ask.speaking) {
		if (claim === 'words') return wait(ask.minInterruptionMs - ask.speechMs);
		if (!ask.partials) return ask.speechMs >= byTime ? { verdict: 'interrupt' } : wait(byTime - ask.speechMs);
		if (ask.dismissed) return { verdict: 'hold' };
		return dismissAfter(WORDLESS_MAX_MS - ask.speechMs);
	}
	if (ask.dismissed) return wait(FINAL_PATIENCE_MS - ask.stoppedForMs);
	if (ask.partials) return dismissAfter(FINAL_WAIT_MS - ask.stoppedForMs);
	const isLong = ask.speechMs >= Math.max(ask.minInterruptionMs, UNRECOGNISED_INTERRUPTION_MS);
	return isLong && ask.stoppedForMs >= LATE_FINAL_WAIT_MS ? { verdict: 'interrupt' } : dismissAfter(LATE_FINAL_WAIT_MS - ask.stoppedForMs);
}

function dismissAfter(ms: Milliseconds): InterruptionVerdict {
	return ms > 0 ? wait(ms) : { verdict: 'dismiss' };
}

/** The stretch of speech is over and its text is known, or never will be. */
function judgeClosed(
	ask: InterruptionAsk,
	claim: FloorClaim,
	byTime: Milliseconds,
): InterruptionVerdict {
	const accept: InterruptionVerdict = { verdict: ask.interruptible ? 'interrupt' : 'hold' };
	if (!ask.recognised) return ask.speechMs >= byTime ? accept : ignore('noise');
	if (claim === 'none') return ignore('noise');
	if (claim === 'backchannel') {
		const listening = ask.speechMs <= BACKCHANNEL_MAX_MS || ask.dismissed || !ask.interruptible;
		return listening ? ignore('backchannel') : accept;
	}
	// The shortest answer is one.
	return ask.interruptible && !ask.agentAskedAQuestion ? ignore('tooShort') : accept;
}
