import type { IDataObject, INodeExecutionData, NodeExecutionHint } from 'n8n-workflow';
import { type GapCause, speechGaps } from '../../runtime/contract/turn';

const WAITED_FOR: Record<GapCause, string> = {
	text: 'the next sentence was not written yet',
	tokens: 'Orpheus\'s language model was too slow',
	decoder: 'the SNAC decoder was too slow',
	voice: 'the voice was too slow',
	machine: 'the audio process had no time',
};

/** For whoever looks at the node's output in the editor: what was not as it should be, and why. */
export function speechHints(items: readonly INodeExecutionData[]): NodeExecutionHint[] {
	const sentences = items.flatMap(({ json }) => [...sampled(json), ...limitReached(json), ...stutter(json)]);
	return [...new Set(sentences)].map((message) => ({ message, type: 'warning', location: 'outputPane' }));
}

function sampled({ sample }: IDataObject): string[] {
	return sample === true ? ['There was no text, so the voice spoke a sample. In a workflow that runs by itself that is an error: fill in "Text" of this node.'] : [];
}

function limitReached({ reachedLimit }: IDataObject): string[] {
	return reachedLimit === true ? ['The speech was longer than "Longest Speech" of this node allows, and ended there. If it should be longer, raise that value.'] : [];
}

/** How often the voice stuttered. */
function stutter(json: IDataObject): string[] {
	const gaps = speechGaps.safeParse(json['gaps']);
	if (!gaps.success || gaps.data.count === 0) return [];
	const { count, totalMs, longestMs, causes } = gaps.data;
	const [main] = Object.entries(causes).sort(([, a], [, b]) => b - a) as Array<[GapCause, number]>;
	const times = count === 1 ? 'once' : `${count} times`;
	const howLong = count === 1 ? `for ${longestMs} ms` : `for ${totalMs} ms in all, ${longestMs} ms at most`;
	return [`The speech fell silent in the middle ${times}, ${howLong}${main ? `: ${WAITED_FOR[main[0]]}` : ''}.`];
}
