import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { decodeWav } from '../../../runtime/audio/wav';
import { weights } from './folder';

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

function soundOf(name: string): Int16Array {
	return decodeWav(readFileSync(fileOf(name)));
}

function fileOf(name: string): string {
	return path.join(weights('prompts'), `${name}.wav`);
}
