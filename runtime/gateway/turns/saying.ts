import { type DoneBy, doneByOf } from '../../contract/engines';
import type { VoiceError } from '../../contract/errors';
import { leftToSay } from '../../dialogue/heard/left-to-say';
import type { SpeechGaps } from '../../contract/turn';
import type { AgentUtterance } from './agent-utterance';
import { gapsTogether } from './speech-gaps';

/** Where the text comes from: a reply is still being written while it is spoken. */
export interface SaidText {
	readonly text: string;
}

/**
 * One text that the agent says in a turn. One utterance says it, or several: where a voice or the model broke off, the
 * next one says what was not heard.
 */
export class Saying {
	private readonly utterances: AgentUtterance[] = [];
	private speakNode: 'none' | 'waits' | 'goneOn' = 'none';
	/** Of the node that has asked for it. */
	private request: string | undefined;

	/** @param heardBefore of it, in a process before this one */
	constructor(
		private readonly source: SaidText,
		private readonly heardBefore = '',
	) {}

	get text(): string {
		return this.source.text.trim();
	}

	isOf(source: SaidText): boolean {
		return this.source === source;
	}

	speaksBy(utterance: AgentUtterance): void {
		this.utterances.push(utterance);
	}

	/** An Orpheus Speak node has asked for it. Without `waits` it goes on at once, and never learns how it ended. */
	claim(waits: boolean, request?: string): void {
		this.speakNode = waits ? 'waits' : 'goneOn';
		this.request = request;
	}

	get claimedBy(): string | undefined {
		return this.request;
	}

	get claimed(): boolean {
		return this.speakNode !== 'none';
	}

	/** A node hears, or will hear, how it ended. */
	get answersToNode(): boolean {
		return this.speakNode !== 'goneOn';
	}

	/** Ends when nothing of it is being spoken. */
	async finished(): Promise<void> {
		for (let count = -1; count !== this.utterances.length; ) {
			count = this.utterances.length;
			await Promise.all(this.utterances.map(({ finished }) => finished));
		}
	}

	/** What the caller has heard of it so far. */
	get heard(): string {
		return joined([this.heardBefore, ...this.utterances.map(({ heard }) => heard)]);
	}

	/** All of it was played. */
	get complete(): boolean {
		const last = this.utterances.at(-1);
		if (!last) return this.heardBefore !== '' && this.left === '';
		return last.complete || (last.failure !== undefined && this.left === '');
	}

	/** What has still to be said. */
	get left(): string {
		return leftToSay(this.text, this.heard);
	}

	/** Why it broke off. A voice that fails when all was heard has not. */
	get failure(): VoiceError | undefined {
		const failure = this.utterances.at(-1)?.failure;
		return failure !== undefined && this.left !== '' ? failure : undefined;
	}

	get spokenMs(): number {
		return this.utterances.reduce((sum, { spokenMs }) => sum + spokenMs, 0);
	}

	/** It was longer than the agent may speak at a time, and ended there. */
	get reachedLimit(): boolean {
		return this.utterances.some(({ reachedLimit }) => reachedLimit);
	}

	/** Where it fell silent in the middle. */
	get gaps(): SpeechGaps {
		return gapsTogether(this.utterances.map(({ gaps }) => gaps));
	}

	/** Stops what is spoken of it, for another text. */
	interrupt(): void {
		for (const utterance of this.utterances) utterance.interrupt();
	}

	/** Of several utterances, the last one's engine. */
	get spokenBy(): DoneBy {
		const last = this.utterances.at(-1)?.doneBy ?? { engine: '', replaced: [] };
		return doneByOf({ ...last, replaced: this.utterances.flatMap(({ doneBy }) => doneBy.replaced) });
	}
}

/** All that is said in one turn, in order. */
export class Sayings {
	private readonly all: Saying[] = [];

	/** Something to say: a reply that is being written, or the text of a node. */
	add(source: SaidText, heardBefore?: string): Saying {
		const saying = new Saying(source, heardBefore);
		this.all.push(saying);
		return saying;
	}

	get last(): Saying | undefined {
		return this.all.at(-1);
	}

	of(source: SaidText): Saying | undefined {
		return this.all.find((saying) => saying.isOf(source));
	}

	/** Spoken ahead, and no node has asked for them yet. */
	get unasked(): Saying[] {
		return this.all.filter(({ claimed }) => !claimed);
	}

	/** Spoken ahead of the node that asks for this text. */
	ahead(text: string): Saying | undefined {
		return this.unasked.find((saying) => saying.text === text);
	}

	/** What this very request has asked for, before its answer was lost with a process. */
	askedBy(request: string | undefined): Saying | undefined {
		return request === undefined ? undefined : this.all.find(({ claimedBy }) => claimedBy === request);
	}

	/** Broke off in the middle of this text: whoever says it now says the rest. */
	brokenOff(text: string): Saying | undefined {
		return this.last?.failure !== undefined && this.last.text === text ? this.last : undefined;
	}
}

export function joined(texts: readonly string[]): string {
	return texts.map((text) => text.trim()).filter((text) => text !== '').join(' ');
}
