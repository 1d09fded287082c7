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
 */
const SPEAKING_SHARE = 0.5;
const USABLE_SHARE = 0.8;
const ORPHEUS_TOKENS = (7 * 24_000) / 2048;
const CHAT_TOKENS = 10;
const PROMPT_TOKENS = 17;

/** What a lane was seen to do: tokens a second, undefined where that is not known yet. */
export interface LaneSpeed {
	readonly written: number | undefined;
	readonly read: number | undefined;
	readonly onGpu: boolean;
}

/** All that is known of a set of engines. Absent: nothing yet, or it does not run on this machine. */
export interface Measured {
	readonly orpheus?: LaneSpeed;
	readonly chat?: LaneSpeed;
	/** Seconds of work for a second of sound. */
	readonly voice?: number;
	readonly recogniser?: number;
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

function sharesOf({ orpheus, chat, voice, recogniser, cores }: Measured): Share[] {
	return [
		...(orpheus ? tokens('Orpheus', 'per speaker', ORPHEUS_TOKENS, SPEAKING_SHARE, orpheus.written, orpheus.onGpu) : []),
		...(chat ? tokens('the chat model', 'per speaker', CHAT_TOKENS, SPEAKING_SHARE, chat.written, chat.onGpu) : []),
		...(chat ? tokens('the chat model', 'per call for prompts', PROMPT_TOKENS, 1, chat.read, chat.onGpu) : []),
		...sound('the voice', voice, cores),
		...sound('the recogniser', recogniser, cores),
	];
}

/** Works on one core at a time, so that more cores do not help the one caller. */
function behind(who: string, factor: number | undefined): string | undefined {
	if (factor === undefined || factor < 1) return undefined;
	return `This machine cannot keep up with even 1 call: ${who} works ${factor.toFixed(2)} s on a second of sound. Choose a smaller model for it, or a server.`;
}

/** The busier of CPU and GPU decides. One call is always carried: that it may be slow is its owner's choice. */
export function capacityOf(measured: Measured): Capacity {
	const late = behind('the voice', measured.voice) ?? behind('the recogniser', measured.recogniser);
	if (late !== undefined) return { sessions: 1, why: late };
	const shares = sharesOf(measured);
	const total = (onGpu: boolean): number => shares.reduce((sum, share) => sum + (share.onGpu === onGpu ? share.of : 0), 0);
	const tight = total(true) > total(false);
	const most = shares.filter(({ onGpu }) => onGpu === tight).sort((a, b) => b.of - a.of)[0];
	if (!most) return { sessions: null, why: '' };
	const sessions = Math.max(1, Math.floor(USABLE_SHARE / total(tight)));
	return { sessions, why: `This machine can carry ${sessions === 1 ? '1 call' : `${sessions} calls`} with these models: ${most.why}.` };
}
