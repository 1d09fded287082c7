import { setTimeout as pause } from 'node:timers/promises';
import { monotonicClock } from '../../runtime/lib/clock';
import type { FixtureReply, Received } from '../../runtime/inference/openai-client/fixtures/fixture-server.fixture';
import { FixedServer, tone, writeWords } from '../fixed-server';

const TRANSCRIBES_IN_MS = 100;
const FIRST_TOKEN_MS = 200;
const TOKEN_MS = 20;
const FIRST_SOUND_MS = 150;
const PIECE_BYTES = 9_600;

/** Each reply sounds as a tone of its own, by the name in its sentences. */
export const TONES: ReadonlyMap<string, number> = new Map([
	['Alpha', 440],
	['Bravo', 640],
	['Delta', 940],
	['Tango', 1380],
]);
const NAMES = [...TONES.keys()];

/** The first sentence has nine words, so that it is there after 360 ms. */
const SHORT = { sentences: (name: string) => [`${name} has been noted and will be done soon.`, 'Thank you for calling us.'], msACharacter: 25 };
const LONG = { sentences: (name: string) => Array.from({ length: 6 }, () => `${name} is a long story that goes on still.`), msACharacter: 60 };

/** The engines' own times of a reply: until its text, its first sentence and its first sound are there. */
export const ENGINE_MS = { text: TRANSCRIBES_IN_MS, sentence: FIRST_TOKEN_MS + 8 * TOKEN_MS, sound: FIRST_SOUND_MS };

/** A request, and when it had come. `speak`: the first sentence of a reply. */
export interface Asked {
	readonly engine: 'transcribe' | 'chat' | 'speak';
	readonly at: number;
}

/** A tried model is not a reply. */
interface ChatBody {
	readonly max_tokens?: number;
	readonly max_completion_tokens?: number;
}

/** One server for all: recogniser, model and voice, each with the same times for whoever asks. */
export class Engines extends FixedServer {
	/** What the recogniser hears, whatever is sent to it. */
	heard = '';
	/** Are replies so long that they can be interrupted? */
	long = false;
	readonly asked: Asked[] = [];
	private replies = 0;

	private note(engine: Asked['engine']): void {
		this.asked.push({ engine, at: monotonicClock.now() });
	}

	protected async transcribe(reply: FixtureReply): Promise<void> {
		const text = this.heard;
		this.note('transcribe');
		await pause(TRANSCRIBES_IN_MS);
		await reply.json(200, { text });
	}

	protected async chat({ json }: Received, reply: FixtureReply): Promise<void> {
		const begun = performance.now();
		const { max_tokens, max_completion_tokens } = json as ChatBody;
		const { sentences } = this.long ? LONG : SHORT;
		const name = NAMES[this.replies++ % NAMES.length] ?? '';
		this.note('chat');
		const words = (max_tokens ?? max_completion_tokens) === 1 ? ['Yes'] : sentences(name).join(' ').split(/(?= )/);
		await writeWords(reply, words, async (at) => await pause(Math.max(0, begun + FIRST_TOKEN_MS + at * TOKEN_MS - performance.now())));
	}

	protected async speak(input: string, reply: FixtureReply): Promise<void> {
		const hz = [...TONES].find(([name]) => input.includes(name))?.[1] ?? 300;
		if (input.startsWith(NAMES.find((name) => input.includes(name)) ?? ' ')) this.note('speak');
		const bytes = tone(hz, input.length * (this.long ? LONG : SHORT).msACharacter);
		await pause(FIRST_SOUND_MS);
		reply.begin(200, { 'content-type': 'audio/pcm' });
		for (let at = 0; at < bytes.length; at += PIECE_BYTES) await reply.write(bytes.subarray(at, at + PIECE_BYTES));
	}
}
