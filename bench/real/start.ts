import { type Figure, option, percentile } from '../report';
import { PIPER, sentences, type Said, TINY } from './models';
import { Product } from './product';

const CHAT = { model: 'pack:answer' };
const SYSTEM = { role: 'system', content: 'You are a friendly phone assistant. You book, list and cancel appointments.' } as const;

/** The first caller's first turn after a start, beside the next caller's: what is not loaded beforehand shows in it. */
export async function start(seed: number): Promise<Figure[]> {
	const starts = Number(option('--starts', '10'));
	const said = sentences(starts, seed);
	const first: number[] = [];
	const second: number[] = [];
	const loading: number[] = [];
	for (const each of said) {
		const product = new Product();
		try {
			const began = performance.now();
			await product.client.call('warm', { transcribe: { model: TINY.setting, language: 'en' }, chat: CHAT, speak: { engine: PIPER.setting } }).result;
			loading.push(performance.now() - began);
			first.push(await turn(product, 'first', each));
			second.push(await turn(product, 'second', each));
		} finally {
			await product.stop();
		}
	}
	return [
		{ name: 'start: until all is loaded', unit: 'ms', samples: loading, bound: Number.NaN },
		{ name: 'start: first turn, end of speech to first sound', unit: 'ms', samples: first, bound: percentile(second, 0.5) },
		{ name: 'start: second turn', unit: 'ms', samples: second, bound: Number.NaN },
	];
}

/** Of a new caller: text, reply, first sound. The words of the reply are those that pack:answer has for what was heard. */
async function turn(product: Product, conversation: string, { pcm }: Said): Promise<number> {
	const ear = await product.ear(TINY.setting);
	await ear.say(pcm);
	const { ms } = await ear.end();
	const began = performance.now();
	await product.client.call('chat', { conversation, settings: CHAT, messages: [SYSTEM, { role: 'user', content: 'what can you do' }], tools: [] }).result;
	const chatMs = performance.now() - began;
	const { firstMs } = await product.speak(PIPER.setting, 'I can book, list and cancel appointments.');
	await ear.close();
	return ms + chatMs + firstMs;
}
