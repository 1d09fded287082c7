import type { TurnTakingSettings, SessionLimits } from '../contract/agent-settings';
import type { Milliseconds } from '../lib/clock';
import type { AgentState } from '../contract/page-events';
import type { ToolNeeds } from './turn-taking/tool-needs';

/**
 * What goes into the dialogue and what comes out: the gateway feeds inputs, `Conversation.step` answers with
 * effects, and `nextWakeAt` says when to send a `tick` if nothing else happens before.
 *
 * Every `at` is lib/clock's monotonic time. Turns are numbered from 1 (`n`); utterance ids are the
 * gateway's. Recognised text is always all of the text since the last `resetRecogniser`.
 */
export interface ConversationSettings {
	turnTaking: TurnTakingSettings;
	limits: SessionLimits;
	/** Is the caller recognised while talking? If not, turns end and interruptions count by time alone. */
	lookAhead: boolean;
	/** What the agent's tools need to know, as far as it is known before they are offered. */
	tools?: readonly ToolNeeds[];
	/** BCP 47 tag of what the caller speaks; '' or absent: not known. */
	language?: string;
	/** May the work on a turn begin before it is certain that the turn has ended? */
	speculation?: SpeculationStart;
}

/** From when on: when the caller has stopped speaking (`end`), or in each short pause in which that is likely (`pause`). */
export type SpeculationStart = 'never' | 'end' | 'pause';

export type ConversationInput =
	/** Sound can flow: the session's limits count from here, and go on after an absence. */
	| { type: 'connected'; at: Milliseconds }
	/**
	 * The caller cannot be reached. Until they are `connected` again, what they were saying is kept, and no silence of theirs
	 * counts: it ends no turn, and no limit runs out. The agent's turn goes on.
	 */
	| { type: 'callerAbsent'; at: Milliseconds }
	/** `speechAt`: when it really began. Media has already paused an interruptible utterance. */
	| { type: 'callerSpeechStarted'; at: Milliseconds; speechAt: Milliseconds }
	/** A moment of silence, some 100 ms: the caller goes on, or has stopped. */
	| { type: 'callerPaused'; at: Milliseconds; speechEndAt: Milliseconds }
	| { type: 'callerWentOn'; at: Milliseconds }
	/** `speechEndAt`: when it really ended; `at` is about flushSilenceMs later. */
	| { type: 'callerSpeechStopped'; at: Milliseconds; speechEndAt: Milliseconds }
	/** No packets of the caller's sound come. Until `soundBack` nothing is decided about what they say: it may be anything. */
	| { type: 'soundMissing'; at: Milliseconds }
	/** They come again. `missedMs`: of these nothing is known; 0 where the caller had sent no sound. */
	| { type: 'soundBack'; at: Milliseconds; missedMs: Milliseconds }
	| { type: 'partial'; at: Milliseconds; text: string }
	/** `understood` with text '' means: no word in it, noise. */
	| {
			type: 'final';
			at: Milliseconds;
			id: string;
			text: string;
			understood: boolean;
			confidence: number;
	  }
	/** What was said up to a pause: an answer to `requestSoFar`. Words may still be revised. */
	| { type: 'soFar'; at: Milliseconds; id: string; text: string; understood: boolean; confidence: number }
	/**
	 * The recogniser was lost or came back. Without it the session goes on by time alone. `partials`: words come while
	 * the caller speaks; a server or a local Whisper tells them only when asked for the final text.
	 */
	| { type: 'recognition'; at: Milliseconds; available: boolean; partials: boolean }
	/** How likely the caller has finished, by the sound: an answer to `judgeTurnEnd`. One for speech that has gone on since is disregarded. */
	| { type: 'turnEndJudged'; at: Milliseconds; id: string; probability: number }
	/** What was begun early can go no further before the turn has ended: its first sound is made, or a tool or an error waits. */
	| { type: 'earlyReady'; at: Milliseconds; speculation: number }
	/** What the agent's tools need to know: the end of a turn depends on what is still missing. */
	| { type: 'toolsOffered'; at: Milliseconds; tools: readonly ToolNeeds[] }
	/** Another recogniser listens from now on, which has not heard what was said: the words so far are kept. */
	| { type: 'recogniserReplaced'; at: Milliseconds }
	/**
	 * First sound. `n`: the turn it answers, absent for the greeting; a start for a turn that is no longer in
	 * flight is disregarded (it crossed with an interruption).
	 */
	| {
			type: 'agentUtteranceStarted';
			at: Milliseconds;
			utteranceId: string;
			n?: number;
			interruptible: boolean;
			/** What it asks for is said with pauses. */
			callerNeedsTime?: boolean;
	  }
	/** All text given to the voice for this utterance so far: tells whether the agent asks a question. */
	| { type: 'agentText'; at: Milliseconds; utteranceId: string; text: string }
	/** `heard`: the text up to `playedSamples` (heard/), where the gateway knows it. */
	| {
			type: 'agentPaused';
			at: Milliseconds;
			utteranceId: string;
			playedSamples: number;
			heard?: string;
	  }
	/** Played to its end, or flushed. */
	| {
			type: 'agentUtterancePlayed';
			at: Milliseconds;
			utteranceId: string;
			playedSamples: number;
			complete: boolean;
	  }
	/** A tool of the turn starts: from here the turn is never merged with what the caller adds. */
	| { type: 'turnHasRunTools'; at: Milliseconds; n: number; tool?: string }
	/** No tool of the turn runs at the moment; only changes the state shown. */
	| { type: 'turnToolsDone'; at: Milliseconds; n: number }
	/**
	 * The turn has ended by itself: all that it says is played, or it failed. Send it in the same breath as
	 * its last `agentUtterancePlayed`. Not needed (and disregarded) after `interruptAgent`.
	 */
	| { type: 'turnOver'; at: Milliseconds; n: number }
	/** The page's button. */
	| { type: 'interruptAsked'; at: Milliseconds }
	| { type: 'hangup'; at: Milliseconds; reason: string }
	| { type: 'tick'; at: Milliseconds };

export type InterruptReason =
	/** The caller talks over the agent, or asks for something else while it thinks. */
	| 'callerSpoke'
	/** The turn was declared over too early: the next `startTurn` holds its text as well. */
	| 'callerContinued'
	| 'asked';

/** Speech that starts no turn: `tooShort` had a word but less than minInterruptionMs of speech. */
export type IgnoredReason = 'backchannel' | 'noise' | 'tooShort';

export type EndReason = 'idle' | 'maxSession' | (string & {});

export interface StartTurn {
	type: 'startTurn';
	n: number;
	/** '' where it was not understood or not recognised. */
	text: string;
	understood: boolean;
	/** false: there was no recogniser for all of it; its sound is still to be transcribed. */
	recognised: boolean;
	/** 0..1, the recogniser's; 0 where it gave no final text in time. */
	confidence: number;
	speechStartAt: Milliseconds;
	speechEndAt: Milliseconds;
	/** When the final text came; absent if it did not. */
	finalAt?: Milliseconds;
	declaredAt: Milliseconds;
	/** So much of the caller's sound did not arrive, within what they said or right after it. */
	missedMs?: Milliseconds;
	/** Of the packets of the caller's sound, while they spoke; absent where nobody counted. */
	lostPercent?: number;
	/** Of their sound, what was made up. */
	concealedPercent?: number;
	/** Lost, or made up, in the worst second of it. */
	worstPercent?: number;
	/** Made up in one piece, at most. */
	concealedMs?: Milliseconds;
	/** Why the turn ended here, for monitoring. */
	reason: string;
	/** How likely the caller had finished, by the sound; absent where nobody judged it in time. */
	probability?: number | undefined;
	/** The cancelled turn whose text this one repeats and continues. */
	continues?: number;
	/** The work that was begun on it early: it counts now. */
	speculation?: number;
}

/** The turn has probably ended here: the work on it may begin, as long as nobody hears or notices anything of it. */
export interface BeginEarly extends Omit<StartTurn, 'type' | 'speculation'> {
	type: 'beginEarly';
	/** Numbered from 1 in the call. Either a `startTurn` names it, or it is withdrawn. */
	speculation: number;
}

export type ConversationEffect =
	/** Flush the recogniser: `final` with this id is expected. */
	| { type: 'requestFinal'; id: string }
	/** Ask for the text so far: `soFar` with this id, if the recogniser is quick. */
	| { type: 'requestSoFar'; id: string }
	/** Ask how likely the caller has finished: `turnEndJudged` with this id, if it comes in time. */
	| { type: 'judgeTurnEnd'; id: string }
	| StartTurn
	| BeginEarly
	/** What was begun early was for nothing: the caller goes on, or the turn comes to something else. */
	| { type: 'withdrawEarly'; speculation: number }
	| { type: 'resetRecogniser' }
	/** Stop sending the caller's sound until the next speech. */
	| { type: 'restMedia' }
	| { type: 'resumeAgent' }
	/**
	 * Flush media, cancel generation and synthesis, cut the history to what was heard. Ends turn `n`; `n` is
	 * absent where only the greeting was spoken.
	 */
	| { type: 'interruptAgent'; reason: InterruptReason; n?: number }
	| { type: 'setState'; state: AgentState; tool?: string }
	/** Comes once; every input after it is disregarded. */
	| { type: 'endSession'; reason: EndReason }
	| { type: 'ignored'; reason: IgnoredReason };
