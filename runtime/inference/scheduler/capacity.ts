import type { UtteranceCost } from '../recognition/engine';

/**
 * How many calls a machine can carry, from what was measured on it.
 *
 * Not everybody speaks at once: an agent is taken to speak half of the time. (In people's conversations each side
 * speaks 39 % of the time, ITU-T P.59; agents say more than their callers.) A fifth of the machine is kept free,
 * so that a few who speak together are carried by the sound that is kept ahead. While it speaks, a call needs:
 *
 * - Orpheus: 7 tokens for 2048 samples at 24 kHz, 82 a second;
 * - chat: 10 tokens a second. Some 5 are spoken; the first sentence is waited for and has to be quicker;
 * - a prompt: some 200 new tokens in each turn of some 12 s (what was said, tools, their results), 17 a second all
 *   the time;
 * - another voice or a recogniser: its time for a second of sound, on one core. A recogniser works while the caller
 *   speaks, which is taken to be the other half of the time.
 *
 * A recogniser of whole utterances works when a caller has ended, and ends come together: whoever is last then waits
 * for all the others, and no longer than LAST_TEXT_MS where no more are let in.
 */
const SPEAKING_SHARE = 0.5;
const USABLE_SHARE = 0.8;
const ORPHEUS_TOKENS = (7 * 24_000) / 2048;
const CHAT_TOKENS = 10;
const PROMPT_TOKENS = 17;
const LAST_TEXT_MS = 1000;

/** What a lane was seen to do: tokens a second, undefined where that is not known yet. */
export interface LaneSpeed {
	readonly written: number | undefined;
	readonly read: number | undefined;
	readonly onGpu: boolean;
}

/** Of a voice or a recogniser. */
export interface EngineSpeed {
	/** Seconds of work for a second of sound. */
	readonly factor: number;
	/** Another engine of its kind that was quicker here. */
	readonly quicker?: { readonly name: string; readonly factor: number };
}

/** All that is known of a set of engines. Absent: nothing yet, or it does not run on this machine. */
export interface Measured {
	readonly orpheus?: LaneSpeed;
	readonly chat?: LaneSpeed;
	readonly voice?: EngineSpeed;
	readonly recogniser?: EngineSpeed;
	/** Where the recogniser hears whole utterances. */
	readonly utterance?: UtteranceCost;
	readonly cores: number;
}

export interface Capacity {
	/** Calls with these engines at a time, at least 1; null where nothing was measured yet. */
	readonly sessions: number | null;
	/** What sets the limit, for whoever is refused; '' where there is none. */
	readonly why: string;
}

/** What one call takes of a processor. */
interface Share {
	readonly onGpu: boolean;
	readonly of: number;
	readonly why: string;
}

function whole(value: number): string {
	return String(Math.round(value));
}

function tokens(who: string, per: string, needed: number, time: number, rate: number | undefined, onGpu: boolean): Share[] {
	if (rate === undefined) return [];
	return [{ onGpu, of: (needed * time) / rate, why: `${who} needs ${whole(needed)} tokens/s ${per}, ${whole(rate)} were measured` }];
}

function sound(who: string, factor: number | undefined, cores: number): Share[] {
	if (factor === undefined) return [];
	const why = `${who} needs ${factor.toFixed(2)} s of a core for a second of sound, there are ${cores} cores`;
	return [{ onGpu: false, of: (factor * SPEAKING_SHARE) / cores, why }];
}

function sharesOf({ orpheus, chat, voice, recogniser, utterance, cores }: Measured): Share[] {
	return [
		...(orpheus ? tokens('Orpheus', 'per speaker', ORPHEUS_TOKENS, SPEAKING_SHARE, orpheus.written, orpheus.onGpu) : []),
		...(chat ? tokens('the chat model', 'per speaker', CHAT_TOKENS, SPEAKING_SHARE, chat.written, chat.onGpu) : []),
		...(chat ? tokens('the chat model', 'per call for prompts', PROMPT_TOKENS, 1, chat.read, chat.onGpu) : []),
		...sound('the voice', voice?.factor, cores),
		...sound('the recogniser', utterance ? utterance.coreMs / utterance.soundMs : recogniser?.factor, cores),
	];
}

/** Works on one core at a time, so that more cores do not help the one caller. */
function behind(who: string, speed: EngineSpeed | undefined): string | undefined {
	if (!speed || speed.factor < 1) return undefined;
	const { factor, quicker } = speed;
	const found = `This machine cannot keep up with even 1 call: ${who} works ${factor.toFixed(2)} s on a second of sound.`;
	if (!quicker || quicker.factor >= 1) return `${found} Choose a smaller model for it, or a server.`;
	return `${found} ${quicker.name} was tried here and works ${quicker.factor.toFixed(2)} s: choose it, another small model, or a server.`;
}

/** Callers whose ends may come together, and why no more. */
function atOneEnd({ coreMs, cores }: UtteranceCost): Capacity {
	const most = Math.floor((LAST_TEXT_MS * cores) / coreMs);
	const takes = `the recogniser takes ${(coreMs / 1000).toFixed(2)} s of a core for what a caller says`;
	const working = cores === 1 ? '1 core' : `${cores} cores`;
	if (most < 1) return { sessions: 1, why: `This machine is late with even 1 call: ${takes}, when the caller has ended. Choose a smaller model for it, or a server.` };
	return { sessions: most, why: `This machine can carry ${calls(most)} with these models: ${takes}, ${working} can do it at a time, and where more calls end together the last one waits for longer than ${LAST_TEXT_MS / 1000} s.` };
}

function calls(count: number): string {
	return count === 1 ? '1 call' : `${count} calls`;
}

/** The busier of CPU and GPU decides, or the ends that come together. One call is always carried: that it may be slow is its owner's choice. */
export function capacityOf(measured: Measured): Capacity {
	const late = behind('the voice', measured.voice) ?? behind('the recogniser', measured.recogniser);
	if (late !== undefined) return { sessions: 1, why: late };
	const together = measured.utterance && atOneEnd(measured.utterance);
	const carried = byProcessor(measured);
	if (!together?.sessions || (carried.sessions !== null && carried.sessions <= together.sessions)) return carried;
	return together;
}

function byProcessor(measured: Measured): Capacity {
	const shares = sharesOf(measured);
	const total = (onGpu: boolean): number => shares.reduce((sum, share) => sum + (share.onGpu === onGpu ? share.of : 0), 0);
	const tight = total(true) > total(false);
	const most = shares.filter(({ onGpu }) => onGpu === tight).sort((a, b) => b.of - a.of)[0];
	if (!most) return { sessions: null, why: '' };
	const sessions = Math.max(1, Math.floor(USABLE_SHARE / total(tight)));
	return { sessions, why: `This machine can carry ${calls(sessions)} with these models: ${most.why}.` };
}
