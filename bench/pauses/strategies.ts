import { turnTakingSettings, type TurnTakingSettings } from '../../runtime/contract/agent-settings';
import { judgeEndOfTurn } from '../../runtime/dialogue/turn-taking/judge-end-of-turn';
import { bySound, byText, byTools, type EndOfTurnAsk, type Strategy } from '../../runtime/dialogue/turn-taking/strategies';
import { needsOf } from '../../runtime/dialogue/turn-taking/tool-needs';
import type { Moment } from './moments';
import { TOOLS } from './scenes';

/** One way to end turns: after how much silence, ms. `level`: where it can be made more patient, for the curve. */
export interface Way {
	readonly name: string;
	readonly waitMs: (moment: Moment, level: number) => number;
	/** When the first sound comes, where the work on it takes WORK_MS; without it, WORK_MS after the wait. */
	readonly soundMs?: (moment: Moment, level: number) => number;
	/** The levels of its curve, and the one that it has by default. */
	readonly levels: readonly number[];
	readonly usual: number;
}

/** A worker's judgement of the sound, with the way there and back. */
const JUDGED_AFTER_MS = 60;
/** A pause is told so long before the end of the speech, and a quick recogniser has its text so soon after it. */
const PAUSE_BEFORE_END_MS = 96;
const TEXT_AFTER_MS = 30;
/** From the end of a turn to its first sound: what the engines of docs/benchmarks.md's comparison take. */
export const WORK_MS = 600;
const SETTINGS = turnTakingSettings.parse({});
const NEEDS = { calendar: needsOf(TOOLS.calendar), desk: needsOf(TOOLS.desk) };

/** smart-turn as Pipecat uses it: over 0.5 the turn is over, otherwise after a stop of 3 s. */
const SMART_TURN_THRESHOLD = 0.5;
const SMART_TURN_STOP_MS = 3000;

function ask({ text, whole, asked, tools, probability, language }: Moment, settings: TurnTakingSettings): EndOfTurnAsk {
	return { english: language === 'en', text: whole === '' ? text : whole, silenceMs: 0, settings, agentAskedAQuestion: asked, marksAreWeak: whole !== '', probability, tools: tools ? NEEDS[tools] : [] };
}

/** The runtime with these strategies. The `level` is the silence that ends a turn about which nothing is known; the longest is in proportion. */
function ours(name: string, strategies: readonly Strategy[], change: (ask: EndOfTurnAsk) => EndOfTurnAsk = (same) => same): Way {
	return {
		name,
		levels: [300, 400, 500, 600, 700, 850, 1000, 1200],
		usual: SETTINGS.endSilenceMs,
		waitMs: (moment, level) => {
			const { flushSilenceMs, minSilenceMs, maxSilenceMs, endSilenceMs } = SETTINGS;
			const settings = { ...SETTINGS, endSilenceMs: level, maxSilenceMs: (maxSilenceMs * level) / endSilenceMs, minSilenceMs };
			const { waitMs } = judgeEndOfTurn(change(ask(moment, settings)), strategies);
			const told = Math.max(flushSilenceMs, moment.toldAfterMs);
			// Before the sound is judged, the others may have ended the turn.
			const { waitMs: unjudged } = judgeEndOfTurn(change({ ...ask(moment, settings), probability: undefined }), strategies);
			const judgedAt = told + JUDGED_AFTER_MS;
			return unjudged <= judgedAt ? Math.max(unjudged, told) : Math.max(waitMs, strategies.includes(bySound) ? judgedAt : told);
		},
	};
}

/**
 * The same, with the work begun early: the end of the turn waits for the first sound, up to the longest wait. `inPause`: it begins in the
 * first short pause, as with a recogniser that is quick; otherwise when the sound was judged.
 */
function begunEarly(name: string, way: Way, strategies: readonly Strategy[], inPause: boolean): Way {
	const both = (moment: Moment, level: number): { waitMs: number; soundMs: number } => {
		const waitMs = way.waitMs(moment, level);
		const asked = ask(moment, { ...SETTINGS, endSilenceMs: level, maxSilenceMs: (SETTINGS.maxSilenceMs * level) / SETTINGS.endSilenceMs });
		const { likelyInMs } = judgeEndOfTurn(asked, strategies);
		const likelyInPause = inPause && judgeEndOfTurn({ ...asked, probability: undefined }, strategies).likelyInMs === 0;
		const told = likelyInPause ? moment.toldAfterMs - PAUSE_BEFORE_END_MS + TEXT_AFTER_MS : Math.max(Math.max(SETTINGS.flushSilenceMs, moment.toldAfterMs) + JUDGED_AFTER_MS, likelyInMs);
		const begunAt = Math.min(waitMs, told);
		const ready = begunAt + WORK_MS;
		return { waitMs: Math.max(waitMs, Math.min(ready, SETTINGS.maxSilenceMs)), soundMs: Math.max(waitMs, ready) };
	};
	return { ...way, name, waitMs: (moment, level) => both(moment, level).waitMs, soundMs: (moment, level) => both(moment, level).soundMs };
}

const withoutSound = (given: EndOfTurnAsk): EndOfTurnAsk => ({ ...given, probability: undefined });

const DEFAULT = ours('default', [bySound, byText, byTools]);

export const WAYS: readonly Way[] = [
	{ name: 'silence alone', levels: [300, 400, 500, 600, 700, 850, 1000, 1200], usual: 700, waitMs: (_moment, level) => level },
	{
		name: 'smart-turn alone',
		levels: [0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 0.975],
		usual: SMART_TURN_THRESHOLD,
		waitMs: ({ probability, toldAfterMs }, level) => (probability > level ? Math.max(SETTINGS.flushSilenceMs, toldAfterMs) + JUDGED_AFTER_MS : SMART_TURN_STOP_MS),
	},
	ours('text', [byText], withoutSound),
	ours('text and tools (no audio model)', [byText, byTools], withoutSound),
	ours('sound', [bySound]),
	DEFAULT,
	begunEarly('default, begun early', DEFAULT, [bySound, byText, byTools], false),
	begunEarly('default, begun in the pause', DEFAULT, [bySound, byText, byTools], true),
];
