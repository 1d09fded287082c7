import { LISTEN_RATE } from '../../runtime/audio/pcm';
import { wordErrorRate } from '../../test/real/weights/word-error-rate';
import { type Figure, option, percentile } from '../report';
import { BareWhisper } from './bare-whisper';
import { FasterWhisper } from './faster-whisper';
import { BASE, type Model, PACK, sentences, type Said, TINY, TINY_HUGGING_FACE, withOthers } from './models';
import { Product } from './product';

const none = Number.NaN;

function soundSeconds(said: readonly Said[]): number {
	return said.reduce((sum, { pcm }) => sum + pcm.length, 0) / LISTEN_RATE;
}

/** One caller: what each recogniser hears of a recorded person, when, and what it costs; tiny.en beside sherpa alone and faster-whisper. */
export async function recognisers(seed: number): Promise<Figure[]> {
	const said = sentences(Number(option('--prompts', '30')), seed);
	const figures: Figure[] = [];
	for (const model of withOthers([TINY, TINY_HUGGING_FACE, BASE, PACK], '--recogniser')) figures.push(...(await ours(model, said)));
	const beside = await FasterWhisper.start(1);
	if (beside) figures.push(...(await theirs(beside, said)));
	return figures;
}

async function ours({ name, setting }: Model, said: readonly Said[]): Promise<Figure[]> {
	const product = await Product.start();
	try {
		const before = product.used().bytes;
		const ear = await product.ear(setting);
		const bare = setting === TINY.setting ? await BareWhisper.open(setting, 2) : undefined;
		for (const { pcm } of said.slice(0, 3)) {
			await ear.say(pcm);
			await ear.end();
			bare?.hear(pcm);
		}
		const pairs: [string, string][] = [];
		const times: number[] = [];
		const bareTimes: number[] = [];
		let coreMs = 0;
		let bareCoreMs = 0;
		// One after the other, so that what else the machine does falls on both.
		for (const { text, pcm } of said) {
			const from = product.used().coreMs;
			await ear.say(pcm);
			const heard = await ear.end();
			coreMs += product.used().coreMs - from;
			pairs.push([text, heard.text]);
			times.push(heard.ms);
			const alone = bare?.hear(pcm);
			bareTimes.push(alone?.ms ?? none);
			bareCoreMs += alone?.coreMs ?? none;
		}
		const { bytes } = product.used();
		await ear.close();
		const seconds = soundSeconds(said);
		return [
			{ name: `${name}: words wrong`, unit: '%', samples: [100 * wordErrorRate(pairs)], bound: none },
			{ name: `${name}: end to text`, unit: 'ms', samples: times, bound: percentile(bareTimes, 0.5) },
			{ name: `${name}: cores a second`, unit: 'core s/s', samples: [coreMs / 1000 / seconds], bound: bareCoreMs / 1000 / seconds },
			{ name: `${name}: memory`, unit: 'MB', samples: [(bytes - before) / 1e6], bound: none },
		];
	} finally {
		await product.stop();
	}
}

async function theirs(peer: FasterWhisper, said: readonly Said[]): Promise<Figure[]> {
	try {
		await peer.hear(said.slice(0, 3).map(({ pcm }) => pcm), 1);
		const { heard, coreMs, bytes } = await peer.hear(said.map(({ pcm }) => pcm), 1);
		const pairs = said.map(({ text }, at): [string, string] => [text, heard[at]?.text ?? '']);
		return [
			{ name: 'faster-whisper tiny.en: words wrong', unit: '%', samples: [100 * wordErrorRate(pairs)], bound: none },
			{ name: 'faster-whisper tiny.en: end to text', unit: 'ms', samples: heard.map(({ ms }) => ms), bound: none },
			{ name: 'faster-whisper tiny.en: cores a second', unit: 'core s/s', samples: [coreMs / 1000 / soundSeconds(said)], bound: none },
			{ name: 'faster-whisper tiny.en: memory', unit: 'MB', samples: [bytes / 1e6], bound: none },
		];
	} finally {
		peer.stop();
	}
}
