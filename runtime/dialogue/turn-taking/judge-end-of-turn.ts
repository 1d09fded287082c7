import type { Milliseconds } from '../../lib/clock';
import { bySound, byText, byTools, type EndOfTurnAsk, type Strategy } from './strategies';

export interface EndOfTurnVerdict {
	end: boolean;
	/** More silence needed; 0 when the turn ends. */
	waitMs: Milliseconds;
	reason: string;
	/** Until the end is likely: at once, unless something speaks for the turn's going on. Infinity: it never is before it is certain. */
	likelyInMs: Milliseconds;
}

/**
 * Log odds, from those of a turn about which nothing is known, at which the wait is the shortest, or the longest. Where the sound was
 * judged, these are odds of about 5 to 2 and of 1 to 1: to be wrong about a pause costs more than to wait.
 */
const CERTAIN_END = 0.35;
const CERTAIN_PAUSE = -0.55;
/** Below these, work on the turn would mostly be for nothing. */
const UNLIKELY = -0.25;

const STRATEGIES: readonly Strategy[] = [bySound, byText, byTools];

/**
 * How much silence ends the turn: what all strategies say together moves it from `endSilenceMs` towards `minSilenceMs` or
 * `maxSilenceMs`, beyond which nobody waits. Without the sound's judgement the others decide.
 */
export function judgeEndOfTurn(ask: EndOfTurnAsk, strategies = STRATEGIES): EndOfTurnVerdict {
	const { flushSilenceMs, minSilenceMs, endSilenceMs, maxSilenceMs } = ask.settings;
	const cap = Math.max(maxSilenceMs, flushSilenceMs);
	const within = (ms: Milliseconds): Milliseconds => Math.min(Math.max(ms, flushSilenceMs), cap);
	const after = (needed: Milliseconds, reason: string, likelyAfter: Milliseconds): EndOfTurnVerdict => ({
		end: ask.silenceMs >= needed,
		waitMs: Math.max(0, needed - ask.silenceMs),
		reason,
		likelyInMs: Math.max(0, likelyAfter - ask.silenceMs),
	});
	if (ask.wordsMayBeMissing) return after(cap, 'longest wait: packets were missing', Number.POSITIVE_INFINITY);

	const evidence = strategies.flatMap((strategy) => strategy(ask) ?? []);
	const odds = evidence.reduce((sum, { weight }) => sum + weight, 0);
	const share = Math.min(1, odds / (odds > 0 ? CERTAIN_END : CERTAIN_PAUSE));
	const towards = odds > 0 ? Math.min(minSilenceMs, endSilenceMs) : Math.max(maxSilenceMs, endSilenceMs);
	const cues = evidence.map(({ cue }) => cue).join('; ') || 'silence';
	const kind = odds > 0 ? 'complete' : odds < 0 ? 'unfinished' : 'open';
	const needed = within(Math.round(endSilenceMs + share * (towards - endSilenceMs)));
	return after(needed, share === 1 && odds < 0 ? `longest wait: ${cues}` : `${kind}: ${cues}`, odds < UNLIKELY ? endSilenceMs : 0);
}
