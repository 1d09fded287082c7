import { wordErrorRate } from '../../test/real/weights/word-error-rate';
import { REPLIES } from '../replies';
import { type Figure, option } from '../report';
import { BASE, COUNTS, FLITE, type Model, PIPER, withOthers } from './models';
import { Product } from './product';

/** Each voice: the first sound, what a second of sound costs, and how many speak at once in time; the words are those that Whisper base hears. */
export async function voices(seed: number): Promise<Figure[]> {
	const count = Number(option('--replies', '12'));
	const texts = Array.from({ length: count }, (_, at) => REPLIES[(at + seed) % REPLIES.length] ?? '');
	const figures: Figure[] = [];
	for (const voice of withOthers([FLITE, PIPER], '--voice')) figures.push(...(await measured(voice, texts)));
	return figures;
}

async function measured({ name, setting }: Model, texts: readonly string[]): Promise<Figure[]> {
	const product = await Product.start();
	try {
		const before = product.used().bytes;
		await product.speak(setting, texts[0] ?? '');
		const from = product.used().coreMs;
		const spoken = [];
		for (const text of texts) spoken.push({ text, ...(await product.speak(setting, text)) });
		const { coreMs, bytes } = product.used();
		const figures: Figure[] = [
			{ name: `${name}: first sound`, unit: 'ms', samples: spoken.map(({ firstMs }) => firstMs), bound: Number.NaN },
			{ name: `${name}: cores a second`, unit: 'core s/s', samples: [(coreMs - from) / spoken.reduce((sum, { soundMs }) => sum + soundMs, 0)], bound: 1 },
			{ name: `${name}: memory`, unit: 'MB', samples: [(bytes - before) / 1e6], bound: Number.NaN },
		];
		for (const count of COUNTS) {
			const all = await Promise.all(Array.from({ length: count }, async (_, at) => await product.speak(setting, texts[at % texts.length] ?? '')));
			figures.push(
				{ name: `${name}: ${count} speak at once, first sound`, unit: 'ms', samples: all.map(({ firstMs }) => firstMs), bound: Number.NaN },
				// More than 1: the sound is not there when it is to be heard.
				{ name: `${name}: ${count} speak at once, time of their sound`, unit: 's/s', samples: all.map(({ allMs, soundMs }) => allMs / soundMs), bound: 1 },
			);
		}
		const ear = await product.ear(BASE.setting);
		const pairs: [string, string][] = [];
		for (const { text, pcm } of spoken) {
			await ear.say(pcm);
			pairs.push([text, (await ear.end()).text]);
		}
		await ear.close();
		return [...figures, { name: `${name}: words wrong, heard by Whisper base`, unit: '%', samples: [100 * wordErrorRate(pairs)], bound: Number.NaN }];
	} finally {
		await product.stop();
	}
}
