import type { TurnTakingSettings } from '../../contract/agent-settings';
import type { Milliseconds } from '../../lib/clock';
import { FINAL_PATIENCE_MS, speechMs, wholeText, type CallerUtterance } from '../caller-utterance';
import type { StartTurn } from '../conversation-events';
import { judgeEndOfTurn } from './judge-end-of-turn';
import type { ToolNeeds } from './tool-needs';

export interface CloseAsk {
	utterance: CallerUtterance;
	now: Milliseconds;
	settings: TurnTakingSettings;
	agentAskedAQuestion: boolean;
	/** Words come while the caller speaks. */
	partials: boolean;
	tools: readonly ToolNeeds[];
	/** What is spoken, as far as it is known. */
	english: boolean;
}

export interface LikelyEnd {
	readonly inMs: Milliseconds;
	readonly text: string;
	readonly confidence: number;
	readonly reason: string;
}

export type CloseVerdict =
	| { verdict: 'turn'; text: string; understood: boolean; confidence: number; reason: string }
	/** Nothing was said. */
	| { verdict: 'ignore' }
	/** `likely`: what the recogniser has finished will probably be the turn, from `inMs` on. */
	| { verdict: 'wait'; waitMs: Milliseconds; likely?: LikelyEnd }
	/** The caller speaks. */
	| { verdict: 'listen' };

/** Less than this without a word understood was no sentence: the agent need not ask what it was. */
const UNCLEAR_MIN_MS = 400;

/** Right after a question it is an answer: "noon" lasts 380 ms, "no" 200. */
const UNCLEAR_ANSWER_MIN_MS = 180;

/** Where nothing can be recognised: a short "yes" lasts 250 ms, a click or a cough mostly less than this. */
const UNRECOGNISED_MIN_MS = 200;

/** Is what the caller said a turn now, not yet, or never? The agent is silent and idle meanwhile. */
export function closeUtterance({ utterance, now, settings, agentAskedAQuestion, partials, tools, english }: CloseAsk): CloseVerdict {
	const { stopped, final, recognised } = utterance;
	if (stopped === undefined) return { verdict: 'listen' };

	const text = wholeText(utterance);
	const silenceMs = now - stopped.speechEndAt;
	const spokenMs = speechMs(utterance, now);
	const judged = judgeEndOfTurn({
		text: recognised ? text : '',
		silenceMs,
		settings,
		agentAskedAQuestion,
		wordsMayBeMissing: utterance.wordsMayBeMissing,
		marksAreWeak: !partials,
		probability: utterance.endProbability,
		tools,
		english,
	});

	if (!recognised) {
		if (spokenMs < UNRECOGNISED_MIN_MS && !utterance.confirmed) return { verdict: 'ignore' };
		if (!judged.end) return { verdict: 'wait', waitMs: judged.waitMs };
		return { verdict: 'turn', text: '', understood: true, confidence: 0, reason: 'silence, not recognised' };
	}

	const giveUpIn =
		text === ''
			? FINAL_PATIENCE_MS - (now - stopped.at)
			: Math.max(settings.maxSilenceMs, settings.flushSilenceMs) - silenceMs;
	if (final === undefined && giveUpIn > 0) return { verdict: 'wait', waitMs: giveUpIn };

	if (text === '' && !utterance.confirmed) {
		const noise = (final?.understood ?? false) || spokenMs < (agentAskedAQuestion ? UNCLEAR_ANSWER_MIN_MS : UNCLEAR_MIN_MS);
		if (noise) return { verdict: 'ignore' };
	}
	if (!judged.end) {
		const likely = final !== undefined && text !== '' ? { inMs: judged.likelyInMs, text, confidence: final.confidence, reason: judged.reason } : undefined;
		return { verdict: 'wait', waitMs: judged.waitMs, ...(likely && { likely }) };
	}
	return {
		verdict: 'turn',
		text,
		understood: text !== '',
		confidence: final?.confidence ?? 0,
		reason: final === undefined ? `${judged.reason}, no final text` : judged.reason,
	};
}

/** With whatever certainty it has ended, or will have; undefined where nothing tells yet. */
export function likelyEndOf(verdict: CloseVerdict): LikelyEnd | undefined {
	if (verdict.verdict === 'wait') return verdict.likely;
	return verdict.verdict === 'turn' ? { ...verdict, inMs: 0 } : undefined;
}

/** The turn that an utterance is, if it ends now. */
export function turnOf(
	caller: CallerUtterance,
	{ text, understood, confidence, reason }: Pick<StartTurn, 'text' | 'understood' | 'confidence' | 'reason'>,
	{ n, now }: { n: number; now: Milliseconds },
): Omit<StartTurn, 'type'> {
	return {
		n,
		text,
		understood,
		recognised: caller.recognised,
		confidence,
		speechStartAt: caller.carried?.speechStartAt ?? caller.speechStartAt,
		speechEndAt: caller.stopped?.speechEndAt ?? now,
		finalAt: caller.final?.at,
		declaredAt: now,
		missedMs: caller.missedMs,
		reason,
		probability: caller.endProbability,
		continues: caller.carried?.n,
	};
}
