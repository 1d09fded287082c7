import { setTimeout as pause } from 'node:timers/promises';
import type { FixtureReply, Received } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import { monotonicClock } from '../../runtime/lib/clock';
import { FixedServer, tone, writeWords } from '../fixed-server';

const TRANSCRIBES_IN_MS = 100;
const FIRST_TOKEN_MS = 50;
const TOKEN_MS = 10;
const FIRST_SOUND_MS = 50;
const SPEECH_MS = 500;
/** A recogniser that is asked again within this time hears the same turn. */
const SAME_TURN_MS = 600;

const WORDS = 'alpha bravo charlie delta echo foxtrot golf hotel india juliet kilo lima mike november oscar papa quebec romeo sierra tango uniform victor whiskey yankee zulu'.split(' ');

/** When the engines were asked, and answered, in one turn; the last time, where they were asked several times. On lib/clock, ms. */
export interface EngineTimes {
	/** The first text of the turn, with which its work begins, and the last. */
	textAt: number;
	finalAt: number;
	chatAt?: number;
	/** The end of the first sentence. */
	sentenceAt?: number;
	voiceAt?: number;
	firstByteAt?: number;
}

/**
 * Recogniser, model and voice on one server, which take the same time for each turn. What a turn is about is its name, in all three.
 * `again`: one caller alone, whose turns may be heard twice, in the first short pause and at the end.
 */
export class FixedEngines extends FixedServer {
	readonly turns = new Map<string, EngineTimes>();
	private count = 0;
	private heardAt = -Infinity;

	constructor(private readonly again: boolean) {
		super();
	}

	/** The turn that a text names. */
	named(text: string): EngineTimes | undefined {
		const name = /tell me about (\w+ \w+ \w+)/i.exec(text)?.[1] ?? /^(\w+ \w+ \w+) is/i.exec(text)?.[1];
		return this.turns.get(name?.toLowerCase() ?? '');
	}

	protected async transcribe(reply: FixtureReply): Promise<void> {
		const now = monotonicClock.now();
		if (!this.again || now - this.heardAt > SAME_TURN_MS) this.count++;
		this.heardAt = now;
		const number = this.count;
		const name = [number / WORDS.length ** 2, number / WORDS.length, number].map((at) => WORDS[Math.floor(at) % WORDS.length]).join(' ');
		await pause(TRANSCRIBES_IN_MS);
		const at = monotonicClock.now();
		// The engines that are asked about it meanwhile write into the same.
		const turn = this.turns.get(name) ?? { textAt: at, finalAt: at };
		turn.finalAt = at;
		this.turns.set(name, turn);
		await reply.json(200, { text: `Tell me about ${name}.` });
	}

	protected async chat({ json }: Received, reply: FixtureReply): Promise<void> {
		const asked = (json as { messages: Array<{ content: string | null }> }).messages.at(-1)?.content ?? '';
		const turn = this.named(asked);
		if (turn) turn.chatAt = monotonicClock.now();
		const name = /tell me about (.*)\./i.exec(asked)?.[1] ?? 'it';
		const words = `${name} is well.`.split(/(?= )/);
		await writeWords(reply, words, async (at) => {
			await pause(at === 0 ? FIRST_TOKEN_MS : TOKEN_MS);
			if (turn && at === words.length - 1) turn.sentenceAt = monotonicClock.now();
		});
	}

	protected async speak(input: string, reply: FixtureReply): Promise<void> {
		const turn = this.named(input);
		if (turn) turn.voiceAt = monotonicClock.now();
		const sound = tone(440, SPEECH_MS);
		await pause(FIRST_SOUND_MS);
		reply.begin(200, { 'content-type': 'audio/pcm' });
		if (turn) turn.firstByteAt = monotonicClock.now();
		await reply.write(sound);
	}
}
