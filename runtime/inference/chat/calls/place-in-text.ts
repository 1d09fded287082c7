/**
 * What follows at a place where something that is no speech may begin: `say` so many letters, `skip` so many (a call, a
 * thought, a mark), or wait for more of the text. What is decided never depends on how the text came in pieces.
 */
export type Found =
	| { readonly kind: 'say'; readonly length: number }
	| { readonly kind: 'skip'; readonly length: number; readonly what: 'call' | 'thought' | 'mark' }
	| 'wait';

export interface PlaceInText {
	readonly text: string;
	readonly at: number;
	/** Nothing comes after the text. */
	readonly over: boolean;
	/** Only space stands before it in its line. */
	readonly lineStart: boolean;
	/** Nothing of the answer stands before it. */
	readonly first: boolean;
	/** Whether a bare notation, without marks, may be a call of this name. */
	readonly isName: (name: string) => boolean;
	/** Somebody hears the answer: then all that looks like a call is one, whatever its name, and code is no text. */
	readonly spoken: boolean;
}

/** Letters of a tag's name, and of what stands in it, at most. */
export const LONGEST_NAME = 48;
export const LONGEST_HEAD = 400;

export function say(length: number): Found {
	return { kind: 'say', length };
}
export function skip(length: number, what: 'call' | 'thought' | 'mark'): Found {
	return { kind: 'skip', length, what };
}

/** For a pattern. */
export function escaped(name: string): string {
	return name.replace(/[^\w▁]/g, '\\$&');
}
