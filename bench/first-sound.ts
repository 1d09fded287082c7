import { scriptedFrames } from '../runtime/inference/fixtures/orpheus-gguf.fixture';
import { OrpheusVoice } from '../runtime/inference/speech/orpheus/orpheus-voice';
import { type FrameDecoder, SnacDecoder } from '../runtime/inference/speech/orpheus/snac/snac-decoder';
import { splitOf } from '../runtime/inference/speech/orpheus/snac/split';
import { FrameAssembler } from '../runtime/inference/speech/orpheus/tokens/frame-assembler';
import { say } from './cache';
import { PacedScript } from './fixtures/paced-script';
import { numbersOf } from './fixtures/spoken-codes';
import { trueSnac } from './fixtures/true-snac';
import { FULL } from './llama/our-tokens';
import { type Figure, numbers, option, percentile, report, run } from './report';
import { REFERENCE_FRAMES } from './snac/schedules';

/**
 * How many tokens Orpheus has to write before something is heard, and how long that is after its first one. The tokens
 * come from a script at a given rate; SNAC is in its true shape. Beside the reference's way, through the same decoder.
 *
 *     npm run bench first-sound [-- --json] [--rounds N] [--rates 100,200]
 */
const rounds = Number(option('--rounds', '10'));
const rates = numbers('--rates', '82,100,200');
const SCRIPT = numbersOf(scriptedFrames(0, 8));
const never = new AbortController().signal;

interface First {
	/** Tokens written when the first sound was asked of the decoder. */
	readonly tokens: number;
	/** From the first token to the first sound. */
	readonly ms: number;
}

async function ours(decoder: SnacDecoder, rate: number): Promise<First> {
	const source = new PacedScript(SCRIPT, rate);
	let tokens = 0;
	const watched: FrameDecoder = {
		frameMs: decoder.frameMs,
		speech: async () => {
			const speech = await decoder.speech();
			return {
				...speech,
				decode: async (...asked) => {
					tokens ||= source.written;
					return await speech.decode(...asked);
				},
			};
		},
		warm: async () => await decoder.warm(),
	};
	const speech = new OrpheusVoice(source, watched, FULL).speak('Hello there.', { voice: '', speed: 1 }, never);
	await speech.next();
	const ms = performance.now() - source.firstAt;
	await speech.return(undefined);
	return { tokens, ms };
}

/** The reference waits for four frames and plays the second. */
async function reference(decoder: SnacDecoder, rate: number): Promise<First> {
	const source = new PacedScript(SCRIPT, rate);
	const assembler = new FrameAssembler();
	const frames = [];
	for await (const number of source.speak({ text: '', voice: '', sampling: FULL, maxTokens: 0 }, never)) {
		const frame = assembler.push(number);
		if (frame) frames.push(frame);
		if (frames.length === REFERENCE_FRAMES) break;
	}
	const tokens = source.written;
	await decoder.decode(frames, never);
	return { tokens, ms: performance.now() - source.firstAt };
}

async function figuresAt(decoder: SnacDecoder, rate: number): Promise<Figure[]> {
	const pairs: Array<{ ours: First; theirs: First }> = [];
	for (let round = 0; round < rounds; round++) pairs.push({ ours: await ours(decoder, rate), theirs: await reference(decoder, rate) });
	const figure = (name: string, unit: string, pick: (first: First) => number): Figure => ({
		name: `first sound at ${rate} tokens/s: ${name}`,
		unit,
		samples: pairs.map((pair) => pick(pair.ours)),
		bound: percentile(pairs.map((pair) => pick(pair.theirs)), 0.5),
	});
	return [figure('tokens needed', 'tokens', ({ tokens }) => tokens), figure('after the first token', 'ms', ({ ms }) => ms)];
}

async function main(): Promise<void> {
	const decoder = new SnacDecoder(await trueSnac(), splitOf(1));
	try {
		await decoder.warm();
		const figures: Figure[] = [];
		for (const rate of rates) {
			say(`${rate} tokens a second`);
			figures.push(...(await figuresAt(decoder, rate)));
		}
		report(figures);
	} finally {
		await decoder.close();
	}
}

run(main);
