import { joinPcm, LISTEN_RATE } from '../../runtime/audio/pcm';
import { TurnEndJudge } from '../../runtime/inference/turn-end/turn-end-judge';
import { weights } from '../../test/real/weights/folder';
import { people, type Person } from '../pauses/recordings';
import { type Figure, option } from '../report';

/** Asked after so much silence, of a quiet room. */
const SILENCE = Int16Array.from({ length: 0.2 * LISTEN_RATE }, (_, at) => ((at * 7919) % 23) - 11);
const FINISHED = 0.5;
const none = Number.NaN;

/**
 * smart-turn on recorded people of five languages: how well it tells a sentence from the same sentence left off where its voice rests
 * (area under the curve; 0.5 is chance), how many of each it takes for finished, and how long it takes.
 */
export async function judge(): Promise<Figure[]> {
	const english = { prompts: weights('prompts'), texts: weights('prompts.txt') };
	const most = Number(option('--sentences', '60'));
	const asked = new TurnEndJudge(() => Promise.resolve(weights('smart-turn/smart-turn-v3.2-cpu.onnx')));
	try {
		const figures: Figure[] = [];
		for (const person of [...people('choosing', english), ...people('test', english).filter(({ language }) => language !== 'en')]) figures.push(...(await tells(asked, person, most)));
		return figures;
	} finally {
		await asked.close();
	}
}

async function tells(asked: TurnEndJudge, { name, language, sentences }: Person, most: number): Promise<Figure[]> {
	const whole: number[] = [];
	const cut: number[] = [];
	const times: number[] = [];
	const judged = async (pcm: Int16Array): Promise<number> => {
		const began = performance.now();
		const { probability } = await asked.judge('auto', joinPcm([pcm, SILENCE]), new AbortController().signal);
		times.push(performance.now() - began);
		return probability;
	};
	for (const { pcm, gap } of sentences.filter((each) => each.gap !== undefined).slice(0, most)) {
		whole.push(await judged(pcm));
		cut.push(await judged(pcm.slice(0, gap?.at)));
	}
	const who = `${name}, ${language} (${whole.length})`;
	const pairs = whole.flatMap((one) => cut.map((other): number => (one > other ? 1 : one === other ? 0.5 : 0)));
	const share = (all: readonly number[]): number => (100 * all.filter((each) => each > FINISHED).length) / all.length;
	return [
		{ name: `${who}: area under the curve`, unit: '', samples: [pairs.reduce((sum, each) => sum + each, 0) / pairs.length], bound: none },
		{ name: `${who}: whole, taken for finished`, unit: '%', samples: [share(whole)], bound: none },
		{ name: `${who}: left off, taken for finished`, unit: '%', samples: [share(cut)], bound: none },
		{ name: `${who}: judgement`, unit: 'ms', samples: times, bound: none },
	];
}
