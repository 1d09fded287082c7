import type { TurnTakingSettings } from '../../contract/agent-settings';
import type { Milliseconds } from '../../lib/clock';
import { completeness } from './completeness';
import { stillNeeded, type ToolNeeds } from './tool-needs';

export interface EndOfTurnAsk {
	/** All text of the turn so far; '' where none is known. */
	text: string;
	/** Since the true end of speech. */
	silenceMs: Milliseconds;
	settings: TurnTakingSettings;
	/** Was a question the last thing the caller heard? */
	agentAskedAQuestion: boolean;
	/** Sound that did not arrive may have been words: whatever the text looks like. */
	wordsMayBeMissing?: boolean;
	/** A recogniser of whole utterances has set the marks: it ends whatever it is given like a sentence. */
	marksAreWeak?: boolean;
	/** 0..1: the caller has finished, by the sound; absent where nobody has judged it yet. */
	probability?: number | undefined;
	/** Its words mean something to the rules; where not, its marks do. */
	english?: boolean;
	/** Of the tools that are offered. */
	tools?: readonly ToolNeeds[];
}

/** What one strategy makes of it. */
export interface Evidence {
	readonly strategy: 'audio' | 'text' | 'tools';
	/** Log odds: above 0 for the end of the turn, below for its going on. */
	readonly weight: number;
	/** What spoke for it, in words. */
	readonly cue: string;
}

export type Strategy = (ask: EndOfTurnAsk) => Evidence | undefined;

/**
 * Log odds, fitted on the choosing scenes of `npm run bench pauses` by logistic regression: with the sound's as they are below, what the
 * others add. Those of what is alone, nobody having listened how it was said, keep the waits that text alone is worth.
 */
const COMPLETE = 2.3;
/** Where only the mark at its end says so. */
const MARK = 0.8;
/** 350 ms with the settings as they are. */
const COMPLETE_ALONE = 0.272;
/** The shortest wait: after these nobody goes on, and a look-up that was asked for too early does no harm. */
const CLOSING_ALONE = 0.35;
const BRIEF = 0.2;
const UNFINISHED = -1.8;
/** Text alone is mistaken too often for the longest wait. */
const UNFINISHED_ALONE = -0.4125;
/** A recogniser of whole utterances sets a full stop in any case, on two in three unfinished ones. */
const WEAK_MARK = 0.1;
const WEAK_MARK_ALONE = 0.035;
/** Where even it sets none, and sets others, there is more to come. */
const NO_MARK = -0.85;
const NO_MARK_ALONE = -0.33;
const ALL_SAID = 1.2;
const ALL_SAID_ALONE = 0.2625;
/** More than the sound can make up for: "schedule a meeting at two" ends like a sentence. */
const MUCH_MISSING = -3.7;
const MUCH_MISSING_ALONE = -0.275;

/** Of the model's log odds: it is surer than it is right. */
const AUDIO_SHARE = 0.5;
/** A short answer is clearer by its words than by its sound. */
const MOST_AUDIO = 1.5;
/** At this probability an end is as likely as a pause... */
const EVEN = 0.777;
/** ...and so far above it, nothing is known: a model that listens hears most of the ends. */
const UNDECIDED = 0.55;

/** Complete sentences and short answers; dangling words, unfinished numbers, what is being spelled. */
export const byText: Strategy = ({ text, agentAskedAQuestion, marksAreWeak = false, english, probability }) => {
	const { kind, cue, byMark, closes } = completeness(text, agentAskedAQuestion, english);
	const worth = (weight: number): Evidence => ({ strategy: 'text', weight, cue });
	if (kind === 'unfinished') return worth(probability === undefined ? UNFINISHED_ALONE : UNFINISHED);
	if (marksAreWeak && byMark) return worth(probability === undefined ? WEAK_MARK_ALONE : WEAK_MARK);
	if (kind === 'complete' && probability === undefined) return worth(closes ? CLOSING_ALONE : COMPLETE_ALONE);
	if (kind === 'complete') return worth(byMark ? MARK : COMPLETE);
	if (marksAreWeak && lacksMark(text)) return { strategy: 'text', weight: probability === undefined ? NO_MARK_ALONE : NO_MARK, cue: 'no mark at its end' };
	return kind === 'brief' && probability !== undefined ? worth(BRIEF) : undefined;
};

/** Whoever writes capitals and commas writes full stops too. */
function lacksMark(text: string): boolean {
	return /^\p{Lu}|[,.?!]/u.test(text) && !/[\p{P}]\s*$/u.test(text);
}

/** What the tool that the caller asks for must know. */
export const byTools: Strategy = ({ text, tools = [], english = true, probability }) => {
	const wanted = english ? stillNeeded(text, tools) : undefined;
	if (!wanted) return undefined;
	const { tool, looksUp, missing } = wanted;
	const allSaidAlone = looksUp ? CLOSING_ALONE : ALL_SAID_ALONE;
	if (missing.length === 0) return { strategy: 'tools', weight: probability === undefined ? allSaidAlone : ALL_SAID, cue: `all that ${tool} needs` };
	return { strategy: 'tools', weight: probability === undefined ? MUCH_MISSING_ALONE : MUCH_MISSING, cue: `${tool} needs the ${missing.join(' and the ')}` };
};

/** How it was said. */
export const bySound: Strategy = ({ probability }) => {
	if (probability === undefined) return undefined;
	const odds = AUDIO_SHARE * (logit(probability) - logit(EVEN));
	return { strategy: 'audio', weight: Math.max(-MOST_AUDIO, Math.min(MOST_AUDIO, odds)) - UNDECIDED, cue: `the sound says ${Math.round(probability * 100)} %` };
};

function logit(probability: number): number {
	const inside = Math.min(0.999, Math.max(0.001, probability));
	return Math.log(inside / (1 - inside));
}
