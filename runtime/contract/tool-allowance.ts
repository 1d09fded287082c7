import type { ToolCall, ToolResult } from './chat';
import type { ErrorCode } from './error-kinds';
import { VoiceError } from './errors';

/** Steps in a row in which nothing could be run: after so many the model is offered no tools, and has to answer. */
const MOST_IN_VAIN = 2;

export interface SortedCalls {
	readonly run: readonly ToolCall[];
	/** Of the others, in words that the model can act on. */
	readonly refused: readonly ToolResult[];
	/** Set where asking again is of no use: the model answers with calls only. */
	readonly stop: VoiceError | undefined;
}

/**
 * Which of the calls that a model asks for are run, over all steps of one answer; the same in a call and without one.
 * A call that is not run gets a result that says why, and the model goes on: it can do better, or answer without.
 */
export class ToolAllowance {
	private readonly names: ReadonlySet<string>;
	private left: number;
	private inVain = 0;

	constructor(
		private readonly most: number,
		names: Iterable<string>,
		/** So many were run before. */
		used = 0,
	) {
		this.left = most - used;
		this.names = new Set(names);
	}

	/** Whether the next step may be offered the tools. */
	get offers(): boolean {
		return this.names.size > 0 && this.left > 0 && this.inVain < MOST_IN_VAIN;
	}

	/**
	 * The calls of one step, which was offered tools where `offers` said so. `askBack`: the result of one that has to wait for the
	 * caller; undefined where it has not.
	 */
	sort(calls: readonly ToolCall[], askBack: (call: ToolCall) => unknown = () => undefined): SortedCalls {
		const offered = this.offers;
		const run: ToolCall[] = [];
		const refused: ToolResult[] = [];
		let code: ErrorCode = 'VOICE_ERR_TOOL_LIMIT';
		for (const call of calls) {
			const error = this.refusal(call, run.length);
			const question = error === undefined ? askBack(call) : undefined;
			if (error === undefined && question === undefined) {
				run.push(call);
				continue;
			}
			code = error?.code ?? 'VOICE_ERR_TOOL_NOT_SAID';
			refused.push({ id: call.id, ok: false, durationMs: 0, result: error ? { error: error.message, code: error.code } : question });
		}
		this.left -= run.length;
		this.inVain = run.length > 0 ? 0 : this.inVain + 1;
		return { run, refused, stop: !offered && this.inVain >= MOST_IN_VAIN ? this.gaveUp(code) : undefined };
	}

	private refusal({ name, problem }: ToolCall, before: number): VoiceError | undefined {
		if (!this.names.has(name)) return notRun('VOICE_ERR_TOOL_UNKNOWN', `There is no tool named "${name}". ${this.available()}`);
		if (before >= this.left) {
			return notRun('VOICE_ERR_TOOL_LIMIT', `Only ${this.most} tool calls are allowed for one answer. Answer now, with what you know.`);
		}
		if (problem !== undefined) return notRun('VOICE_ERR_TOOL_ARGUMENTS', problem);
		return undefined;
	}

	private available(): string {
		if (this.names.size === 0) return 'There are no tools. Answer without them.';
		return `There is only: ${[...this.names].join(', ')}. Use one of these, or answer without.`;
	}

	/** Not with what the model wrote: it may hold what the caller has said. */
	private gaveUp(code: ErrorCode): VoiceError {
		const why: Partial<Record<ErrorCode, string>> = {
			VOICE_ERR_TOOL_LIMIT: `after the ${this.most} that it may make for one answer`,
			VOICE_ERR_TOOL_UNKNOWN: 'of a kind that it does not have',
			VOICE_ERR_TOOL_ARGUMENTS: 'with inputs that cannot be read',
			VOICE_ERR_TOOL_NOT_SAID: 'with inputs that the caller has not said',
		};
		return new VoiceError(code, `The model gave no answer. It only made tool calls, ${why[code]}, though it was told so.`);
	}
}

function notRun(code: ErrorCode, why: string): VoiceError {
	return new VoiceError(code, `This call was not run. ${why}`);
}
