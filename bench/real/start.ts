import { type Figure, option, percentile } from '../report';
import { PIPER, sentences, type Said, TINY } from './models';
import { Product } from './product';

const CHAT = { model: 'pack:answer' };
const SYSTEM = { role: 'system', content: 'You are a friendly phone assistant. You book, list and cancel appointments.' } as const;

/**
 * The first caller's first turn after a start, beside the next caller's: what is not loaded beforehand shows in it. Each sentence is a first
 * turn once and a second turn once, at different starts: what was just heard, asked or spoken would be quicker the second time.
 */
export async function start(seed: number): Promise<Figure[]> {
	const starts = Number(option('--starts', '10'));
	const said = sentences(starts, seed);
	const first: Turn[] = [];
	const second: Turn[] = [];
	const loading: number[] = [];
	for (const [at, each] of said.entries()) {
		const product = await Product.start();
		try {
			const began = performance.now();
			await product.client.call('warm', { transcribe: { model: TINY.setting, language: 'en' }, chat: CHAT, speak: { engine: PIPER.setting }, prompt: { conversation: '', messages: [SYSTEM], tools: [] } }).result;
			loading.push(performance.now() - began);
			first.push(await turn(product, 'first', each));
			second.push(await turn(product, 'second', said[(at + 1) % said.length] ?? each));
		} finally {
			await product.stop();
		}
	}
	const stages: readonly [string, (turn: Turn) => number][] = [
		['end of speech to first sound', ({ textMs, replyMs, soundMs }) => textMs + replyMs + soundMs],
		['the text', ({ textMs }) => textMs],
		['the reply', ({ replyMs }) => replyMs],
		['the first sound', ({ soundMs }) => soundMs],
	];
	return [
		{ name: 'start: until all is loaded', unit: 'ms', samples: loading, bound: Number.NaN },
		// Beside the next caller's.
		...stages.map(([name, of]) => ({ name: `start: first turn, ${name}`, unit: 'ms', samples: first.map(of), bound: percentile(second.map(of), 0.5) })),
	];
}

interface Turn {
	readonly textMs: number;
	readonly replyMs: number;
	readonly soundMs: number;
}

/** Of a new caller: text, whole reply, first sound of the same words. */
async function turn(product: Product, conversation: string, { pcm, text }: Said): Promise<Turn> {
	const ear = await product.ear(TINY.setting);
	await ear.say(pcm);
	const { ms } = await ear.end();
	const began = performance.now();
	await product.client.call('chat', { conversation, settings: CHAT, messages: [SYSTEM, { role: 'user', content: text }], tools: [] }).result;
	const replyMs = performance.now() - began;
	const { firstMs } = await product.speak(PIPER.setting, text);
	await ear.close();
	return { textMs: ms, replyMs, soundMs: firstMs };
}
