import { ARGUMENT_BOUNDS, MAX_TOOL_CALLS } from '../../../contract/json-bounds';
import type { ToolCallFragment } from './answers';

/** No text has so many letters a token, not even one of long words: a server that writes more pays no heed to max_tokens. */
const LETTERS_PER_TOKEN = 16;
/** Fragments of a text or a call, for a server that sends them letter by letter. */
const PIECES_PER_TOKEN = 16;
const SPARE = 1000;
const MAX_NAME = 256;

/** What of one reply is read at most: a server need not keep to what it was asked for. */
export class ReplyLimits {
	private letters = 0;
	private pieces = 0;
	private argumentLetters = 0;

	constructor(private readonly maxTokens: number) {}

	/** As much of a piece of text as the reply has room for. */
	room(text: string): string {
		const most = this.maxTokens * LETTERS_PER_TOKEN + SPARE;
		const kept = text.slice(0, most - this.letters);
		this.letters += kept.length;
		return kept;
	}

	/** The reply is as long as it may be: the rest is not read. */
	get full(): boolean {
		return this.letters >= this.maxTokens * LETTERS_PER_TOKEN + SPARE || this.pieces >= this.maxTokens * PIECES_PER_TOKEN + SPARE;
	}

	/** Call it for each piece, with a text or not. */
	count(fragments: readonly ToolCallFragment[]): void {
		this.pieces += Math.max(1, fragments.length);
	}

	/** Why a tool call is none, in words that follow "sent"; `calls` with this fragment. */
	complaint({ function: part }: ToolCallFragment, calls: number): string | undefined {
		const given = part?.arguments ?? '';
		// An object came inside an event, which is bounded.
		this.argumentLetters += typeof given === 'string' ? given.length : 0;
		if (calls > MAX_TOOL_CALLS) return `more than ${MAX_TOOL_CALLS} tool calls at once`;
		if (this.argumentLetters > ARGUMENT_BOUNDS.characters) return `arguments of tool calls longer than ${ARGUMENT_BOUNDS.characters} characters`;
		return (part?.name?.length ?? 0) > MAX_NAME ? 'a tool call with a name that is no name' : undefined;
	}
}
