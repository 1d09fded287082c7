import type { NodeExecutionHint } from 'n8n-workflow';
import { type DoneBy, type Replacement, engineInWords } from '../../runtime/contract/engines';

/** Who did work that took several requests: the last one's engine, and each one that was replaced, once. */
export function doneTogether(parts: readonly DoneBy[]): DoneBy {
	const replaced = new Map(parts.flatMap((part) => part.replaced).map((each) => [each.from, each]));
	return { engine: parts.at(-1)?.engine ?? '', replaced: [...replaced.values()] };
}

/** For whoever looks at the node's output in the editor; n8n wants each hint once. */
export function hintsOf(done: readonly DoneBy[]): NodeExecutionHint[] {
	const messages = done.flatMap((one) => [...(one.replaced.length > 0 ? [standInSentence(one)] : []), ...(one.remark === undefined ? [] : [asText(one.remark)])]);
	return [...new Set(messages)].map((message) => ({ message, type: 'warning', location: 'outputPane' }));
}

function standInSentence({ engine, replaced }: DoneBy): string {
	const sentence = `${engineInWords(engine)} replaced ${replaced.map(failed).join(' and ')}.`;
	return asText(`${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`);
}

function failed({ from, why, code }: Replacement): string {
	return `${engineInWords(from)} (${why.replace(/\.$/, '') || code})`;
}

/** n8n shows hints as HTML, and `why` may repeat what a server said. */
function asText(words: string): string {
	return words.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
