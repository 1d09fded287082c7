import { existsSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { packageRoot } from '../../runtime/lib/package-root';
import { WEIGHTS, weights } from '../../test/real/weights/folder';
import { prompts } from '../../test/real/weights/prompts';
import { wordsOf } from '../../test/real/weights/word-error-rate';
import { CannotRun, numbers, option } from '../report';

/** A recogniser or a voice, by the name of its row and by what a setting says. */
export interface Model {
	readonly name: string;
	readonly setting: string;
}

export const CORES = os.availableParallelism();
/** Callers at once. */
export const COUNTS = numbers('--counts', '1,4,8,16');

export const TINY: Model = { name: 'Whisper tiny.en', setting: weights('whisper-tiny.en') };
/** The same weights, run by onnxruntime. */
export const TINY_HUGGING_FACE: Model = { name: 'Whisper tiny.en of Hugging Face', setting: weights('whisper-tiny.en-hugging-face') };
export const BASE: Model = { name: 'Whisper base', setting: weights('whisper-base') };
export const PACK: Model = { name: 'pack:listen', setting: 'pack:listen' };
export const PIPER: Model = { name: 'Piper joe', setting: weights('piper-joe') };
export const FLITE: Model = { name: 'flite', setting: 'flite' };

/** More of a kind, by the bench's options: `--recogniser` and `--voice` name a folder or a file. */
export function withOthers(models: readonly Model[], flagName: string): Model[] {
	const place = option(flagName, '');
	return place === '' ? [...models] : [...models, { name: path.basename(place), setting: path.resolve(place) }];
}

/** What the product makes of models as they are published is kept beside the bench. Throws where the set-up fetched none. */
export function assertWeights(): void {
	if (!existsSync(WEIGHTS)) throw new CannotRun('The bench needs the real models that the set-up fetches: node deploy/local/setup.mjs test');
	const store = path.join(packageRoot(), 'bench', '.output', 'real-models');
	mkdirSync(store, { recursive: true });
	process.env.VOICE_LOOP_MODELS = store;
}

export interface Said {
	readonly text: string;
	readonly pcm: Int16Array;
}

/** `count` of a recorded person's sentences, other ones for another seed. Names that nobody can spell say nothing about a recogniser. */
export function sentences(count: number, seed: number): Said[] {
	const all = prompts().filter(({ text }) => {
		const words = wordsOf(text).length;
		return words >= 6 && words <= 16 && !/asterisk|digium|iax|H\.323|indentified/i.test(text);
	});
	const step = all.length / count;
	const chosen = Array.from({ length: Math.min(count, all.length) }, (_, at) => all[(Math.floor(at * step) + seed) % all.length]);
	return chosen.flatMap((prompt) => (prompt ? [{ text: prompt.text, pcm: prompt.pcm() }] : []));
}
