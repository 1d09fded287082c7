import type { Milliseconds } from '../lib/clock';
import type { ConversationInput } from './conversation-events';
import { joinSpoken } from './turn-taking/spoken-words';

/** A final text later than this will not come. The slowest recognisers (Whisper on a CPU) need 1 s. */
export const FINAL_PATIENCE_MS = 2000;

/** In a gap of packets as long as this a short word is lost. Recognisers and concealment bridge what is shorter. */
const A_WORD_MS = 150;

/** An earlier turn that was cancelled because the caller went on with it. */
export interface CarriedTurn {
	/** Absent: these words were no turn yet. */
	n?: number | undefined;
	text: string;
	recognised: boolean;
	speechStartAt: Milliseconds;
}

interface FinalText {
	at: Milliseconds;
	text: string;
	understood: boolean;
	confidence: number;
}

/** A moment of silence that may prove to be the end of the speech. */
interface Pause {
	readonly at: Milliseconds;
	readonly speechEndAt: Milliseconds;
	readonly asked: string;
	/** What was said up to it. */
	readonly heard?: FinalText;
}

/** What the caller is saying: one or more stretches of speech that may become a turn. */
export interface CallerUtterance {
	/** Of its sound, or of the silence after it, so much did not arrive. */
	readonly missedMs: Milliseconds;
	/** One of these gaps may have held a word. */
	readonly wordsMayBeMissing: boolean;
	/** Beginning of the first stretch. */
	readonly speechStartAt: Milliseconds;
	/** Beginning of the stretch that goes on, or was the last. */
	readonly stretchStartAt: Milliseconds;
	/** All stretches before that one. */
	readonly earlierSpeechMs: Milliseconds;
	/** Absent while speaking. `at`: when media told of it. */
	readonly stopped?: { readonly at: Milliseconds; readonly speechEndAt: Milliseconds };
	/** The one that goes on, and after the end of speech the one it began with, until the final text is there. */
	readonly pause?: Pause | undefined;
	/** The last partial, or the final text. */
	readonly text: string;
	readonly finalAsked?: string;
	/** The question about its last end, for whoever listens to the sound. */
	readonly endAsked?: string | undefined;
	/** 0..1: it has ended, by the sound. */
	readonly endProbability?: number | undefined;
	readonly final?: FinalText;
	/** false: the recogniser did not hear all of it. */
	readonly recognised: boolean;
	/** The agent gave way to it: it must become a turn. */
	readonly confirmed: boolean;
	/** The agent went on in spite of it, so far. */
	readonly dismissed: boolean;
	/** Media was told to rest while this is kept for later. */
	readonly rested: boolean;
	readonly carried?: CarriedTurn;
}

function startUtterance(speechAt: Milliseconds, recognised: boolean): CallerUtterance {
	return {
		speechStartAt: speechAt,
		stretchStartAt: speechAt,
		earlierSpeechMs: 0,
		missedMs: 0,
		wordsMayBeMissing: false,
		text: '',
		recognised,
		confirmed: false,
		dismissed: false,
		rested: false,
	};
}

function stretchMs(utterance: CallerUtterance, now: Milliseconds): Milliseconds {
	return Math.max(0, (utterance.stopped?.speechEndAt ?? now) - utterance.stretchStartAt);
}

/** How long the caller has spoken, pauses left out. */
export function speechMs(utterance: CallerUtterance, now: Milliseconds): Milliseconds {
	return utterance.earlierSpeechMs + stretchMs(utterance, now);
}

/** New speech before the end of turn: the same utterance goes on, and so does its text. */
function resumeSpeech(utterance: CallerUtterance, speechAt: Milliseconds): CallerUtterance {
	return {
		...utterance,
		earlierSpeechMs: utterance.earlierSpeechMs + stretchMs(utterance, speechAt),
		stretchStartAt: Math.max(speechAt, utterance.stopped?.speechEndAt ?? speechAt),
		stopped: undefined,
		pause: undefined,
		finalAsked: undefined,
		endAsked: undefined,
		endProbability: undefined,
		final: undefined,
		rested: false,
	};
}

function stopSpeech(
	utterance: CallerUtterance,
	at: Milliseconds,
	speechEndAt: Milliseconds,
	{ finalId, endId }: QuestionIds,
): CallerUtterance {
	return {
		...utterance,
		stopped: { at, speechEndAt: withinStretch(utterance, speechEndAt, at) },
		finalAsked: utterance.recognised ? finalId : undefined,
		endAsked: endId,
	};
}

/** A stretch cannot end before it began or after media told of its end, whatever the clocks say. */
function withinStretch({ stretchStartAt }: CallerUtterance, speechEndAt: Milliseconds, at: Milliseconds): Milliseconds {
	return Math.min(Math.max(speechEndAt, stretchStartAt), at);
}

function pauseSpeech(utterance: CallerUtterance, at: Milliseconds, speechEndAt: Milliseconds, asked: string | undefined): CallerUtterance {
	if (asked === undefined || utterance.stopped || !utterance.recognised) return utterance;
	return { ...utterance, pause: { at, speechEndAt: withinStretch(utterance, speechEndAt, at), asked } };
}

function hearSoFar(utterance: CallerUtterance, id: string, heard: FinalText): CallerUtterance {
	const { pause, final } = utterance;
	const text = heard.text.trim();
	if (id !== pause?.asked || final || !heard.understood || text === '') return utterance;
	return { ...utterance, pause: { ...pause, heard: { ...heard, text } } };
}

/** What it comes to if it ends with this pause, once its text is known. */
export function asIfEnded(utterance: CallerUtterance): CallerUtterance | undefined {
	const { pause, stopped, final } = utterance;
	if (!pause?.heard || final) return undefined;
	const { at, speechEndAt, heard } = pause;
	return { ...utterance, stopped: stopped ?? { at, speechEndAt }, text: heard.text, final: heard };
}

/** After the final text of a silence, a late partial has nothing to add. */
function hearPartial(utterance: CallerUtterance, text: string): CallerUtterance {
	return utterance.recognised && utterance.final === undefined ? { ...utterance, text } : utterance;
}

/** One that crossed with new speech or with a reset is not final; its words come as a partial as well. */
function hearFinal(
	utterance: CallerUtterance,
	id: string,
	final: FinalText,
): CallerUtterance {
	if (id !== utterance.finalAsked || utterance.final !== undefined) return utterance;
	const text = final.understood ? final.text.trim() : '';
	return { ...utterance, text, pause: undefined, final: { ...final, text } };
}

/** Sound comes again after `missedMs` of which nothing is known: they count as neither speech nor silence. */
function missSound(utterance: CallerUtterance, missedMs: Milliseconds, now: Milliseconds): CallerUtterance {
	const { stopped } = utterance;
	const wordsMayBeMissing = utterance.wordsMayBeMissing || missedMs >= A_WORD_MS;
	const missed = { ...utterance, pause: undefined, missedMs: utterance.missedMs + missedMs, wordsMayBeMissing };
	if (!stopped) return { ...missed, stretchStartAt: Math.min(now, utterance.stretchStartAt + missedMs) };
	const later = (at: Milliseconds): Milliseconds => Math.min(now, at + missedMs);
	return { ...missed, stopped: { at: later(stopped.at), speechEndAt: later(stopped.speechEndAt) } };
}

/** The recogniser was lost: a transcript of a part would be worse than none. */
function loseRecognition(utterance: CallerUtterance): CallerUtterance {
	return {
		...utterance,
		recognised: false,
		text: '',
		pause: undefined,
		final: undefined,
		finalAsked: undefined,
	};
}

/** It takes the place of the turn that ended too early, and says what that said as well. */
export function carry(utterance: CallerUtterance, carried: CarriedTurn): CallerUtterance {
	return {
		...(carried.recognised ? utterance : loseRecognition(utterance)),
		carried,
		confirmed: true,
	};
}

/** After an absence its silence begins anew, as if it had been said just now: whoever comes back can go on with it. */
export function waitAnew(utterance: CallerUtterance, now: Milliseconds): CallerUtterance {
	const { stopped, final, carried } = utterance;
	if (!stopped) return utterance;
	const away = now - stopped.speechEndAt;
	return {
		...utterance,
		speechStartAt: utterance.speechStartAt + away,
		stretchStartAt: utterance.stretchStartAt + away,
		stopped: { at: now, speechEndAt: now },
		pause: undefined,
		...(final && { final: { ...final, at: now } }),
		...(carried && { carried: { ...carried, speechStartAt: carried.speechStartAt + away } }),
		rested: false,
	};
}

/** The next words come from a recogniser that begins with them. */
function keepWords(utterance: CallerUtterance): CallerUtterance {
	const { carried, recognised, speechStartAt, final } = utterance;
	return {
		...utterance,
		carried: { n: carried?.n, text: wholeText(utterance), recognised, speechStartAt: carried?.speechStartAt ?? speechStartAt },
		text: '',
		pause: undefined,
		...(final && { final: { ...final, text: '' } }),
	};
}

export function wholeText(utterance: CallerUtterance): string {
	return joinSpoken(utterance.carried?.text ?? '', utterance.text);
}

/** Under which ids the text and the judgement of the sound are asked for, where speech ends or pauses; undefined: they are not. */
export interface QuestionIds {
	readonly finalId: string;
	readonly endId: string | undefined;
	readonly pauseId: string | undefined;
}

/** What the caller is saying after an input. */
export function followCaller(
	utterance: CallerUtterance | undefined,
	input: ConversationInput,
	now: Milliseconds,
	recognition: boolean,
	ids: QuestionIds,
): CallerUtterance | undefined {
	if (input.type === 'callerSpeechStarted') {
		const speechAt = Math.min(input.speechAt, now);
		if (utterance === undefined) return startUtterance(speechAt, recognition);
		return utterance.stopped === undefined ? utterance : resumeSpeech(utterance, speechAt);
	}
	if (utterance === undefined) return undefined;
	switch (input.type) {
		case 'callerPaused':
			return pauseSpeech(utterance, now, input.speechEndAt, ids.pauseId);
		case 'callerWentOn':
			return utterance.stopped ? utterance : { ...utterance, pause: undefined };
		case 'soFar':
			return hearSoFar(utterance, input.id, { ...input, at: now });
		case 'callerSpeechStopped':
			if (utterance.stopped !== undefined) return utterance;
			return stopSpeech(utterance, now, input.speechEndAt, ids);
		case 'partial':
			return hearPartial(utterance, input.text);
		case 'final':
			return hearFinal(utterance, input.id, { ...input, at: now });
		case 'turnEndJudged':
			return input.id === utterance.endAsked ? { ...utterance, endProbability: input.probability } : utterance;
		case 'soundBack':
			return missSound(utterance, input.missedMs, now);
		case 'recogniserReplaced':
			return keepWords(utterance);
		case 'recognition':
			return input.available ? utterance : loseRecognition(utterance);
		default:
			return utterance;
	}
}
