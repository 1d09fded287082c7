import type { ToolCall, ToolSpec } from '../../../contract/chat';
import { parseJson } from '../../../lib/json';
import { writtenToolCall } from '../calls/written-tool-call';
import type { ToolCallFragment } from './answers';

interface OpenCall {
	readonly index: number | undefined;
	readonly id: string | undefined;
	name: string;
	json: string;
}

/** The calls of one streamed reply, put together from their fragments. */
export class ToolCalls {
	private readonly calls: OpenCall[] = [];

	get count(): number {
		return this.calls.length;
	}

	take({ index, id, function: part }: ToolCallFragment): void {
		const name = part?.name ?? '';
		const given = part?.arguments ?? '';
		const json = typeof given === 'string' ? given : JSON.stringify(given);
		const open = this.callOf(index ?? undefined, id ?? undefined, name, json);
		if (open.name === '') open.name = name;
		open.json += json;
	}

	/** The calls, with ids of our own. `cut`: the answer ended at its limit, and perhaps in the middle of the last one. */
	finish(tools: readonly ToolSpec[], cut: boolean): ToolCall[] {
		return this.calls.map(({ name, json }, index) => writtenToolCall(name, json, tools, cut && index === this.calls.length - 1));
	}

	/** Which call a fragment belongs to. Its index alone does not say: Ollama gave 0 to all calls, others give none. */
	private callOf(index: number | undefined, id: string | undefined, name: string, json: string): OpenCall {
		const last = index === undefined ? this.calls.at(-1) : this.calls.findLast((call) => call.index === index);
		if (last && !this.isNext(last, id, name, json)) return last;
		const call: OpenCall = { index, id, name: '', json: '' };
		this.calls.push(call);
		return call;
	}

	/**
	 * A name begins a call, unless it is a repetition: of the same id, or without ids while the arguments are not
	 * complete. An id alone begins none: older vLLM gave a new one to each fragment.
	 */
	private isNext(last: OpenCall, id: string | undefined, name: string, json: string): boolean {
		if (name === '' || last.name === '') return false;
		if (id !== undefined && id !== '' && last.id !== undefined) return id !== last.id;
		return name !== last.name || (json !== '' && last.json.trimEnd().endsWith('}') && parseJson(last.json) !== undefined);
	}
}
