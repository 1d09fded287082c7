import type { ToolCall, ToolResult } from '../../contract/chat';
import type { ReplyAsk } from '../../contract/control';
import { PACK_CHAT } from '../../contract/engines';
import { ToolAllowance } from '../../contract/tool-allowance';
import type { ToolRecord } from '../../contract/turn';
import { askBack } from '../../dialogue/tool-inputs/ask-back';
import type { AskBack } from '../../dialogue/tool-inputs/ask-back-result';
import { OpenToolCalls } from './open-tool-calls';
import type { ReplyDeps } from './reply-deps';
import type { Turn } from './turn';

/** What the tools of one reply give: into the history, the turn's data and the page. */
export class ReplyTools {
	readonly calls = new OpenToolCalls();

	constructor(
		private readonly turn: Turn,
		private readonly deps: Pick<ReplyDeps, 'history' | 'tell' | 'toolsStarted' | 'language' | 'isDoubtful'>,
	) {}

	/** @param open those that the model waits for; of the others of the turn it was told that nothing is known yet */
	restore(open: readonly string[]): void {
		for (const call of this.deps.history.openCalls(this.turn.n)) {
			if (open.includes(call.id)) this.calls.add(call);
			else this.calls.addLate(call);
		}
	}

	/**
	 * The result of a call that has to wait for the caller; undefined where it has not.
	 * @param engine that has written it
	 */
	askBack(call: ToolCall, engine: string, { checkInputs, tools, instructions }: Pick<ReplyAsk, 'checkInputs' | 'tools' | 'instructions'>): AskBack | undefined {
		const tool = tools.find(({ name }) => name === call.name);
		if (!checkInputs || !tool) return undefined;
		const { turn, deps: { history, language, isDoubtful: doubtful } } = this;
		return askBack(call, tool, { entries: history.all, turn: turn.n, heard: turn.heardFromCaller.text, instructions, language, doubtful, oneAtATime: engine === PACK_CHAT, now: new Date() });
	}

	/** Its node has them, and runs them. */
	started(calls: readonly ToolCall[]): void {
		for (const { id, name, arguments: args } of calls) {
			this.deps.tell({ type: 'tool.started', turnId: this.turn.id, id, name, arguments: args });
			this.deps.toolsStarted(name);
		}
	}

	notThereYet(results: readonly ToolResult[]): ToolResult[] {
		return results.filter(({ id }) => !this.deps.history.hasToolResult(id));
	}

	take(results: readonly ToolResult[]): void {
		for (const result of results) {
			this.calls.take(result);
			this.turn.toolFinished(result);
			// To the history the call of a pending one stays open: the model reads that its result is not known yet.
			if (!result.pending) this.deps.history.addToolResult(result.id, result.result);
		}
	}

	/** Of calls that are not run. */
	record(results: readonly ToolResult[]): void {
		for (const result of results) {
			this.turn.toolFinished(result);
			this.deps.history.addToolResult(result.id, result.result);
		}
	}

	tellFinished(results: readonly ToolResult[]): void {
		const { turn, deps } = this;
		for (const { id, ok, durationMs, pending } of results) {
			const name = turn.tools.find(({ call }) => call.id === id)?.call.name ?? '';
			if (!pending) deps.tell({ type: 'tool.finished', turnId: turn.id, id, name, ok, durationMs });
		}
	}
}

/** Of the calls that are left, where `used` have run. */
export function allowanceOf({ maxToolCalls, tools }: ReplyAsk, used = 0): ToolAllowance {
	return new ToolAllowance(maxToolCalls, tools.map(({ name }) => name), used);
}

/** One that was refused took no time. */
export function wasRun({ result }: ToolRecord): boolean {
	return result === null || result.ok || result.durationMs > 0;
}
