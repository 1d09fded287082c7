import type { TurnTakingSettings } from '../../contract/agent-settings';
import type { Milliseconds } from '../../lib/clock';
import { completeness } from './completeness';

export interface EndOfTurnAsk {
	/** All text of the turn so far. */
	text: string;
	/** Since the true end of speech. */
	silenceMs: Milliseconds;
	settings: TurnTakingSettings;
	/** Was a question the last thing the caller heard? */
	agentAskedAQuestion: boolean;
	/** Sound that did not arrive may have been words: whatever the text looks like. */
	wordsMayBeMissing?: boolean;
}

export interface EndOfTurnVerdict {
	end: boolean;
	/** More silence needed; 0 when the turn ends. */
	waitMs: Milliseconds;
	reason: string;
}

/** 350 ms with the default of 700: less than that and people who merely breathe are cut off. */
const COMPLETE_SHARE = 0.5;

/** research: what an unfinished phrase is worth, before the cap. */
const UNFINISHED_EXTRA_MS = 600;

/** How much silence ends the turn, by how finished its text sounds. */
export function judgeEndOfTurn(ask: EndOfTurnAsk): EndOfTurnVerdict {
	const { flushSilenceMs, endSilenceMs, maxSilenceMs } = ask.settings;
	const { kind, cue } = completeness(ask.text, ask.agentAskedAQuestion);

	const wanted = {
		complete: endSilenceMs * COMPLETE_SHARE,
		open: endSilenceMs,
		unfinished: endSilenceMs + UNFINISHED_EXTRA_MS,
	}[kind];
	const cap = Math.max(maxSilenceMs, flushSilenceMs);
	const needed = ask.wordsMayBeMissing ? cap : Math.min(Math.max(wanted, flushSilenceMs), cap);
	const reason = ask.wordsMayBeMissing ? 'longest wait (packets were missing)' : wanted > cap ? `longest wait (${cue})` : `${kind}: ${cue}`;

	return { end: ask.silenceMs >= needed, waitMs: Math.max(0, needed - ask.silenceMs), reason };
}
