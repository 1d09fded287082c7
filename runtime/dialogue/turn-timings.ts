import type { Milliseconds } from '../lib/clock';
import type { TurnTimings } from '../contract/turn';

/** When the stages of one turn happened for the first time. A stage that did not happen has no mark. */
export interface TurnMarks {
	/** True beginning and end of the caller's speech. */
	speechStartAt: Milliseconds;
	speechEndAt: Milliseconds;
	/** The turn was declared over. */
	declaredAt: Milliseconds;
	finalAt?: Milliseconds;
	/** The workflow was started before that. */
	begunAt?: Milliseconds;
	/** The first node called the runtime. */
	firstAskAt?: Milliseconds;
	modelAskedAt?: Milliseconds;
	firstTokenAt?: Milliseconds;
	toolsStartedAt?: Milliseconds;
	/** First sentence given to the voice, first sound made of it. */
	firstPieceAt?: Milliseconds;
	firstVoiceAudioAt?: Milliseconds;
	/** First sample sent to the caller, first that can be heard. */
	firstAudioSentAt?: Milliseconds;
	audibleAt?: Milliseconds;
	/** The last utterance was played or cut. */
	playedAt?: Milliseconds;
	/** Durations: of all tools together, and of what was heard of the agent. */
	toolsMs?: Milliseconds;
	spokenMs?: Milliseconds;
}

/** A tenth of a millisecond is more than any of these is worth. */
function rounded(ms: Milliseconds): Milliseconds {
	return Math.round(ms * 10) / 10;
}

/** Never negative: the end of speech is an estimate, and a final text may come a moment before it. */
function between(from: Milliseconds | undefined, to: Milliseconds | undefined): Milliseconds | undefined {
	return from === undefined || to === undefined ? undefined : rounded(Math.max(0, to - from));
}

function duration(ms: Milliseconds | undefined): Milliseconds | undefined {
	return ms === undefined ? undefined : rounded(Math.max(0, ms));
}

/** Of a stage that was over before the turn was, nobody has waited for that part. */
function asWaitedFor(marks: TurnMarks): TurnMarks {
	const early = ['firstAskAt', 'modelAskedAt', 'firstTokenAt', 'firstPieceAt', 'firstVoiceAudioAt'] as const;
	const late = early.flatMap((name) => (marks[name] === undefined ? [] : [[name, Math.max(marks[name], marks.declaredAt)] as const]));
	return { ...marks, ...Object.fromEntries(late) };
}

/** contract/turn says what each figure means. */
export function timingsOf(measured: TurnMarks): TurnTimings {
	const marks = asWaitedFor(measured);
	const timings: TurnTimings = {
		eou_delay: between(marks.speechEndAt, marks.declaredAt),
		transcription_delay: between(marks.speechEndAt, marks.finalAt),
		early_start: between(marks.begunAt, marks.declaredAt),
		workflow_delay: between(marks.declaredAt, marks.firstAskAt),
		nodes_delay: between(marks.firstAskAt, marks.modelAskedAt),
		ttft: between(marks.modelAskedAt, marks.firstTokenAt),
		sentence_delay: between(marks.firstTokenAt, marks.firstPieceAt),
		ttfb: between(marks.firstPieceAt, marks.firstVoiceAudioAt),
		playout_delay: between(marks.firstVoiceAudioAt, marks.audibleAt),
		first_audio_delay: between(marks.speechEndAt, marks.firstAudioSentAt),
		e2e_latency: between(marks.speechEndAt, marks.audibleAt),
		response_delay: between(marks.declaredAt, marks.audibleAt),
		tools: duration(marks.toolsMs),
		user_speech: between(marks.speechStartAt, marks.speechEndAt),
		agent_speech: duration(marks.spokenMs),
	};
	return Object.fromEntries(Object.entries(timings).filter(([, ms]) => ms !== undefined));
}
