import { VoiceError } from '../runtime/contract/errors';
import type { ChatMessage } from '../runtime/contract/chat';
import type { ChatReply } from '../runtime/contract/control';
import { llamaBackend } from '../runtime/inference/llama/library';
import { threadsFor } from '../runtime/inference/machine/cores';
import { modelFile } from '../runtime/inference/models/resolve';
import { inferenceProtocol } from '../runtime/rpc/inference-protocol';
import { forked } from './forked';
import { type Figure, option, report, run } from './report';

/**
 * The inference process by itself: how soon and how fast it answers and speaks.
 *
 *     npm run bench inference [-- --json] [--model /path/of.gguf]
 */
const ROUNDS = 12;
const WRITTEN = 64;
const INSTRUCTIONS = 'You are a friendly phone assistant. You book, list and cancel appointments. Keep your answers short.';
const SENTENCE = 'I have booked your dentist appointment for tomorrow at three p m.';

const model = option('--model', 'pack:answer');

/** node-llama-cpp alone, without our process, scheduler or chat code: ms a token, written and read. */
async function bareLlama(): Promise<{ written: number; read: number }> {
	const file = await modelFile(model);
	const { llama, cores } = await llamaBackend();
	const loaded = await llama.loadModel({ modelPath: file.path });
	const context = await loaded.createContext({ contextSize: 2048, batchSize: 512, threads: threadsFor(file.bytes, cores) });
	const sequence = context.getSequence();
	const prompt = loaded.tokenize(`${INSTRUCTIONS} `.repeat(16)).slice(0, 384);
	await sequence.evaluateWithoutGeneratingNewTokens(prompt);
	await sequence.clearHistory();
	const readAt = performance.now();
	await sequence.evaluateWithoutGeneratingNewTokens(prompt);
	const writtenAt = performance.now();
	let count = 0;
	for await (const token of sequence.evaluate(loaded.tokenize('Hello'), { yieldEogToken: true })) {
		if (token === undefined || ++count === WRITTEN) break;
	}
	const end = performance.now();
	await context.dispose();
	await loaded.dispose();
	return { written: (end - writtenAt) / count, read: (writtenAt - readAt) / prompt.length };
}

class Bench {
	private readonly process = forked('dist/runtime/inference/main.js', inferenceProtocol, 'VOICE_ERR_INFERENCE_LOST');
	readonly client = this.process.client;

	async stop(): Promise<void> {
		await this.process.stop();
	}

	async chat(conversation: string, messages: ChatMessage[], maxTokens = WRITTEN): Promise<ChatReply & { firstMs: number }> {
		const askedAt = performance.now();
		let firstMs = Number.NaN;
		const settings = { model, sampling: { maxTokens } };
		const { result } = this.client.call('chat', { conversation, settings, messages, tools: [] }, () => {
			if (Number.isNaN(firstMs)) firstMs = performance.now() - askedAt;
		});
		return { ...(await result), firstMs };
	}

	/** From the cancel of a reply that is being written to the end of the call, ms. */
	async cancel(conversation: string, messages: ChatMessage[]): Promise<number | undefined> {
		let cancelledAt = Number.NaN;
		const settings = { model, sampling: { maxTokens: 512 } };
		const call = this.client.call('chat', { conversation, settings, messages, tools: [] }, () => {
			if (!Number.isNaN(cancelledAt)) return;
			cancelledAt = performance.now();
			call.cancel();
		});
		return await call.result.then(
			() => undefined,
			(error: unknown) => {
				if (error instanceof VoiceError && error.code === 'VOICE_ERR_CANCELLED') return performance.now() - cancelledAt;
				throw error;
			},
		);
	}

	async speak(voice: string): Promise<{ ms: number; soundMs: number }> {
		const askedAt = performance.now();
		const call = this.client.call('speak', { settings: { voice } });
		call.send({ type: 'piece', piece: 0, text: SENTENCE });
		call.send({ type: 'end' });
		const { samples, sampleRate } = await call.result;
		return { ms: performance.now() - askedAt, soundMs: (samples * 1000) / sampleRate };
	}
}

function opening(round: number): ChatMessage[] {
	return [
		{ role: 'system', content: `${INSTRUCTIONS} You are number ${round}.` },
		{ role: 'user', content: 'what can you do' },
	];
}

async function measureChat(bench: Bench): Promise<Figure[]> {
	const bare = await bareLlama();
	await bench.client.call('warm', { transcribe: null, chat: { model }, speak: null }).result;
	const first: number[] = [];
	const next: number[] = [];
	const written: number[] = [];
	const stopped: number[] = [];
	let promptTokens = 0;
	for (let round = 0; round < ROUNDS; round++) {
		const conversation = `bench-${round}`;
		const messages = opening(round);
		const reply = await bench.chat(conversation, messages);
		promptTokens = reply.usage.promptTokens;
		first.push(reply.firstMs);
		if (reply.usage.completionTokens > 1) {
			written.push((reply.durationMs - reply.ttftMs) / (reply.usage.completionTokens - 1));
		}
		messages.push({ role: 'assistant', content: reply.text, toolCalls: [] }, { role: 'user', content: 'thank you' });
		next.push((await bench.chat(conversation, messages)).firstMs);
		const cancelled = await bench.cancel(conversation, messages);
		if (cancelled !== undefined) stopped.push(cancelled);
		await bench.client.call('forget', { conversation }).result;
	}
	return [
		{ name: 'chat first text, new caller', unit: 'ms', samples: first, bound: promptTokens * bare.read + bare.written },
		{ name: 'chat first text, next turn', unit: 'ms', samples: next, bound: bare.written },
		{ name: 'chat time a token', unit: 'ms', samples: written, bound: bare.written },
		{ name: 'chat cancel to end', unit: 'ms', samples: stopped, bound: bare.written },
	];
}

async function measureVoices(bench: Bench): Promise<Figure[]> {
	const { speak } = await bench.client.call('engines', {}).result;
	const figures: Figure[] = [];
	for (const { value: voice } of speak.find(({ value }) => value === 'flite')?.voices ?? []) {
		await bench.speak(voice);
		const rounds = [];
		for (let round = 0; round < ROUNDS; round++) rounds.push(await bench.speak(voice));
		// Real time is the limit: the sentence must be there before it has been heard.
		figures.push({
			name: `flite ${voice}, one sentence`,
			unit: 'ms',
			samples: rounds.map(({ ms }) => ms),
			bound: rounds[0]?.soundMs ?? Number.NaN,
		});
	}
	return figures;
}

async function main(): Promise<void> {
	const bench = new Bench();
	try {
		report([...(await measureVoices(bench)), ...(await measureChat(bench))]);
	} finally {
		await bench.stop();
	}
}

run(main);
