import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeWav } from '../../../runtime/audio/wav';
import { weights } from './folder';
import { wordsOf } from './word-error-rate';

/** A recorded human voice, 16 kHz made of 8, and what it says. */
export interface Prompt {
	readonly text: string;
	readonly pcm: () => Int16Array;
}

/** All spoken prompts, in the order of their names. */
export function prompts(): Prompt[] {
	const lines = readFileSync(weights('prompts.txt'), 'utf8').split('\n');
	return lines.flatMap((line) => {
		const [, name = '', text = ''] = /^([^;:]+): *(.+)$/.exec(line) ?? [];
		return name === '' || /[[(]/.test(text) || !existsSync(fileOf(name)) ? [] : [{ text, pcm: () => soundOf(name) }];
	});
}

/** Of so many words. Names that nobody can know how to spell, and misspelled texts, say nothing about a recogniser. */
export function spoken(atLeast: number, atMost: number): Prompt[] {
	return prompts().filter(({ text }) => {
		const count = wordsOf(text).length;
		return count >= atLeast && count <= atMost && !/asterisk|digium|iax|H\.323|indentified/i.test(text);
	});
}

/** Every n-th of them, about 60. */
export function some(from: readonly Prompt[], most = 60): Prompt[] {
	const step = from.length / most;
	return Array.from({ length: Math.min(most, from.length) }, (_, at) => from[Math.floor(at * step)]).filter((prompt) => prompt !== undefined);
}

function soundOf(name: string): Int16Array {
	return decodeWav(readFileSync(fileOf(name)));
}

function fileOf(name: string): string {
	return path.join(weights('prompts'), `${name}.wav`);
}
