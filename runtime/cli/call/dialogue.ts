import type { Clock, Milliseconds } from '../../lib/clock';
import { VoiceError } from '../../contract/errors';
import type { ConversationLog } from './conversation-log';
import type { CallerEar } from './ear';
import type { Microphone } from './microphone';
import type { CallTurn } from './report';
import type { ScriptLine } from './call-settings';
import { pause, within } from '../../lib/async';

export interface DialogueParts {
	readonly clock: Clock;
	readonly microphone: Microphone;
	readonly ear: CallerEar;
	readonly log: ConversationLog;
	/** How long the agent may take for each step of a turn, ms. */
	readonly turnLimit: number;
	readonly onTurn: (turn: CallTurn) => void;
}

/** Speaks a script: one line a turn, each when the one before is answered, or into the answer. */
export class Dialogue {
	readonly turns: CallTurn[] = [];
	/** Turns whose end is still to come: the one that is being answered, and the one it interrupted. */
	private readonly unfinished: CallTurn[] = [];

	constructor(private readonly parts: DialogueParts) {}

	/** Resolves when the last turn is over, or the call is. */
	async run(lines: readonly ScriptLine[], sounds: readonly Int16Array[]): Promise<void> {
		let heardAt: Milliseconds | undefined;
		for (const [index, { text, bargeInMs }] of lines.entries()) {
			const interrupts = bargeInMs !== undefined && heardAt !== undefined;
			if (interrupts) await pause((heardAt as Milliseconds) + bargeInMs - this.parts.clock.now());
			else await this.finishAll();
			if (this.over) break;
			heardAt = await this.takeTurn(text, sounds[index] as Int16Array, interrupts);
		}
		await this.finishAll();
	}

	/** @returns when the answer's first audible sample came; undefined if none came. */
	private async takeTurn(said: string, sound: Int16Array, interrupts: boolean): Promise<Milliseconds | undefined> {
		const { microphone, ear, log } = this.parts;
		const turn: CallTurn = { said, tools: [], answered: false };
		this.turns.push(turn);
		this.unfinished.push(turn);
		log.expect(turn);
		const spoken = await microphone.say(sound);
		if (interrupts && ear.lastAudible !== undefined) turn.silencedMs = Math.max(ear.lastAudible - spoken.from, 0);
		ear.listenFrom(spoken.to);
		const over = log.until(() => this.isOver(turn)).then(() => undefined);
		const heardAt = await this.limited(turn, Promise.race([ear.untilAudible(), over]));
		if (heardAt !== undefined) Object.assign(turn, { heardAt, responseMs: heardAt - spoken.to });
		return heardAt;
	}

	private async finishAll(): Promise<void> {
		for (const turn of this.unfinished) {
			await this.limited(turn, this.parts.log.until(() => this.isOver(turn)));
		}
		const last = this.unfinished.at(-1);
		if (last && !last.error) {
			await this.limited(last, this.parts.log.until(() => this.over || this.parts.log.state === 'listening'));
		}
		for (const turn of this.unfinished.splice(0)) {
			turn.answered = turn.error === undefined && turn.timings !== undefined && turn.responseMs !== undefined;
			this.parts.onTurn(turn);
		}
	}

	private get over(): boolean {
		return this.parts.log.ended !== undefined;
	}

	private isOver(turn: CallTurn): boolean {
		return this.over || turn.timings !== undefined || turn.error !== undefined;
	}

	private async limited<T>(turn: CallTurn, what: Promise<T>): Promise<T | undefined> {
		const { turnLimit } = this.parts;
		const late = new VoiceError('VOICE_ERR_TURN_ABANDONED', `The agent did not answer within ${turnLimit / 1000} seconds.`);
		try {
			return await within(turnLimit, late, what);
		} catch (error) {
			turn.error ??= VoiceError.from(error).toShape();
			return undefined;
		}
	}
}
