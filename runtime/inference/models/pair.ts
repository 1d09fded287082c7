import path from 'node:path';
import { PACK_CHAT, PACK_RECOGNISER } from '../../contract/engines';
import { modelPath } from './resolve';

/** What `auto` may stand for, at one moment: ids of the catalogue; undefined where only the pack is here. */
export interface ModelsHere {
	readonly transcribe: string | undefined;
	readonly chat: string | undefined;
	/** Voices that this machine has and can speak with in real time, best first; ends with the one that is always there. */
	readonly voices: readonly string[];
}

/** One engine of a chain. `auto`: nobody has named it. */
export interface Chosen {
	readonly name: string;
	readonly auto: boolean;
}

/**
 * Recogniser and language model are chosen together. The pack's language model was trained on what the pack's
 * recogniser writes: times and days in words. With figures in its text, as other recognisers write them, it books the
 * wrong hour. So it answers what another recogniser has heard only where the user has named them both.
 */
function clash(hears: Chosen, answers: Chosen): boolean {
	return isPack(answers.name, PACK_CHAT) && !isPack(hears.name, PACK_RECOGNISER) && (hears.auto || answers.auto);
}

/**
 * The recognisers that stand for `names` (see contract/engines), in their order. `answers`: the language models that
 * answer what is heard, as settings name them; none where something else does. Of the fallbacks, those go that would
 * break the pair.
 */
export function pairedRecognisers(names: readonly string[], answers: readonly string[], here: ModelsHere): Chosen[] {
	const [first] = names;
	// What `auto` hears with is decided here, by who answers.
	const named = first === undefined || first === 'auto' ? [] : [{ name: first, auto: false }];
	const [answer] = pairedChat(answers, named, here);
	const best = answer && isPack(answer.name, PACK_CHAT) ? PACK_RECOGNISER : (here.transcribe ?? PACK_RECOGNISER);
	return distinct(names.map((name) => chosen(name, best)).filter((each) => answer === undefined || !clash(each, answer)));
}

/**
 * The language models that stand for `names`, in their order. `hears`: what pairedRecognisers() gave for the same
 * call; empty where nothing is heard. Empty where none may answer.
 */
export function pairedChat(names: readonly string[], hears: readonly Chosen[], here: ModelsHere): Chosen[] {
	const best = here.chat ?? PACK_CHAT;
	return distinct(names.map((name) => chosen(name, best)).filter((each) => !hears.some((recogniser) => clash(recogniser, each))));
}

function chosen(name: string, auto: string): Chosen {
	return name === 'auto' ? { name: auto, auto: true } : { name, auto: false };
}

/** A chain asks nobody twice. */
function distinct(chain: readonly Chosen[]): Chosen[] {
	return chain.filter(({ name }, index) => chain.findIndex((other) => other.name === name) === index);
}

/** By its name, or by the path that the name stands for. */
function isPack(name: string, pack: typeof PACK_CHAT | typeof PACK_RECOGNISER): boolean {
	return name === pack || (path.isAbsolute(name) && path.normalize(name) === modelPath(pack));
}
