import { sessionLimits, turnTakingSettings } from '../contract/agent-settings';
import { Conversation } from './conversation';
import type {
	ConversationEffect,
	ConversationInput,
	ConversationSettings,
	SpeculationStart,
	StartTurn,
} from './conversation-events';

type Untimed<T> = T extends unknown ? Omit<T, 'at'> : never;
type Happening = () => void;

export interface ScenarioOptions {
	turnTaking?: Partial<ConversationSettings['turnTaking']>;
	limits?: Partial<ConversationSettings['limits']>;
	lookAhead?: boolean;
	/** Turns are begun early; by default they are not. */
	speculation?: SpeculationStart;
	/** How long it takes until there is something of them to be heard; Infinity: nothing ever is. */
	readyAfterMs?: number;
	/** false: words come with the final text only. */
	partials?: boolean;
	/** How long the recogniser takes for a final text; Infinity: it never answers. */
	finalAfterMs?: number;
	/** What the recogniser hears in a pause of what was said; Infinity: it takes too long to be asked. */
	soFar?: (said: string) => string;
	soFarAfterMs?: number;
	/** What the sound of a caller who has said this is worth, 0..1. Without it nobody judges it. */
	judge?: (text: string) => number;
	/** How long that takes. */
	judgedAfterMs?: number;
	/** What the workflow does with a turn. Without it a turn stays in flight. */
	onTurn?: (turn: StartTurn, scenario: Scenario) => void;
}

interface Playing {
	utteranceId: string;
	n: number | undefined;
	leftMs: number;
	/** Absent while paused. */
	since: number | undefined;
	interruptible: boolean;
	endsTurn: boolean;
}

/** When speech is clear after it began, when a pause in it and its end are told: as media does. */
const ONSET_MS = 64;
const HANG_MS = 200;
const PAUSE_MS = 96;

/**
 * A call in virtual time: media, recogniser and workflow are played by the script, as they really behave
 * (media pauses by itself, resumes and flushes when told; the recogniser's text grows until it is reset).
 * Everything that happens stands in `timeline`, one line each.
 */
export class Scenario {
	readonly conversation: Conversation;
	readonly timeline: string[] = [];
	readonly effects: Array<{ at: number; effect: ConversationEffect }> = [];
	now = 0;
	playing: Playing | undefined;
	private readonly queue: Array<{ at: number; happen: Happening }> = [];
	private heardWords: string[] = [];
	private understood = true;

	constructor(private readonly options: ScenarioOptions = {}) {
		this.conversation = new Conversation({
			turnTaking: turnTakingSettings.parse(options.turnTaking ?? {}),
			limits: sessionLimits.parse(options.limits ?? {}),
			lookAhead: options.lookAhead ?? true,
			speculation: options.speculation ?? 'never',
		});
		this.input(0, { type: 'connected' });
		const { lookAhead = true, partials = true } = options;
		if (lookAhead) this.input(0, { type: 'recognition', available: true, partials });
	}

	at(at: number, happen: Happening): this {
		this.queue.push({ at, happen });
		return this;
	}

	input(at: number, input: Untimed<ConversationInput>): this {
		return this.at(at, () => this.send(input));
	}

	/** The caller speaks; words come evenly, each shown 85 ms after its end. `unclear`: outside the domain. */
	says(from: number, to: number, text: string, { unclear = false } = {}): this {
		this.speech(from, to);
		const words = text.split(' ').filter(Boolean);
		words.forEach((word, index) => {
			const spokenAt = from + ((to - from) * (index + 1)) / words.length + 85;
			this.at(spokenAt, () => {
				this.heardWords.push(word);
				this.understood = !unclear;
				if (this.options.lookAhead !== false && this.options.partials !== false) this.send({ type: 'partial', text: this.heardWords.join(' ') });
			});
		});
		return this;
	}

	/** Sound that the VAD takes for speech and in which there is no word. */
	noise(from: number, to: number): this {
		return this.speech(from, to);
	}

	/** The agent says something in `ms`; `endsTurn`: nothing follows. */
	speaks(
		at: number,
		ms: number,
		text: string,
		{ n = undefined as number | undefined, interruptible = true, endsTurn = true, utteranceId = `u${at}` } = {},
	): this {
		return this.at(at, () => {
			const over = (): boolean => n !== undefined && this.over.has(n);
			if (over()) return;
			this.send({ type: 'agentText', utteranceId, text });
			// It may be what the interruption was judged by: what is interrupted before its first sound has none.
			if (over()) return;
			this.playing = { utteranceId, n, leftMs: ms, since: this.now, interruptible, endsTurn };
			this.send({ type: 'agentUtteranceStarted', utteranceId, interruptible, ...(n === undefined ? {} : { n }) });
			this.schedulePlayed();
		});
	}

	/** Plays the script until `until`, with the ticks the conversation asks for. */
	run(until: number): this {
		for (;;) {
			this.queue.sort((a, b) => a.at - b.at);
			const next = this.queue[0]?.at ?? Number.POSITIVE_INFINITY;
			const wake = this.conversation.nextWakeAt() ?? Number.POSITIVE_INFINITY;
			const at = Math.min(next, wake);
			if (at > until) break;
			if (at < this.now) throw new Error(`woken in the past: ${at} < ${this.now}`);
			this.now = at;
			if (next <= wake) this.queue.shift()?.happen();
			else this.send({ type: 'tick' });
		}
		this.now = until;
		return this;
	}

	/** Lines of the timeline of these kinds only. */
	of(...kinds: string[]): string[] {
		return this.timeline.filter((line) => kinds.includes(line.split(' ')[1] ?? ''));
	}

	get turns(): StartTurn[] {
		return this.effects.flatMap(({ effect }) => (effect.type === 'startTurn' ? [effect] : []));
	}

	/** When the first effect of this kind came. */
	when(type: ConversationEffect['type']): number | undefined {
		return this.effects.find(({ effect }) => effect.type === type)?.at;
	}

	private readonly over = new Set<number>();

	private speech(from: number, to: number): this {
		this.at(from + ONSET_MS, () => {
			this.send({ type: 'callerSpeechStarted', speechAt: from });
			this.pauseMedia();
		});
		this.at(to + PAUSE_MS, () => this.send({ type: 'callerPaused', speechEndAt: to }));
		return this.at(to + HANG_MS, () => this.send({ type: 'callerSpeechStopped', speechEndAt: to }));
	}

	private send(input: Untimed<ConversationInput>): void {
		for (const effect of this.conversation.step({ ...input, at: this.now })) {
			this.effects.push({ at: this.now, effect });
			this.timeline.push(line(Math.round(this.now), effect));
			this.carryOut(effect);
		}
	}

	private carryOut(effect: ConversationEffect): void {
		switch (effect.type) {
			case 'requestFinal': {
				const after = this.options.finalAfterMs ?? 30;
				if (after === Number.POSITIVE_INFINITY) return;
				const { id } = effect;
				this.at(this.now + after, () => {
					const text = this.understood ? this.heardWords.join(' ') : '';
					const confidence = this.understood ? 0.9 : 0.1;
					this.send({ type: 'final', id, text, understood: this.understood, confidence });
				});
				return;
			}
			case 'requestSoFar': {
				const { soFar, soFarAfterMs = 30 } = this.options;
				const { id } = effect;
				if (soFarAfterMs === Number.POSITIVE_INFINITY) return;
				this.at(this.now + soFarAfterMs, () => {
					const text = soFar?.(this.heardWords.join(' ')) ?? this.heardWords.join(' ');
					this.send({ type: 'soFar', id, text, understood: this.understood, confidence: 0.9 });
				});
				return;
			}
			case 'judgeTurnEnd': {
				const { judge, judgedAfterMs = 60 } = this.options;
				const { id } = effect;
				const probability = judge?.(this.heardWords.join(' '));
				if (probability !== undefined) this.at(this.now + judgedAfterMs, () => this.send({ type: 'turnEndJudged', id, probability }));
				return;
			}
			case 'beginEarly': {
				const { readyAfterMs = 0 } = this.options;
				const { speculation } = effect;
				if (readyAfterMs !== Number.POSITIVE_INFINITY) this.at(this.now + readyAfterMs, () => this.send({ type: 'earlyReady', speculation }));
				return;
			}
			case 'resetRecogniser':
				this.heardWords = [];
				this.understood = true;
				return;
			case 'startTurn':
				this.at(this.now, () => this.options.onTurn?.(effect, this));
				return;
			case 'interruptAgent':
				if (effect.n !== undefined) this.over.add(effect.n);
				return this.flushMedia();
			case 'resumeAgent':
				return this.resumeMedia();
		}
	}

	private pauseMedia(): void {
		const { playing } = this;
		if (playing?.since === undefined || !playing.interruptible) return;
		playing.leftMs -= this.now - playing.since;
		playing.since = undefined;
		this.timeline.push(`${Math.round(this.now)} [paused]`);
		this.send({ type: 'agentPaused', utteranceId: playing.utteranceId, playedSamples: 0 });
	}

	private resumeMedia(): void {
		if (this.playing === undefined || this.playing.since !== undefined) return;
		this.playing.since = this.now;
		this.schedulePlayed();
	}

	private flushMedia(): void {
		const { playing } = this;
		if (playing === undefined) return;
		this.playing = undefined;
		const { utteranceId } = playing;
		this.at(this.now, () =>
			this.send({ type: 'agentUtterancePlayed', utteranceId, playedSamples: 0, complete: false }),
		);
	}

	private schedulePlayed(): void {
		const { playing } = this;
		if (playing?.since === undefined) return;
		const { since, utteranceId, n, endsTurn } = playing;
		this.at(since + playing.leftMs, () => {
			// Paused or flushed since: that play-out is not the one that ends.
			if (this.playing !== playing || playing.since !== since) return;
			this.playing = undefined;
			this.timeline.push(`${Math.round(this.now)} [played]`);
			this.send({ type: 'agentUtterancePlayed', utteranceId, playedSamples: 0, complete: true });
			if (endsTurn && n !== undefined) this.send({ type: 'turnOver', n });
		});
	}
}

function line(at: number, effect: ConversationEffect): string {
	switch (effect.type) {
		case 'startTurn': {
			const continues = effect.continues === undefined ? '' : ` (continues ${effect.continues})`;
			const early = effect.speculation === undefined ? '' : ` (begun early as ${effect.speculation})`;
			return `${at} startTurn ${effect.n} "${effect.text}"${effect.understood ? '' : ' unclear'}${continues}${early}`;
		}
		case 'beginEarly':
			return `${at} beginEarly ${effect.speculation} "${effect.text}"`;
		case 'withdrawEarly':
			return `${at} withdrawEarly ${effect.speculation}`;
		case 'interruptAgent':
			return `${at} interruptAgent ${effect.reason}${effect.n === undefined ? '' : ` ${effect.n}`}`;
		case 'ignored':
		case 'endSession':
			return `${at} ${effect.type} ${effect.reason}`;
		case 'setState':
			return `${at} setState ${effect.state}${effect.tool === undefined ? '' : ` ${effect.tool}`}`;
		case 'requestFinal':
		case 'requestSoFar':
		case 'judgeTurnEnd':
			return `${at} ${effect.type} ${effect.id}`;
		default:
			return `${at} ${effect.type}`;
	}
}
