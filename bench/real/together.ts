import { type Figure, option, percentile } from '../report';
import { BareWhisper } from './bare-whisper';
import { FasterWhisper } from './faster-whisper';
import { BASE, CORES, COUNTS, type Model, sentences, type Said, TINY } from './models';
import { type Ear, Product } from './product';

/**
 * Ends that come together: how long the last caller waits for the text. The bound is what sherpa alone would need on the
 * cores of this machine, one utterance on each; where there are no more callers than cores, the time of one.
 */
export async function together(seed: number): Promise<Figure[]> {
	const rounds = Number(option('--rounds', '3'));
	const said = sentences(Math.max(...COUNTS), seed);
	const figures = [...(await ours(TINY, said, rounds)), ...(await ours(BASE, said, rounds))];
	const beside = await FasterWhisper.start(CORES);
	if (beside) figures.push(...(await theirs(beside, said, rounds)));
	return figures;
}

async function ours({ name, setting }: Model, said: readonly Said[], rounds: number): Promise<Figure[]> {
	const product = await Product.start();
	const ears: Ear[] = [];
	try {
		const bare = await BareWhisper.open(setting, 1);
		bare.hear(said[0]?.pcm ?? new Int16Array(0));
		const figures: Figure[] = [];
		for (const count of COUNTS) {
			while (ears.length < count) ears.push(await product.ear(setting));
			// The workers of several callers are loaded meanwhile, and each has heard something.
			for (let warm = 0; warm < 3; warm++) await endTogether(ears.slice(0, count), said);
			const last: number[] = [];
			const middle: number[] = [];
			const ones: number[] = [];
			for (let round = 0; round < rounds; round++) {
				const times = await endTogether(ears.slice(0, count), said);
				last.push(Math.max(...times));
				middle.push(...times);
				ones.push(...said.slice(0, count).map(({ pcm }) => bare.hear(pcm).ms));
			}
			const one = ones.reduce((sum, ms) => sum + ms, 0) / ones.length;
			figures.push(
				{ name: `${name}: ${count} ends together, the last`, unit: 'ms', samples: last, bound: one * Math.max(1, count / CORES) },
				{ name: `${name}: ${count} ends together, each`, unit: 'ms', samples: middle, bound: Number.NaN },
			);
		}
		figures.push({ name: `${name}: memory, ${Math.max(...COUNTS)} callers`, unit: 'MB', samples: [product.used().bytes / 1e6], bound: Number.NaN });
		return figures;
	} finally {
		await Promise.all(ears.map(async (ear) => await ear.close()));
		await product.stop();
	}
}

async function endTogether(ears: readonly Ear[], said: readonly Said[]): Promise<number[]> {
	await Promise.all(ears.map(async (ear, at) => await ear.say(said[at]?.pcm ?? new Int16Array(0))));
	return await Promise.all(ears.map(async (ear) => (await ear.end()).ms));
}

async function theirs(peer: FasterWhisper, said: readonly Said[], rounds: number): Promise<Figure[]> {
	try {
		const figures: Figure[] = [];
		for (const count of COUNTS) {
			const sounds = said.slice(0, count).map(({ pcm }) => pcm);
			await peer.hear(sounds, count);
			const last: number[] = [];
			for (let round = 0; round < rounds; round++) last.push(Math.max(...(await peer.hear(sounds, count)).heard.map(({ ms }) => ms)));
			figures.push({ name: `faster-whisper tiny.en: ${count} ends together, the last`, unit: 'ms', samples: last, bound: percentile(last, 0.5) });
		}
		return figures.map((figure) => ({ ...figure, bound: Number.NaN }));
	} finally {
		peer.stop();
	}
}
