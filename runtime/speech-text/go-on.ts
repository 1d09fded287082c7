/**
 * The first of what a model writes that goes on after `before`, with one space between them: it does not know whether one
 * stood there.
 */
export function goOn(before: string, text: string): string {
	if (before === '') return text;
	if (/\s$/.test(before)) return text.trimStart();
	return /^[\s\p{P}]/u.test(text) ? text : ` ${text}`;
}
