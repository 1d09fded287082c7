import type { Milliseconds } from '../lib/clock';
import type { CallerUtterance } from './caller-utterance';
import type { ConversationInput, StartTurn } from './conversation-events';
import { asksQuestion } from './interruption/agent-question';

export interface TurnInFlight {
	readonly n: number;
	readonly text: string;
	readonly recognised: boolean;
	readonly speechStartAt: Milliseconds;
	readonly speechEndAt: Milliseconds;
	readonly ranTools: boolean;
	/** The tool that runs now; '' if its name is not known. */
	readonly tool?: string;
	readonly firstSoundAt?: Milliseconds;
	/** When the last sound was played to its end; absent while another one plays. */
	readonly soundEndedAt?: Milliseconds;
}

interface SoundingUtterance {
	readonly utteranceId: string;
	readonly interruptible: boolean;
	readonly paused: boolean;
	/** Where it paused last. */
	readonly heard?: string;
}

/** What the agent is doing: nothing, thinking about a turn, speaking. */
export interface AgentActivity {
	readonly turn?: TurnInFlight;
	readonly sounding?: SoundingUtterance;
	/** By utterance; known before its first sound. */
	readonly texts: ReadonlyMap<string, string>;
	/** Was a question the last thing it said? */
	readonly askedQuestion: boolean;
	/** What it asked for last is said with pauses; until the caller's next turn. */
	readonly callerNeedsTime: boolean;
}

export const IDLE_AGENT: AgentActivity = { texts: new Map(), askedQuestion: false, callerNeedsTime: false };

export function isBusy(agent: AgentActivity): boolean {
	return agent.turn !== undefined || agent.sounding !== undefined;
}

export function beginTurn(agent: AgentActivity, turn: StartTurn): AgentActivity {
	return {
		...agent,
		callerNeedsTime: false,
		turn: {
			n: turn.n,
			text: turn.text,
			recognised: turn.recognised,
			speechStartAt: turn.speechStartAt,
			speechEndAt: turn.speechEndAt,
			ranTools: false,
		},
	};
}

function changeTurn(
	agent: AgentActivity,
	n: number,
	change: (turn: TurnInFlight) => TurnInFlight,
): AgentActivity {
	return agent.turn?.n === n ? { ...agent, turn: change(agent.turn) } : agent;
}

function runTools(agent: AgentActivity, n: number, tool: string): AgentActivity {
	return changeTurn(agent, n, (turn) => ({ ...turn, ranTools: true, tool }));
}

function finishTools(agent: AgentActivity, n: number): AgentActivity {
	return changeTurn(agent, n, (turn) => ({ ...turn, tool: undefined }));
}

/** A sound of a turn that is over crossed with its interruption: it is being flushed, not spoken. */
function beginSound(
	agent: AgentActivity,
	utterance: { utteranceId: string; n?: number; interruptible: boolean; callerNeedsTime?: boolean; at: Milliseconds },
): AgentActivity {
	const { utteranceId, n, interruptible, callerNeedsTime = false, at } = utterance;
	if (n !== undefined && agent.turn?.n !== n) return agent;
	const sounding = { utteranceId, interruptible, paused: false };
	if (n === undefined) return { ...agent, sounding, callerNeedsTime };
	return changeTurn({ ...agent, sounding, callerNeedsTime }, n, (turn) => ({
		...turn,
		firstSoundAt: turn.firstSoundAt ?? at,
		soundEndedAt: undefined,
	}));
}

function hearAgentText(agent: AgentActivity, utteranceId: string, text: string): AgentActivity {
	return {
		...agent,
		texts: new Map(agent.texts).set(utteranceId, text),
	};
}

function pauseSound(agent: AgentActivity, utteranceId: string, heard?: string): AgentActivity {
	return agent.sounding?.utteranceId === utteranceId
		? { ...agent, sounding: { ...agent.sounding, paused: true, heard } }
		: agent;
}

export function resumeSound(agent: AgentActivity): AgentActivity {
	return agent.sounding === undefined ? agent : { ...agent, sounding: { ...agent.sounding, paused: false } };
}

/** Would what the caller says now answer a question that this turn, or the greeting, has asked? */
export function isAsking({ turn, sounding, texts, askedQuestion }: AgentActivity): boolean {
	return sounding === undefined
		? turn?.firstSoundAt !== undefined && askedQuestion
		: asksQuestion(texts.get(sounding.utteranceId) ?? '', sounding.heard);
}

function endSound(
	agent: AgentActivity,
	utteranceId: string,
	complete: boolean,
	at: Milliseconds,
): AgentActivity {
	if (agent.sounding?.utteranceId !== utteranceId) return agent;
	const askedQuestion = complete ? asksQuestion(agent.texts.get(utteranceId) ?? '') : isAsking(agent);
	const texts = new Map(agent.texts);
	texts.delete(utteranceId);
	const turn = agent.turn?.firstSoundAt === undefined ? agent.turn : { ...agent.turn, soundEndedAt: at };
	return { ...agent, turn, sounding: undefined, texts, askedQuestion };
}

/** The turn ended by itself; a sound that still plays ends by its own event. */
function endTurn(agent: AgentActivity, n: number): AgentActivity {
	if (agent.turn?.n !== n) return agent;
	const { sounding, texts } = agent;
	const kept = [...texts].filter(([utteranceId]) => utteranceId === sounding?.utteranceId);
	return { ...agent, turn: undefined, texts: new Map(kept) };
}

/** Everything the agent does stops here. */
export function silence(agent: AgentActivity): AgentActivity {
	return {
		texts: new Map(),
		askedQuestion: agent.sounding === undefined ? agent.askedQuestion : isAsking(agent),
		callerNeedsTime: agent.callerNeedsTime,
	};
}

/** The turn is told to be over only when its workflow cannot say more: n8n needs a moment for that. */
const TURN_OVER_GRACE_MS = 300;

/** How long a turn that has just stopped speaking may still be taken to be at its end. 0: it thinks again. */
export function graceLeft({ turn, sounding }: AgentActivity, now: Milliseconds): Milliseconds {
	return turn?.soundEndedAt === undefined || sounding !== undefined || turn.tool !== undefined
		? 0
		: Math.max(0, turn.soundEndedAt + TURN_OVER_GRACE_MS - now);
}

/** A longer pause is no longer the same sentence. */
const CONTINUES_WITHIN_MS = 1500;
/** Who was cut off in a pause goes on when the answer begins; who has heard more of it speaks about what was heard. */
const CONTINUES_OVER_SOUND_MS = 1000;

/**
 * Does the caller go on with the turn that the agent thinks about, or has just begun to answer? Not once a tool has run: what
 * it has done cannot be taken back by asking again. Nor after a short answer was heard to its end, which may be a question.
 */
export function isContinuedBy({ turn }: AgentActivity, { speechStartAt }: CallerUtterance): boolean {
	if (turn === undefined || turn.ranTools) return false;
	const { firstSoundAt, soundEndedAt } = turn;
	if (firstSoundAt === undefined || firstSoundAt >= speechStartAt) return speechStartAt - turn.speechEndAt < CONTINUES_WITHIN_MS;
	return soundEndedAt === undefined && speechStartAt - firstSoundAt < CONTINUES_OVER_SOUND_MS;
}

/** What the agent is doing after an input; the same object if the input changes nothing. */
export function followAgent(
	agent: AgentActivity,
	input: ConversationInput,
	now: Milliseconds,
): AgentActivity {
	switch (input.type) {
		case 'agentUtteranceStarted':
			return beginSound(agent, { ...input, at: now });
		case 'agentText':
			return hearAgentText(agent, input.utteranceId, input.text);
		case 'agentPaused':
			return pauseSound(agent, input.utteranceId, input.heard);
		case 'agentUtterancePlayed':
			return endSound(agent, input.utteranceId, input.complete, now);
		case 'turnHasRunTools':
			return runTools(agent, input.n, input.tool ?? '');
		case 'turnToolsDone':
			return finishTools(agent, input.n);
		case 'turnOver':
			return endTurn(agent, input.n);
		default:
			return agent;
	}
}
