import type { Conversation } from '../../dialogue/conversation';
import type { ConversationEffect, ConversationInput } from '../../dialogue/conversation-events';
import { type Clock, monotonicClock } from '../../lib/clock';

export interface ConversationLoopListener {
	/** Before anything follows from it. */
	onInput(input: ConversationInput): void;
	carryOut(effect: ConversationEffect): void;
	/** Carrying out an effect threw: a fault of ours. The loop has stopped. */
	onFault(thrown: unknown): void;
}

/**
 * Drives the pure conversation: one input at a time, each with all its effects before the next, and a tick when the
 * conversation asks for one. Nothing happens after stop().
 */
export class ConversationLoop {
	private readonly inputs: ConversationInput[] = [];
	private stepping = false;
	private stopped = false;
	private wake: NodeJS.Timeout | undefined;

	constructor(
		private readonly conversation: Conversation,
		private readonly listener: ConversationLoopListener,
		private readonly clock: Clock = monotonicClock,
	) {}

	/**
	 * Another process has carried out what follows from these; it may have died before it could for the last one, so what they came to
	 * is given back. With it went the caller's link, all sound and the recogniser.
	 */
	replay(inputs: readonly ConversationInput[]): ConversationEffect[] {
		const effects = inputs.flatMap((input) => this.conversation.step(input));
		const at = inputs.at(-1)?.at ?? this.clock.now();
		this.step({ type: 'callerAbsent', at });
		const sounds = inputs.flatMap((input) => (input.type === 'agentUtteranceStarted' || input.type === 'agentText' ? [input.utteranceId] : []));
		for (const utteranceId of new Set(sounds)) this.step({ type: 'agentUtterancePlayed', at, utteranceId, playedSamples: 0, complete: false });
		this.step({ type: 'recogniserReplaced', at });
		return effects;
	}

	step(input: ConversationInput): void {
		if (this.stopped) return;
		this.inputs.push(input);
		// An effect may cause the next input: it waits until the effects before it are carried out.
		if (this.stepping) return;
		this.stepping = true;
		try {
			for (let next = this.inputs.shift(); next && !this.stopped; next = this.inputs.shift()) {
				this.listener.onInput(next);
				for (const effect of this.conversation.step(next)) this.listener.carryOut(effect);
			}
		} catch (thrown) {
			this.stop();
			this.listener.onFault(thrown);
		} finally {
			this.stepping = false;
		}
		this.wakeInTime();
	}

	stop(): void {
		this.stopped = true;
		clearTimeout(this.wake);
	}

	private wakeInTime(): void {
		clearTimeout(this.wake);
		const wakeAt = this.conversation.nextWakeAt();
		if (wakeAt === undefined || this.stopped) return;
		const wait = Math.max(0, wakeAt - this.clock.now());
		this.wake = setTimeout(() => this.step({ type: 'tick', at: this.clock.now() }), wait);
	}
}
