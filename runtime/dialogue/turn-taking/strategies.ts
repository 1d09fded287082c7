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

/** What a text is worth: chosen on the training scenes of `npm run bench pauses`, as all that follows. */
const COMPLETE = 4.5;
/** Where only the mark at its end says so. */
const MARK = 2;
/** Nobody has listened how it was said: 350 ms with the settings as they are. People who merely breathe are cut off with less. */
const COMPLETE_ALONE = 1.556;
const BRIEF = 0.8;
const UNFINISHED = -4;
/** Text alone is mistaken too often for the longest wait. */
const UNFINISHED_ALONE = -1.5;
/** A recogniser of whole utterances sets a full stop in any case, on one in four unfinished ones. */
const WEAK_MARK = 0.2;
/** Where even it sets none, and sets others, there is more to come. */
const NO_MARK = -1.2;
const ALL_SAID = 1.5;
/** More than the sound can make up for: "schedule a meeting at two" ends like a sentence. */
const MUCH_MISSING = -3;
const MUCH_MISSING_ALONE = -1;

/** Of the model's log odds. */
const AUDIO_SHARE = 1.4;
const MOST_AUDIO = 3;
/** At this probability the sound says nothing: the model is readier to hear an end than callers are to make one. */
const UNDECIDED = 0.9;

/** Complete sentences and short answers; dangling words, unfinished numbers, what is being spelled. */
export const byText: Strategy = ({ text, agentAskedAQuestion, marksAreWeak = false, probability }) => {
	const { kind, cue, byMark } = completeness(text, agentAskedAQuestion);
	const worth = (weight: number): Evidence => ({ strategy: 'text', weight, cue });
	if (kind === 'unfinished') return worth(probability === undefined ? UNFINISHED_ALONE : UNFINISHED);
	if (marksAreWeak && byMark) return worth(WEAK_MARK);
	if (kind === 'complete') return worth(probability === undefined ? COMPLETE_ALONE : byMark ? MARK : COMPLETE);
	if (marksAreWeak && lacksMark(text)) return { strategy: 'text', weight: NO_MARK, cue: 'no mark at its end' };
	return kind === 'brief' && probability !== undefined ? worth(BRIEF) : undefined;
};

/** Whoever writes capitals and commas writes full stops too. */
function lacksMark(text: string): boolean {
	return /^\p{Lu}|[,.?!]/u.test(text) && !/[\p{P}]\s*$/u.test(text);
}

/** What the tool that the caller asks for must know. */
export const byTools: Strategy = ({ text, tools = [], probability }) => {
	const wanted = stillNeeded(text, tools);
	if (!wanted) return undefined;
	const { tool, missing } = wanted;
	if (missing.length === 0) return { strategy: 'tools', weight: ALL_SAID, cue: `all that ${tool} needs` };
	return { strategy: 'tools', weight: probability === undefined ? MUCH_MISSING_ALONE : MUCH_MISSING, cue: `${tool} needs the ${missing.join(' and the ')}` };
};

/** How it was said. */
export const bySound: Strategy = ({ probability }) => {
	if (probability === undefined) return undefined;
	const odds = AUDIO_SHARE * (logit(probability) - logit(UNDECIDED));
	return { strategy: 'audio', weight: Math.max(-MOST_AUDIO, Math.min(MOST_AUDIO, odds)), cue: `the sound says ${Math.round(probability * 100)} %` };
};

function logit(probability: number): number {
	const inside = Math.min(0.999, Math.max(0.001, probability));
	return Math.log(inside / (1 - inside));
}
