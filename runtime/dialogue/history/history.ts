import type { ChatMessage, ToolCall } from '../../contract/chat';
import { asHeard } from './as-heard';
import { shortenResults } from './results-in-room';
import { charactersOf, isEmpty, messagesOf, type TurnEntry } from './transcript-entry';

export interface HistoryLimits {
	/** What the model gets: at most so many turns, and about so many characters. */
	maxTurns: number;
	maxCharacters: number;
}

/** 4000 tokens or so: half of the context that small models are given. */
const DEFAULT_LIMITS: HistoryLimits = { maxTurns: 40, maxCharacters: 16_000 };

/**
 * When the window is full it drops to this share at once. Its beginning then stays where it is for many
 * turns, and with it the tokens that the model keeps in memory.
 */
const KEPT_SHARE = 0.6;

/**
 * What caller and agent have said to each other, as the model is to see it: of the agent only what was
 * heard, of the tools everything, however late.
 *
 * `turn` is the conversation's number. A turn that was cancelled before anything of it was written here is
 * unknown, and cutting or dropping it changes nothing.
 */
export class History {
	private readonly entries: TurnEntry[] = [];
	private windowStart = 0;

	/** `onChange` hears of each change, before anybody acts on it: all that has been said, of which nothing before `from` is new. */
	constructor(
		private readonly limits: HistoryLimits = DEFAULT_LIMITS,
		private readonly onChange: (entries: readonly TurnEntry[], from: number) => void = () => undefined,
	) {}

	/** All that was said and done, not only what the model gets. */
	get all(): readonly TurnEntry[] {
		return this.entries;
	}

	/** What another process has kept of the same call. */
	restore(entries: readonly TurnEntry[]): void {
		this.entries.push(...entries);
	}

	/** What was heard of it. */
	addGreeting(text: string): void {
		if (text === '') return;
		this.entries.push({ turn: undefined, user: undefined, assistant: [{ content: text, calls: [] }] });
		this.changed();
	}

	/**
	 * Opens a turn. A second time in the same turn it replaces the text, unless that has been answered: then it is what is
	 * answered next. Tools that have run still wait for their answer.
	 */
	addUser(text: string, turn: number): void {
		const last = this.entries.at(-1);
		const message = last?.assistant.at(-1);
		if (last?.user === undefined || last.turn !== turn || message?.calls.length === 0) this.entries.push({ turn, user: text, assistant: [] });
		else if (!message) last.user = text;
		this.changed();
	}

	/** All that the model wrote in one step, or that was said in its place: a message of its own. */
	addAssistant(text: string): void {
		if (text === '') return;
		this.openEntry().assistant.push({ content: text, calls: [] });
		this.changed();
	}

	/** Said while the tools run: it ends the step, and its calls follow. */
	addFiller(text: string): void {
		const { assistant } = this.openEntry();
		const message = assistant.at(-1);
		if (message?.calls.length === 0) message.content = `${message.content} ${text}`.trim();
		else assistant.push({ content: text, calls: [] });
		this.changed();
	}

	/** The calls that end the step; they belong to what the model wrote in it. */
	addToolCalls(calls: readonly ToolCall[]): void {
		const { assistant } = this.openEntry();
		let message = assistant.at(-1);
		if (message === undefined || message.calls.length > 0) {
			message = { content: '', calls: [] };
			assistant.push(message);
		}
		message.calls.push(...calls.map((call) => ({ ...call })));
		this.changed();
	}

	/** Stays with its call, even if the caller has long moved on. false: no such call is open. */
	addToolResult(id: string, result: unknown): boolean {
		for (const entry of this.entries.toReversed()) {
			for (const message of entry.assistant) {
				const call = message.calls.find((candidate) => candidate.id === id && candidate.result === undefined);
				if (call === undefined) continue;
				call.result = { value: result };
				this.changed(this.entries.indexOf(entry));
				return true;
			}
		}
		return false;
	}

	/** The call's result has come. */
	hasToolResult(id: string): boolean {
		return this.entries.some(({ assistant }) => assistant.some(({ calls }) => calls.some((call) => call.id === id && call.result !== undefined)));
	}

	/** The turn's calls whose results are still to come. */
	openCalls(turn: number): ToolCall[] {
		const calls = this.entries.filter((entry) => entry.turn === turn).flatMap(({ assistant }) => assistant.flatMap((message) => message.calls));
		return calls.filter(({ result }) => result === undefined);
	}

	/**
	 * Of what the agent says in the turn, what was heard stands, in its order, whoever wrote it. Calls and results stay.
	 * `user`: what the caller said, where no model was asked.
	 */
	keepHeard({ turn, user, heard }: { turn: number; user: string; heard: string }): void {
		const from = this.placeOf(turn);
		const entries = this.entries.filter((entry) => entry.turn === turn);
		const messages = entries.flatMap(({ assistant }) => assistant);
		const { contents, rest } = asHeard(messages.map(({ content }) => content), heard);
		messages.forEach((message, index) => (message.content = contents[index] ?? ''));
		if (rest !== '') this.addHeard(rest, entries.at(-1) ?? this.newEntry(turn, user));
		const answered = entries.filter(({ assistant }) => assistant.some((message) => !isEmpty(message)));
		if (answered.length > 0) this.drop(entries.filter((entry) => !answered.includes(entry)));
		this.changed(from);
	}

	/** The next turn says all of this one again. */
	dropTurn(turn: number): void {
		const from = this.placeOf(turn);
		this.drop(this.entries.filter((entry) => entry.turn === turn));
		this.changed(from);
	}

	/** By itself a change is one of the newest entry. */
	private changed(from = Math.max(0, this.entries.length - 1)): void {
		this.onChange(this.entries, from);
	}

	/** Where the turn begins; the end where it is unknown. */
	private placeOf(turn: number): number {
		const place = this.entries.findIndex((entry) => entry.turn === turn);
		return place < 0 ? this.entries.length : place;
	}

	private addHeard(text: string, { assistant }: TurnEntry): void {
		const message = assistant.at(-1);
		if (message?.calls.length === 0) message.content = `${message.content} ${text}`.trim();
		else assistant.push({ content: text, calls: [] });
	}

	private newEntry(turn: number, user: string): TurnEntry {
		const entry: TurnEntry = { turn, user, assistant: [] };
		this.entries.push(entry);
		return entry;
	}

	private drop(entries: readonly TurnEntry[]): void {
		for (const entry of entries) this.entries.splice(this.entries.indexOf(entry), 1);
	}

	/**
	 * The newest turns that fit the limits; the newest of all even if it does not. Large results of tools make room before
	 * words do. Call it once a step.
	 */
	messages(): ChatMessage[] {
		const { maxCharacters } = this.limits;
		const window = this.entries.slice(this.windowStart);
		shortenResults(window, maxCharacters, () => charactersIn(window) - maxCharacters);
		if (!this.fits(this.windowStart, 1)) {
			while (this.windowStart < this.entries.length - 1 && !this.fits(this.windowStart, KEPT_SHARE)) {
				this.windowStart++;
			}
		}
		return this.entries.slice(this.windowStart).flatMap(messagesOf);
	}

	private fits(start: number, share: number): boolean {
		const window = this.entries.slice(start);
		return window.length <= this.limits.maxTurns * share && charactersIn(window) <= this.limits.maxCharacters * share;
	}

	/** The turn that goes on; what is said outside of any turn stands alone, as the greeting does. */
	private openEntry(): TurnEntry {
		const last = this.entries.at(-1);
		if (last?.user !== undefined) return last;
		const entry: TurnEntry = { turn: undefined, user: undefined, assistant: [] };
		this.entries.push(entry);
		return entry;
	}
}

function charactersIn(entries: readonly TurnEntry[]): number {
	return entries.reduce((sum, entry) => sum + charactersOf(entry), 0);
}
