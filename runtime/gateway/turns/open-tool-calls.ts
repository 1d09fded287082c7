import type { ToolCall, ToolResult } from '../../contract/chat';
import { VoiceError } from '../../contract/errors';

/** The tool calls of one reply whose results are to come: those that the model waits for, and those it was told still run. */
export class OpenToolCalls {
	private readonly open = new Map<string, ToolCall>();
	private readonly late = new Map<string, ToolCall>();

	/** The model waits for some. */
	get waiting(): boolean {
		return this.open.size > 0;
	}

	get anyToCome(): boolean {
		return this.open.size + this.late.size > 0;
	}

	add(call: ToolCall): void {
		this.open.set(call.id, call);
	}

	/** The model was told that it is not known yet. */
	addLate(call: ToolCall): void {
		this.late.set(call.id, call);
	}

	get waitedFor(): string[] {
		return [...this.open.keys()];
	}

	/** The model waits for none of them any more. */
	waitNoMore(): void {
		for (const [id, call] of this.open) this.late.set(id, call);
		this.open.clear();
	}

	/** Returns the call, if it was to come. One that still runs after its time limit may come later. */
	take({ id, pending }: ToolResult): ToolCall | undefined {
		const call = this.open.get(id) ?? this.late.get(id);
		this.open.delete(id);
		this.late.delete(id);
		if (pending && call) this.late.set(id, call);
		return call;
	}

	/** Throws VOICE_ERR_BAD_REQUEST where one has no call that the model waits for, or two have the same. */
	assertWaitedFor(results: readonly ToolResult[]): void {
		const unknown = results.find(({ id }) => !this.open.has(id));
		if (unknown) throw new VoiceError('VOICE_ERR_BAD_REQUEST', `There is no open tool call "${unknown.id}".`);
		if (new Set(results.map(({ id }) => id)).size < results.length) throw new VoiceError('VOICE_ERR_BAD_REQUEST', 'A tool call has two results.');
	}

	/** Throws VOICE_ERR_BAD_REQUEST while the model waits for some. */
	assertComplete(): void {
		if (this.waiting) throw new VoiceError('VOICE_ERR_BAD_REQUEST', `Results are missing for: ${[...this.open.keys()].join(', ')}`);
	}

	/** Throws VOICE_ERR_BAD_REQUEST where one is not awaited late. */
	assertLate(results: readonly ToolResult[]): void {
		const unknown = results.find(({ id }) => !this.late.has(id));
		if (unknown) throw new VoiceError('VOICE_ERR_BAD_REQUEST', `No late result is awaited for the tool call "${unknown.id}".`);
	}
}
