import type { SpeakSettings } from '../../contract/agent-settings';
import type { SpeechGaps } from '../../contract/turn';
import type { AgentUtterance } from './agent-utterance';
import { joined } from './saying';
import { gapsTogether } from './speech-gaps';

/** What the agent says in one turn: its utterances, in the order in which they are heard. */
export class TurnSpeech {
	private readonly utterances: AgentUtterance[] = [];
	private lastVoice: SpeakSettings | undefined;
	/** All that it says was heard in a process before this one. */
	private saidBefore = false;

	/** @param heardBefore what was heard of it in a process before this one */
	constructor(private readonly heardBefore: string) {}

	add(utterance: AgentUtterance): void {
		this.utterances.push(utterance);
		this.lastVoice = utterance.settings;
	}

	/** Nothing more is said of it. `whole`: all was heard before this process began. */
	wasSaid(speak: SpeakSettings, whole: boolean): void {
		this.saidBefore = whole;
		this.lastVoice = speak;
	}

	/** Of what was said last. */
	get voice(): SpeakSettings | undefined {
		return this.lastVoice;
	}

	/** Something is being written or spoken. */
	get goesOn(): boolean {
		return this.utterances.some(({ over }) => !over);
	}

	/** Something was said, and no more is at the moment. */
	get rests(): boolean {
		return (this.saidBefore || this.utterances.length > 0) && !this.goesOn;
	}

	/** The last was played to its end. */
	get playedToTheEnd(): boolean {
		return this.utterances.at(-1)?.complete ?? this.saidBefore;
	}

	/** The last was longer than it may be. */
	get reachedLimit(): boolean {
		return this.utterances.at(-1)?.reachedLimit ?? false;
	}

	/** In order: of what is over, what was heard of it. */
	get said(): string {
		return joined(this.utterances.map(({ over, heard, text }) => (over ? heard : text)));
	}

	get heard(): string {
		return joined([this.heardBefore, ...this.utterances.map(({ heard }) => heard)]);
	}

	/** Where it fell silent in the middle. */
	get gaps(): SpeechGaps {
		return gapsTogether(this.utterances.map(({ gaps }) => gaps));
	}

	/** No more text comes for what is being spoken. */
	end(): void {
		for (const utterance of this.utterances) utterance.end();
	}

	/** All that was made may be heard. */
	letGo(): void {
		for (const utterance of this.utterances) utterance.letGo();
	}

	interrupt(): void {
		for (const utterance of this.utterances) utterance.interrupt();
	}

	/** All its sound is played or cut: resolves to whether there was any, and how much of it was spoken, ms. */
	async played(): Promise<{ readonly anything: boolean; readonly spokenMs: number }> {
		const outcomes = await Promise.all(this.utterances.map(({ finished }) => finished));
		const spokenMs = outcomes.reduce((sum, each) => sum + each.spokenMs, 0);
		return { anything: outcomes.length > 0 || this.heardBefore !== '', spokenMs };
	}
}
