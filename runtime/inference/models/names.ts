import path from 'node:path';
import { PACK_CHAT, PACK_RECOGNISER, serverNamed } from '../../contract/engines';
import type { Catalogue } from './catalogue/catalogue';
import type { ModelTask } from './catalogue/schema';

/** The demo models that ship with the package. */
export const PACK_NAME = 'offline pack (appointments only)';

/** What a task's models are, in a sentence. */
export const MODEL_KIND: Record<ModelTask, string> = {
	chat: 'a language model',
	orpheus: 'an Orpheus model',
	snac: 'a SNAC decoder for Orpheus',
	transcribe: 'a speech recogniser',
	voice: 'a voice',
	'turn-end': 'a model that hears the end of a turn',
};

/** The same in the middle of a sentence. */
export function modelInSentence(engine: string, catalogue: Pick<Catalogue, 'find'>): string {
	const name = modelInWords(engine, catalogue);
	return name === PACK_NAME || serverNamed(engine) !== undefined ? `the ${name}` : name;
}

/** What people call what a setting names (contract/engines): in lists, notes and lines of the command. */
export function modelInWords(engine: string, catalogue: Pick<Catalogue, 'find'>): string {
	const server = serverNamed(engine);
	if (server !== undefined) return `server ${server}`;
	if (engine === PACK_RECOGNISER || engine === PACK_CHAT) return PACK_NAME;
	if (engine === 'orpheus') return 'Orpheus';
	return path.isAbsolute(engine) ? path.basename(engine) : (catalogue.find(engine)?.name ?? engine);
}
