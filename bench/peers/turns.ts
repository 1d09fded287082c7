import type { Random } from '../fuzz/random';
import type { Call } from './call';
import { type Asked, ENGINE_MS } from './engines';
import type { Phrase } from './phrases';

/** No engine answers that soon: the agent spoke before the caller had finished. */
const CUT_OFF_MS = 150;
/** So far into a reply the caller interrupts it, and by chance a little later. */
const INTERRUPTS_AFTER_MS = 1200;
const INTERRUPTS_WITHIN_MS = 500;
/** So far into the new reply the old one would have been heard. */
const LISTENS_MS = 500;
/** Between a reply and the caller's next word. */
const REST_MS = 300;

/** What a turn waits for beside the engines, ms, one after the other. */
export interface Stages {
	/** End of speech -> the recogniser is asked for what became its text. */
	readonly upload: number;
	/** Its text -> the model is asked. */
	readonly chat: number;
	/** Its first sentence -> the voice is asked. */
	readonly voice: number;
	/** The voice's first sound -> the caller's ear. */
	readonly ear: number;
}

/** What came of turns, or of interruptions. */
export interface Outcome {
	/** Last audible sample of the caller to the first of the reply in the caller's ear; or onset of an interruption to silence, ms. */
	readonly times: number[];
	readonly stages: Stages[];
	/** The agent spoke before the caller had finished. */
	cutOff: number;
	/** No reply came, or it did not fall silent. */
	missed: number;
	/** The old reply went on after it had fallen silent. */
	again: number;
}

export function nothing(): Outcome {
	return { times: [], stages: [], cutOff: 0, missed: 0, again: 0 };
}

/** The reply that was heard at `heard`: the requests that it came of. */
function stagesOf(to: number, heard: number, asked: readonly Asked[]): Stages | undefined {
	const last = (engine: Asked['engine'], by: number): number | undefined => asked.findLast((each) => each.engine === engine && each.at <= by)?.at;
	const voice = last('speak', heard - ENGINE_MS.sound);
	const chat = voice === undefined ? undefined : last('chat', voice - ENGINE_MS.sentence);
	const upload = chat === undefined ? undefined : last('transcribe', chat - ENGINE_MS.text);
	if (voice === undefined || chat === undefined || upload === undefined) return undefined;
	return { upload: upload - to, chat: chat - upload - ENGINE_MS.text, voice: voice - chat - ENGINE_MS.sentence, ear: heard - voice - ENGINE_MS.sound };
}

/** The caller says it, and hears the reply out. */
export async function turn(call: Call, phrase: Phrase, asked: readonly Asked[], outcome: Outcome): Promise<void> {
	const { to } = await call.say(phrase);
	const heard = await call.untilSound(to);
	if (heard === undefined) outcome.missed++;
	else {
		if (heard - to < CUT_OFF_MS) outcome.cutOff++;
		else {
			outcome.times.push(heard - to);
			const stages = stagesOf(to, heard, asked);
			if (stages) outcome.stages.push(stages);
		}
		const end = await call.untilSilent(heard);
		if (end !== undefined) await call.waitUntil(end + REST_MS);
	}
}

/** The caller says it while a reply goes on, which began at `since`. @returns when the reply to this began */
export async function interruption(call: Call, phrase: Phrase, since: number, random: Random, outcome: Outcome): Promise<number | undefined> {
	await call.waitUntil(since + INTERRUPTS_AFTER_MS + random.below(INTERRUPTS_WITHIN_MS));
	const { from, to } = await call.say(phrase);
	const old = call.ear.replyAt(from);
	const silent = await call.untilSilent(from, old);
	const heard = await call.untilSound(Math.max(to, silent ?? to));
	if (silent === undefined || old === undefined) outcome.missed++;
	else {
		outcome.times.push(silent - from);
		await call.waitUntil((heard ?? to) + LISTENS_MS);
		if (call.ear.heardAgain(old, silent)) outcome.again++;
	}
	return heard;
}
